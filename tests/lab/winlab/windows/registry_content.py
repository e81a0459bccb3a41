# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands in the registry of a fresh machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..identity import digest
from .registry import REG_BINARY, REG_DWORD, REG_SZ

if TYPE_CHECKING:
    from ..machine import Machine

CURRENT_VERSION = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_COMPUTER_NAME = r"SYSTEM\CurrentControlSet\Control\ComputerName\ComputerName"
_TCPIP = r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters"
_DNS_POLICY = r"SOFTWARE\Policies\Microsoft\Windows NT\DNSClient"


def write_registry(machine: Machine) -> None:
    """Everything the lab keeps there from the start."""
    registry = machine.registry
    for platform in machine.platforms:
        registry.create_key(platform.root)
    registry.set(_COMPUTER_NAME, "ComputerName", REG_SZ, machine.name.upper())
    _write_name_resolution(machine)
    write_edition(machine)
    for name, value in _numbers(machine).items():
        registry.set(CURRENT_VERSION, name, REG_DWORD, value)
    for name, text in _texts(machine).items():
        registry.set(CURRENT_VERSION, name, REG_SZ, text)
    copy = digest(machine.seed, machine.name, "product id") * 5
    registry.set(CURRENT_VERSION, "DigitalProductId", REG_BINARY, copy)


def _write_name_resolution(machine: Machine) -> None:
    """The primary DNS suffix, empty on a machine of a workgroup, and the search list; what a policy says beside it."""
    registry, wanted = machine.registry, machine.resolution
    own = machine.domain if wanted.suffix is None else wanted.suffix
    registry.set(_TCPIP, "NV Domain", REG_SZ, own or "")
    registry.set(_TCPIP, "Domain", REG_SZ, machine.primary_suffix or "")
    if wanted.connection:
        registry.set(_TCPIP, "DhcpDomain", REG_SZ, wanted.connection)
    registry.set(_TCPIP, "SearchList", REG_SZ, ",".join(wanted.search_list))
    if wanted.policy_suffix:
        registry.set(_DNS_POLICY, "NV PrimaryDnsSuffix", REG_SZ, wanted.policy_suffix)
    if wanted.policy_search_list:
        registry.set(_DNS_POLICY, "SearchList", REG_SZ, ",".join(wanted.policy_search_list))


def write_edition(machine: Machine) -> None:
    """The values that change with the edition."""
    registry, release = machine.registry, machine.release
    title = release.registry_name.format(title=machine.edition.title)
    registry.set(CURRENT_VERSION, "ProductName", REG_SZ, title)
    if release.version[0] == "5":
        return
    registry.set(CURRENT_VERSION, "EditionID", REG_SZ, machine.edition.id)
    kind = "Client" if release.client else "Server Core" if machine.core else "Server"
    registry.set(CURRENT_VERSION, "InstallationType", REG_SZ, kind)


def _numbers(machine: Machine) -> dict[str, int]:
    numbers = {"InstallDate": int(machine.installed.timestamp())}
    if _is_ten(machine):
        numbers |= {
            "UBR": machine.release.revision,
            "CurrentMajorVersionNumber": 10,
            "CurrentMinorVersionNumber": 0,
        }
    return numbers


def _texts(machine: Machine) -> dict[str, str]:
    release = machine.release
    texts = {
        "CurrentBuild": str(release.build),
        "CurrentBuildNumber": str(release.build),
        # Windows 10 and later still say 6.3 here.
        "CurrentVersion": "6.3" if _is_ten(machine) else release.version.rsplit(".", 1)[0],
        "CurrentType": "Multiprocessor Free",
        "RegisteredOwner": "Windows User",
        "SystemRoot": r"C:\Windows",
    }
    if release.service_pack:
        texts["CSDVersion"] = f"Service Pack {release.service_pack}"
    if release.display:
        texts["ReleaseId"] = "2009" if release.build >= 19042 else release.display
        texts["DisplayVersion"] = release.display
    return texts


def _is_ten(machine: Machine) -> bool:
    return machine.release.version.startswith("10.")
