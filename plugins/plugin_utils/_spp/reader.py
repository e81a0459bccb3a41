# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Session in, snapshot out: three queries, whatever the version of Windows, and one more for a KMS host.

Each reading is a generator of steps (see ``steps``), so that a blocking session and a fleet of asynchronous ones read
with the same words. The functions that take a session carry a reading out at once.

1. ``Win32_OperatingSystem`` says which generation of the licensing provider to expect;
2. ``SoftwareLicensingService`` is one instance, keyed by ``Version``;
3. ``SoftwareLicensingProduct`` narrowed to the rows that carry a key;
4. the counters of whatever serves as a KMS host, which is nothing on nearly all machines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from .._licensing import classify
from .._licensing.model import KmsHostState, LicensingService, OperatingSystem, Product, Snapshot
from .._licensing.numbers import whole
from .._wsman import WsmanFault, class_types, wql
from . import schema
from .errors import LicensingAbsent, UnexpectedAnswer
from .row import Row, client_settings_of, counters_of, edition_in, host_state_of, product_of
from .steps import Query, Rows, Session, Work, ask, take

# The facility of the licensing service's own codes, 0xC004xxxx.
_LICENSING = 0xC004
# winerror.h; what the provider says of a service that it cannot start.
_ERROR_SERVICE_DISABLED = 0x80070422
# Says no more than that something failed; in the answer to a query it may mean the query (WIN-005).
_E_FAIL = 0x80004005


def read_snapshot(session: Session, office: bool = False) -> Snapshot:
    """Read the activation state of one machine, that of the Office platform included when asked for.

    Raises LicensingAbsent when the machine has no licensing provider (XP, or Server 2003 without the
    KMS add-on), and the errors of the session.
    """
    return take(session, snapshot(office))


def read_operating_system(session: Session) -> OperatingSystem:
    """Read Win32_OperatingSystem."""
    return take(session, operating_system())


def read_service(session: Session, system: OperatingSystem) -> LicensingService:
    """Read the licensing service object; its ``Version`` is the selector of every method call."""
    return take(session, _service(system))


def read_installation_id(session: Session, product: Product) -> str | None:
    """Read the installation ID of one product."""
    return take(session, installation_id(product))


def snapshot(office: bool = False, system: OperatingSystem | None = None) -> Work[Snapshot]:
    """The steps of ``read_snapshot``. A ``system`` that was read before is not asked for again."""
    system = system or (yield from operating_system())
    service = yield from _service(system)
    products = yield from _products(system, schema.PRODUCT)
    platform = (yield from _office_service()) if office else None
    if platform is not None:
        products += yield from _products(system, schema.OFFICE_PRODUCT)
    found = Snapshot(os=_with_edition(system, products), service=service, products=products, office=platform)
    return (yield from _with_counters(found)) if classify.serves_as_host(found) else found


def with_domain(system: OperatingSystem) -> Work[OperatingSystem]:
    """The system with the domain that it is joined to, and its full name there, in lower case.

    Win32_ComputerSystem (Microsoft Learn): DNSHostName came with Vista; Name is the NetBIOS name. Domain is that of a
    domain where PartOfDomain is true, and the name of a workgroup otherwise.
    """
    types = class_types.types_of(schema.COMPUTER_SYSTEM)
    rows = yield from _select(schema.COMPUTER_SYSTEM_COLUMNS, schema.COMPUTER_SYSTEM, types)
    row = Row(rows[0]) if len(rows) == 1 else None
    member = row.flag("PartOfDomain") if row is not None else None
    if row is None or not member:
        return replace(system, domain_member=member)
    host, domain = row.text("DNSHostName"), row.text("Domain")
    full_name = f"{host}.{domain}".lower() if host and domain else None
    return replace(system, full_name=full_name, domain_member=True, domain=domain.lower() if domain else None)


def installation_id(product: Product) -> Work[str | None]:
    """The steps of ``read_installation_id``. Windows computes the ID on demand, so nothing else asks for it."""
    rows = yield from _select(
        (("ID", "OfflineInstallationId"),),
        product.wmi_class,
        schema.TYPES,
        where=f"ID = {wql.quote(product.activation_id)}",
    )
    return Row(rows[0]).text("OfflineInstallationId") if rows else None


def operating_system() -> Work[OperatingSystem]:
    """The steps of ``read_operating_system``."""
    types = class_types.types_of(schema.OPERATING_SYSTEM)
    rows = yield from _select(schema.OPERATING_SYSTEM_COLUMNS, schema.OPERATING_SYSTEM, types)
    if len(rows) != 1:
        raise UnexpectedAnswer(f"{schema.OPERATING_SYSTEM} has {len(rows)} instances instead of one")
    row = Row(rows[0])
    version = row.text("Version") or ""
    build = whole(row.text("BuildNumber") or version.rpartition(".")[2])
    if build is None:
        raise UnexpectedAnswer(f"{schema.OPERATING_SYSTEM} gives no build number (Version {version!r})")
    return OperatingSystem(
        caption=(row.text("Caption") or "").strip() or None,
        version=version,
        build=build,
        sku=row.number("OperatingSystemSKU"),
        product_type=row.number("ProductType"),
        local_time=row.moment("LocalDateTime"),
        computer_name=row.text("CSName"),
    )


def _service(system: OperatingSystem) -> Work[LicensingService]:
    columns = schema.service_columns(system.build)
    try:
        rows = yield from _select(columns, schema.SERVICE, schema.TYPES)
    except WsmanFault as fault:
        if _class_is_missing(fault):
            raise LicensingAbsent(system.caption or system.version) from fault
        # The system was asked before, so that it is not the service of WMI that is disabled.
        if fault.hresult == _ERROR_SERVICE_DISABLED:
            fault.disabled_service = schema.service_name(system.provider)
        raise
    if len(rows) != 1:
        raise UnexpectedAnswer(f"{schema.SERVICE} has {len(rows)} instances instead of one")
    row = Row(rows[0])
    version = row.text("Version")
    if not version:
        raise UnexpectedAnswer(f"{schema.SERVICE} has no Version, which its methods need as the key")
    return LicensingService(
        version=version,
        service_name=schema.service_name(system.provider),
        client_machine_id=row.text("ClientMachineID"),
        remaining_windows_rearms=row.count("RemainingWindowsReArmCount"),
        kms=client_settings_of(row),
        host=host_state_of(row),
    )


def _office_service() -> Work[LicensingService | None]:
    try:
        rows = yield Query(f"SELECT ClientMachineID,Version FROM {schema.OFFICE_SERVICE}", schema.TYPES)
    except WsmanFault as fault:
        if _class_is_missing(fault):
            return None
        raise
    version = Row(rows[0]).text("Version") if len(rows) == 1 else None
    if version is None:
        return None
    return LicensingService(
        version=version,
        service_name=schema.OFFICE_WINDOWS_SERVICE,
        client_machine_id=Row(rows[0]).text("ClientMachineID"),
        wmi_class=schema.OFFICE_SERVICE,
    )


def _products(system: OperatingSystem, class_name: str) -> Work[tuple[Product, ...]]:
    columns = schema.product_columns(system.build) if class_name == schema.PRODUCT else schema.OFFICE_PRODUCT_COLUMNS
    rows = yield from _select(columns, class_name, schema.TYPES, where=schema.HAS_KEY)
    products = (product_of(Row(row), system, class_name) for row in rows)
    keyed = [product for product in products if product.partial_product_key]
    return tuple(sorted(keyed, key=lambda product: (not product.is_windows, product.activation_id)))


def _select(
    lists: schema.Columns,
    class_name: str,
    types: Mapping[str, str],
    where: str | None = None,
) -> Work[Rows]:
    """Ask for the first list of columns, and once more for the second where the machine refuses the first.

    A projection that names a missing property fails as a whole (WMI SDK, "Querying with WQL"), and with which code is
    on no two records (WIN-005); so any refusal may mean that, but for those that say something else. Never ask for all
    columns: one of them is a whole product key. Raises the fault of the second list, which is the real one: what fails
    with the columns of the generation below too does not fail for its columns.
    """
    rest = f" FROM {class_name} WHERE {where}" if where else f" FROM {class_name}"
    first, *others = (f"SELECT {','.join(columns)}{rest}" for columns in lists)
    try:
        return (yield from ask(first, types))
    except WsmanFault as fault:
        if not others or _means_something_else(fault):
            raise
    return (yield from ask(others[0], types))


def _class_is_missing(fault: WsmanFault) -> bool:
    """Whether the machine has no such class, which has a code of its own (recorded by WinRb/WinRM)."""
    return fault.not_found or (fault.invalid_query and fault.hresult != _E_FAIL)


def _means_something_else(fault: WsmanFault) -> bool:
    """Whether fewer columns cannot help: rights, quotas, time, or a word of the licensing service itself."""
    return fault.tells_nothing_of_the_question or (fault.hresult or 0) >> 16 == _LICENSING


def _with_counters(snapshot: Snapshot) -> Work[Snapshot]:
    """Add the counters of the products that serve; where the service serves and no product says so, its own."""
    classes = sorted({product.wmi_class for product in snapshot.products if _serves(product.host)})
    if not classes:
        rows = yield from _select(schema.COUNTERS, schema.SERVICE, schema.TYPES)
        host = _counted(snapshot.service.host, Row(rows[0]) if rows else None)
        return replace(snapshot, service=replace(snapshot.service, host=host))
    by_id: dict[str, Row] = {}
    for class_name in classes:
        rows = yield from _select(_with_id(schema.COUNTERS), class_name, schema.TYPES, where=schema.HAS_KEY)
        by_id.update(((row.text("ID") or "").lower(), row) for row in map(Row, rows))
    return replace(
        snapshot,
        products=tuple(
            replace(product, host=_counted(product.host, by_id.get(product.activation_id)))
            for product in snapshot.products
        ),
    )


def _with_id(lists: schema.Columns) -> schema.Columns:
    return tuple(("ID", *columns) for columns in lists)


def _serves(host: KmsHostState | None) -> bool:
    return host is not None and host.enabled


def _counted(host: KmsHostState | None, row: Row | None) -> KmsHostState | None:
    return host if host is None or row is None else replace(host, requests=counters_of(row))


def _with_edition(system: OperatingSystem, products: Sequence[Product]) -> OperatingSystem:
    """Add the edition identifier, which the license of the running edition carries in its family or its name."""
    try:
        main = classify.primary_product(products, system)
    except classify.AmbiguousProduct as several:
        main = several.products[0]
    if main is None:
        return system
    return replace(system, edition_id=main.license_family or edition_in(main.name))
