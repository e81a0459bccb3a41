# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of many hosts, rendered as Ansible renders them: every answer is compared with the public way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible.utils.unsafe_proxy import wrap_var
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.connections import options
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.connections.hosts import HostConnections
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.connections.option_reader import OptionError
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.connections.rendering import (
    Renderer,
    RenderError,
)

from .sending import OneHost, stand_in
from .sign_in_cases import BARE

INVENTORY = """
all:
  children:
    windows:
      vars:
        domain: CORP
        pwbase: s3cret
        port_base: 5985
        flags: {cbt: false}
        passwords: {s0: first, s1: second}
        nested: "{{ domain }}-{{ site }}"
        plain: no template
        together: "{{ domain }}\\\\adm-{{ site }}"
        deep: "{{ nested }}/{{ nested }}"
        alone: "{{ domain }}"
        number: "{{ port_base }}"
        sum: "{{ port_base + 1 }}"
        flag: "{{ flags.cbt }}"
        item: "{{ passwords[site] }}"
        filtered: "{{ pwbase | upper }}-{{ site | default('none') }}"
        conditional: "{% if site == 's0' %}zero{% else %}other{% endif %}"
        own: "{{ inventory_hostname }}.corp.example"
        looked_up: "{{ lookup('pipe', 'echo ' ~ site) }}"
        listed: ["{{ site }}", kerberos]
        plain_list: [ntlm, kerberos]
        looks_like_a_list: "{{ open }}{{ site }}]"
        open: "["
        braces: !unsafe "{{ not a template }}"
        holds_braces: "{{ braces }}!"
        empty: ""
        nothing: null
      children:
        site0: {hosts: {host0: {}, host2: {pwbase: mine}}, vars: {site: s0}}
        site1: {hosts: {host1: {}}, vars: {site: s1}}
        nowhere: {hosts: {host3: {}}}
"""
HOSTS = ("host0", "host1", "host2")
NAMES = [line.split(":")[0].strip() for line in INVENTORY.split("vars:")[1].split("children:")[0].splitlines()]
NAMES = [name for name in NAMES if name]


@pytest.fixture(scope="module")
def hostvars(tmp_path_factory: pytest.TempPathFactory) -> HostVars:
    """A real inventory, as a play has it. Vaulted values are tested end to end."""
    path: Path = tmp_path_factory.mktemp("inventory") / "hosts.yml"
    path.write_text(INVENTORY)
    loader = DataLoader()
    inventory = InventoryManager(loader=loader, sources=[str(path)])
    manager = VariableManager(loader=loader, inventory=inventory)
    return HostVars(inventory, manager, loader)


def value(renderer: Renderer, host: str, name: str) -> Any:
    raw = renderer.variables(host)
    assert raw is not None
    return renderer.value(raw, name)


@pytest.fixture
def renderer(hostvars: HostVars) -> Renderer:
    return Renderer(Templar(loader=DataLoader(), variables={}), hostvars)


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_of_value_is_what_ansible_makes_of_it(hostvars: HostVars, renderer: Renderer, name: str) -> None:
    for host in HOSTS:
        rendered = value(renderer, host, name)
        public = hostvars[host][name]
        assert rendered == public
        assert isinstance(rendered, type(public)) or isinstance(public, type(rendered))


def test_ansible_is_asked_once_for_hosts_that_agree(hostvars: HostVars, renderer: Renderer) -> None:
    for host in ("host0", "host1", "host2"):
        value(renderer, host, "item")
    # Two sites, so two values.
    assert renderer.renderings == 2


def test_names_alone_need_no_ansible(hostvars: HostVars, renderer: Renderer) -> None:
    for name in ("plain", "together", "deep", "alone", "own", "plain_list"):
        value(renderer, "host0", name)
    assert renderer.renderings == 0


def test_what_may_change_is_asked_for_every_time(hostvars: HostVars, renderer: Renderer) -> None:
    for _unused in range(3):
        value(renderer, "host0", "looked_up")
    assert renderer.renderings == 3


@pytest.mark.parametrize(
    "template",
    [
        "{{ lookup('env', 'X') }}",
        "{{ site | random }}",
        "{% include 'other.j2' %}{{ site }}",
        "{% import 'other.j2' as other %}{{ other.x }}",
        "{{ hostvars['host1'].site }}",
        "#jinja2: trim_blocks: true\n{{ site }}",
    ],
)
def test_template_that_depends_on_more_than_is_seen_is_not_remembered(renderer: Renderer, template: str) -> None:
    assert renderer._names_in(template) is None


def test_value_of_one_host_is_not_anothers(renderer: Renderer) -> None:
    values = [value(renderer, host, "filtered") for host in HOSTS]
    assert values == ["S3CRET-s0", "S3CRET-s1", "MINE-s0"]


def test_variable_that_is_missing_is_named(renderer: Renderer) -> None:
    with pytest.raises(RenderError, match=r"together.*site"):
        value(renderer, "host3", "together")


# --- options of connections


def from_keywords(variables: dict[str, Any], keywords: dict[str, Any]) -> Any:
    renderer = Renderer(Templar(loader=DataLoader(), variables={}), OneHost(variables))
    return HostConnections(renderer, {"connection": "winrm", **keywords}).of("srv01")


def test_keyword_of_the_play_counts_where_there_is_no_variable() -> None:
    connection = from_keywords({"ansible_password": "x"}, {"remote_user": "keyword"})
    assert connection.get_option("remote_user") == "keyword"
    connection = from_keywords({"ansible_user": "variable"}, {"remote_user": "keyword"})
    assert connection.get_option("remote_user") == "variable"


def test_option_that_the_plugin_does_not_have() -> None:
    with pytest.raises(KeyError):
        stand_in(BARE).get_option("auth")


def test_host_that_is_no_windows() -> None:
    with pytest.raises(OptionError, match="ansible_connection is ssh"):
        options.endpoint_from_connection(stand_in({"ansible_connection": "ssh"}), "srv01")


def test_host_that_is_not_in_the_inventory() -> None:
    renderer = Renderer(Templar(loader=DataLoader(), variables={}), OneHost({}))
    with pytest.raises(OptionError, match="no such host"):
        HostConnections(renderer, {}).of("srv02")


def test_braces_that_ansible_does_not_trust_are_text(hostvars: HostVars, renderer: Renderer) -> None:
    """A value that Ansible does not trust is not rendered; a password may hold braces."""
    connection = stand_in({**BARE, "ansible_password": wrap_var("a{{b}}c")})
    password = options.endpoint_from_connection(connection, "srv01")[0].password
    assert password is not None
    assert password.reveal() == "a{{b}}c"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ansible_password", ["x"]),
        ("ansible_password", {"a": 1}),
        ("ansible_password", b"Lab-Passw0rd!"),
        ("ansible_user", ["a"]),
        ("ansible_port", "many"),
    ],
)
def test_a_value_of_another_type_is_refused_by_the_name_of_its_variable(variable: str, value: Any) -> None:
    """Kind: the type of an option is not applied, so that a list is sent as its Python text."""
    with pytest.raises(OptionError, match=variable) as refused:
        options.endpoint_from_connection(stand_in({**BARE, variable: value}), "srv01")
    assert "Lab-Passw0rd!" not in str(refused.value)
