# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What every target-side module has in common."""

    DOCUMENTATION = r"""
options: {}
requirements:
  - pywinrm >= 0.5.0 on the controller, with its extra for the transport in use (C(pywinrm[kerberos]),
    C(pywinrm[credssp]))
notes:
  - The module speaks WMI over WS-Management itself. It takes the connection variables of the host as they are for
    C(ansible_connection=winrm) or C(ansible_connection=psrp), opens no shell and needs no PowerShell on the target,
    which is why it works from Windows Vista and Windows Server 2008 on.
  - The account must be a member of the local Administrators group of the target.
  - With C(-vvv) each exchange with a host is shown, by peer, step, status, bytes and milliseconds, and never what is in
    it.
attributes:
  action:
    description: Runs as an action plugin on the controller; only WS-Management requests reach the target.
    support: full
  async:
    description: Supports being used with C(async).
    support: none
  delegation:
    description: Can be delegated to another host, whose connection variables are then used.
    support: full
  platform:
    description: Target the module works on.
    support: full
    platforms: windows
  action_group:
    description: Use C(group/winfleet.activation.spp) in C(module_defaults) to set defaults for all modules of this
      kind.
    support: full
    membership:
      - winfleet.activation.spp
"""

    READS = r"""
attributes:
  check_mode:
    description: Can run in check mode and changes nothing there.
    support: full
    details:
      - This module never changes anything.
  diff_mode:
    description: Shows what would change or has changed in diff mode.
    support: N/A
  idempotent:
    description: A second run changes nothing.
    support: full
"""

    JUDGES = r"""
options:
  approved_kms_hosts:
    description:
      - The organization's own KMS hosts, by full name, short name or address; a port, as in V(kms01.corp.example:1688),
        is tolerated. An empty list means that there is none.
      - A full name matches the inventory's name or address of a machine, or the full name that the machine itself has
        in its domain. A short name or an address matches the inventory's only, since any machine may call itself so.
      - With this list every machine is judged; without it the verdict is V(unjudged).
    type: list
    elements: str
  accepted_key_types:
    description: The kinds of key that a machine other than an approved KMS host may carry.
    type: list
    elements: str
    choices: [GVLK, CSVLK, MAK, RETAIL, OEM, AVMA, EVALUATION, SUBSCRIPTION]
    default: [GVLK]
  activation:
    description:
      - How the organization wants its machines to be activated. V(kms), by the KMS hosts in O(approved_kms_hosts).
        V(adba), through Active Directory by an activation object, so that there is no KMS host and each one that is
        found is wrong. V(both), which is usual where machines in workgroups or before Windows 8 and Windows Server 2012
        are left. V(none), by neither.
      - With V(adba) and V(none) O(approved_kms_hosts) may be left out, and must name no host.
      - When left out, KMS hosts are judged by O(approved_kms_hosts), and a machine that Active Directory activates is
        as it should be.
      - With V(adba) and V(both) each machine is asked for its domain, which takes one request more.
    type: str
    choices: [kms, adba, both, none]
  activation_by_host:
    description:
      - Machines that are to be activated in another way than O(activation) and O(by_group) say, by inventory name, each
        with one of the values of O(activation). A machine that the inventory does not have is an error.
    type: dict
  activation_objects:
    description:
      - The activation objects of the machines' forest, as M(winfleet.activation.adba_info) returns them. With them it
        is found which machines carry the key of one, were activated by one that is gone, or cannot be activated
        through Active Directory although they may use nothing else.
    type: dict
  minimum_days:
    description:
      - How many days of activation a KMS client must have left at least. A client that reaches its KMS host renews
        every week, so that few days left mean that it has failed for months.
      - V(0) asks for nothing.
    type: int
    default: 14
  prevent_publishing:
    description:
      - Whether a machine that is not an approved KMS host must have DNS publishing switched off, as
        M(winfleet.activation.kms_host) does with C(dns_publishing=false). Then a machine that gets a KMS host key by
        accident does not publish itself.
      - Windows has it switched on everywhere.
    type: bool
    default: false
    version_added: 1.0.0
  cloud_kms_hosts:
    description:
      - KMS hosts of a cloud provider, which activate its guests. A client that follows one is left alone. Those of
        Azure, Amazon and Google are known.
    type: list
    elements: str
    default: []
    version_added: 1.0.0
  host_key_groups:
    description:
      - Which product key group the host key of an approved KMS host is to be of, by its name in
        O(approved_kms_hosts), such as V(Windows Server 2022).
    type: dict
    version_added: 1.0.0
  by_group:
    description:
      - What is different for the machines of a group of the inventory, by the name of the group; any of C(activation),
        C(accepted_key_types), C(minimum_days), C(prevent_publishing) and C(kms_client_settings), which mean what
        they mean for all.
      - Where a machine is in several groups, the one that stands last counts. A group that the inventory does not have
        is an error.
    type: dict
    version_added: 1.0.0
  exceptions:
    description:
      - What is wrong on some machines, and accepted until a day. A list; text is read as JSON. Each has C(finding), the
        identifier of a finding, or C(verdict); C(host) or C(group), unless the finding is about no machine; C(owner)
        and C(reason), which the report shows; and C(until), the last day on which it holds, in UTC.
      - A machine on which exceptions cover everything that is wrong has the verdict V(excepted). No repair touches a
        machine with an exception that holds for something a repair would mend.
      - An exception that has ended is a finding, and one that names a finding, host or group that there is not is an
        error.
    type: raw
    version_added: 1.0.0
"""

    CHANGES = r"""
attributes:
  check_mode:
    description: Can run in check mode and changes nothing there.
    support: full
  diff_mode:
    description: Shows what would change or has changed in diff mode.
    support: full
  idempotent:
    description: A second run changes nothing.
    support: full
"""

    REPAIRS = r"""
options:
  repair:
    description: The verdicts to do something about. A machine with any other one is left alone.
    type: list
    elements: str
    choices:
      - kms_unapproved
      - kms_host_not_serving
      - not_activated
      - wrong_key_type
      - wrong_kms_host
      - wrong_activation_type
      - implausible_validity
      - validity_ends_soon
      - no_gvlk
      - no_key
    default: [kms_unapproved]
  client_settings:
    description:
      - How the machine is to find its KMS host. What is not given stays as it is.
      - See M(winfleet.activation.kms_client).
    type: dict
    suboptions:
      host:
        description: Name or address of the KMS host.
        type: str
      port:
        description: Its port.
        type: int
      lookup_domain:
        description: DNS domain in which to look for the KMS host.
        type: str
      activation_type:
        description: What the machine may activate by.
        type: str
        choices: [all, ad, kms, token]
      host_caching:
        description: Whether the client stays with the KMS host that answered last.
        type: bool
  activate:
    description: Whether to activate the machine once it carries the key.
    type: bool
    default: true
  require_activation:
    description:
      - Whether a failing activation fails the task. A KMS host activates no machine until enough of them have asked, 25
        clients or 5 servers, so the first ones of a fleet cannot succeed at once; Windows tries again by itself.
    type: bool
    default: false
  office:
    description: Whether to read the licensing platform of Office 2010, and of Office on Windows 7, too.
    type: bool
    default: false
"""

    FLEET = r"""
requirements:
  - pyspnego >= 0.11.0 on the controller, for NTLM; C(pyspnego[kerberos]) for Kerberos without a detour through
    pywinrm
options:
  max_refusals:
    description:
      - How many machines may refuse the credentials of a domain account that no machine has taken yet. All others with
        these credentials are then not signed in to, and become unreachable with that reason, because a domain counts
        the refusals of all machines and locks the account after a few.
      - An answer that tells nothing of the account, such as a proxy's 502 once the credentials were shown, counts here
        too, since the proxy may have handed them on.
      - Until a machine has taken an account, no more than so many are asked at a time. Accounts of the machines
        themselves are not held up (C(name) or C(.\name) rather than C(DOMAIN\name) or C(name@domain)).
      - V(0) signs in to every machine all the same.
    type: int
    default: 3
  processes:
    description:
      - How many processes share the work. Without it as many as help, one for each processor and at most one for every
        500 machines.
      - They have one result, one journal and one guard against lockout, so a password that was refused in one of them
        is not shown to the machines of the others.
    type: int
  progress:
    description: Seconds between two lines about the progress. V(0) prints none.
    type: float
    default: 10.0
attributes:
  delegation:
    description: Can be delegated to another host, whose connection variables are then used.
    support: full
    details:
      - Delegating changes nothing about which hosts are read. C(delegate_to=localhost) keeps the task independent of
        the first host of the play, whose variables Ansible otherwise renders before the task starts.
  action_group:
    support: full
    membership:
      - winfleet.activation.spp
notes:
  - Set C(run_once=true) on the task. Every host of the play then has the result. Without it the task still runs only
    once, and only the first host has the result. The strategies V(free) and V(host_pinned) cannot run it.
  - Connection variables of the hosts are taken from the inventory, facts and extra variables, vaulted and templated
    ones included. Variables of the play, its roles and tasks do not reach other hosts. A keyword of the task that is a
    template, such as C(remote_user), is rendered for each host.
  - NTLM with message encryption, Kerberos, Basic and client certificates are spoken directly; channel binding is sent
    over HTTPS. Hosts with CredSSP or behind a proxy, and with Kerberos where C(pyspnego[kerberos]) is missing, are
    talked to through pywinrm in threads, in the same result.
  - While the task runs, C(ansible-playbook) looks a thousand times a second whether it is done. For large fleets
    C(internal_poll_interval = 0.05) in section C([defaults]) of C(ansible.cfg) saves about a seventh of the processor
    time.
"""
