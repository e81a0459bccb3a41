# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps about the machine itself: its key, its licensing service, how it may be activated."""

from __future__ import annotations

from ..._licensing import office
from ..._licensing.error_codes import code_text, explain
from ..._licensing.model import Product
from ..._licensing.terms import KeyType, Provider
from ..key_choice import KeyPlan, KeyRefusal, KeyRequest, plan_key
from ..machine import Machine
from . import reading
from .facts import Facts
from .preconditions import VOLUME_CLIENT, not_read, unless
from .step import Answer, failed, not_asked, passed, unknown

_LICENSING = 0xC004
_NO_OEM_MARKER = 0xC004F035
_NO_OBJECT, _NO_CONTAINER = 0xC004F081, 0x80072030
_BY_DIRECTORY, _BY_KMS, _BY_TOKEN = 1, 2, 3
_ACTIVATED_ELSEWHERE = (KeyType.MAK, KeyType.AVMA, KeyType.SUBSCRIPTION, KeyType.UNKNOWN)


def read(facts: Facts) -> Answer:
    """Step ``read``."""
    if facts.machine is not None:
        return passed("its licensing was read")
    if facts.failure is not None and not reading.is_of_services(facts.failure):
        # What the licensing service says of itself the catalogue knows; of WMI it does not.
        remedy = explain(facts.failure).admin_action if facts.failure >> 16 == _LICENSING else ""
        return failed(f"its licensing provider does not answer ({code_text(facts.failure)})", remedy)
    return unknown(f"its licensing could not be read: {facts.why_unread('licensing')}")


def key_kind(facts: Facts) -> Answer:
    """Step ``key_kind``."""
    machine, product = facts.machine, facts.product
    if machine is None:
        return unknown(facts.why_unread("licensing"))
    if product is None:
        return failed("no Windows license carries a product key", _replacement(machine))
    carried = f"it carries a {product.key_type.value} key ending in {product.partial_product_key}"
    if product.key_type is KeyType.GVLK or not product.is_windows:
        return passed(carried)
    if product.key_type is KeyType.CSVLK:
        return _host_key(facts, machine, carried)
    accepted = facts.policy.accepted_key_types if facts.policy is not None else frozenset(_ACTIVATED_ELSEWHERE)
    if product.key_type in accepted or product.key_type in (KeyType.AVMA, KeyType.SUBSCRIPTION):
        return passed(carried)
    return failed(f"{carried}, which no KMS host and no Active Directory activates", _replacement(machine))


def key_edition(facts: Facts) -> Answer:
    """Step ``key_edition``."""
    machine, product = facts.machine, facts.product
    if machine is None:
        return unknown(facts.why_unread("licensing"))
    if product is None or product.key_type is not KeyType.GVLK:
        return not_asked("it carries no client setup key")
    if reading.code(facts) == _NO_OEM_MARKER:
        explained = explain(_NO_OEM_MARKER)
        return failed("its firmware has no marker of a qualifying Windows (0xC004F035)", explained.admin_action)
    return _windows_key(machine, product) if product.is_windows else _office_key(product)


def service(facts: Facts) -> Answer:
    """Step ``service``."""
    found, code = facts.service, facts.failure
    if found is not None and (found.start_mode or "").lower() == "disabled":
        return failed(f"its licensing service {found.name} is disabled")
    if code is not None and reading.is_of_services(code):
        return failed(f"its licensing service does not start ({code_text(code)})", explain(code).admin_action)
    if found is None or found.start_mode is None:
        return unknown(facts.why_unread("service"))
    return passed(f"{found.name} may start ({found.start_mode}, {found.state})")


@unless(*VOLUME_CLIENT)
def activation_type(facts: Facts) -> Answer:
    """Step ``activation_type``."""
    wanted = _type(facts)
    if wanted == _BY_TOKEN:
        return failed("it is set to activation by token only, which needs a certificate of its own")
    if wanted == _BY_DIRECTORY:
        return _directory_only(facts)
    return passed("it may use KMS" if wanted == _BY_KMS else "it may use any kind of activation")


@unless(*VOLUME_CLIENT)
def directory(facts: Facts) -> Answer:
    """Step ``directory``."""
    if facts.system is not None and facts.system.provider is not Provider.SPPWMI:
        return not_asked("Active Directory activates Windows 8, Server 2012 and later only")
    if _type(facts) in (_BY_KMS, _BY_TOKEN):
        return not_asked("it is not set to use Active Directory")
    if facts.computer is None:
        return unknown(facts.why_unread("computer"))
    if not facts.computer.in_domain:
        return not_asked("it is not a member of a domain, so that KMS remains")
    return _objects(facts, required=_type(facts) == _BY_DIRECTORY)


@unless(not_read)
def cloud(facts: Facts) -> Answer:
    """Step ``cloud``."""
    provider = reading.cloud_provider(facts)
    place = reading.configured_place(facts) or reading.cached_place(facts)
    if provider is not None and place is not None:
        return failed(f"its KMS host {place[0]} is the one of {provider}, which activates its guests")
    return passed("it is not set to the KMS host of a cloud provider")


@unless(not_read)
def license_state(facts: Facts) -> Answer:
    """Step ``license_state``."""
    if facts.product is None:
        return not_asked("it carries no key")
    code = facts.product.license_status_reason
    if code in reading.STATE_CODES:
        explained = explain(code)
        return failed(f"Windows says {explained.code_text}: {explained.meaning.rstrip('.')}", explained.admin_action)
    return passed("Windows names nothing of the kind")


def _host_key(facts: Facts, machine: Machine, carried: str) -> Answer:
    if facts.policy is not None and facts.policy.approved.of_machine(machine.identity):
        return passed(f"{carried}, as an approved KMS host")
    return failed(f"{carried}, which makes it a KMS host", _replacement(machine))


def _replacement(machine: Machine) -> str:
    """What to do about a key that is not right, or not there."""
    choice = plan_key(machine.snapshot, KeyRequest())
    if isinstance(choice, KeyRefusal):
        return f"{choice.reason.rstrip('.')}: {choice.advice}"
    return f"Install the client setup key (GVLK) of {choice.product_name}: product_key with key=gvlk."


def _windows_key(machine: Machine, product: Product) -> Answer:
    choice = plan_key(machine.snapshot, KeyRequest())
    carried = f"the key ending in {product.partial_product_key}"
    if isinstance(choice, KeyPlan):
        if choice.installed:
            return passed(f"{carried} is the one of {choice.product_name}")
        remedy = f"Install the GVLK of {choice.product_name}: product_key with key=gvlk."
        return failed(f"{carried} is not the one of {choice.product_name}", remedy)
    if choice.leave_alone:
        return failed(choice.reason.rstrip("."), choice.advice)
    return unknown(f"which key it should carry cannot be told: {choice.reason.rstrip('.')}")


def _office_key(product: Product) -> Answer:
    try:
        row = office.gvlk_of(product)
    except office.OfficeRefused as refused:
        return unknown(str(refused).rstrip("."))
    if row.key.partial == product.partial_product_key:
        return passed(f"the key ending in {row.key.partial} is the one of {row.label}")
    remedy = f"Install the GVLK of {row.label}: product_key with key=gvlk and product={product.activation_id}."
    return failed(f"the key ending in {product.partial_product_key} is not the one of {row.label}", remedy)


def _type(facts: Facts) -> int:
    return next((one.activation_type for one in reading.settings_of(facts) if one.activation_type), 0)


def _directory_only(facts: Facts) -> Answer:
    told = "it is set to Active Directory only"
    if facts.computer is not None and not facts.computer.in_domain:
        return failed(f"{told}, and it is not a member of a domain")
    if facts.computer is None:
        return unknown(f"{told}, and whether it is a member of a domain is not known: {facts.why_unread('computer')}")
    return passed(f"{told}, and it is a member of {facts.computer.domain}")


def _objects(facts: Facts, required: bool) -> Answer:
    code, objects = reading.code(facts), facts.objects
    if code == _NO_CONTAINER:
        return failed("the directory has no container for activation objects (0x80072030)")
    if code == _NO_OBJECT:
        return failed("it found no activation object that it can use (0xC004F081)")
    if objects is None:
        return unknown(f"the activation objects: {facts.why_unread('activation_objects')}")
    if any(one.covers for one in objects):
        return passed(f"the object {next(one.name for one in objects if one.covers)} covers it")
    if any(one.covers is None for one in objects):
        return unknown("there are activation objects, and what they cover is not known")
    if required:
        return failed("no activation object covers it, and it is set to Active Directory only")
    return not_asked("no activation object covers it, so that KMS remains")
