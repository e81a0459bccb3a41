# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What three clients would send for the same variables: ansible-core's own plugins, license_info and fleet_info.

Each is taken as far as the session it would send with, made by its own libraries, and read out there. Nothing is sent,
and no ticket is asked for.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
import requests
import winrm.protocol
import winrm.transport
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.executor.task_executor import TaskExecutor
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import connection_loader
from ansible.template import Templar

from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.connections import options, winrm_options
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.connections.hosts import HostConnections
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.connections.keywords import connection_keywords
from ansible_collections.winfleet.activation.plugins.plugin_utils._glue.connections.rendering import Renderer
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm import kerberos
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.pywinrm.line import Line as PywinrmLine
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.session import context_for
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream import negotiate, tls
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream.line import Line as StreamLine
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream.shared import Shared

Variables = Mapping[str, Any]
HOST = "srv01"


class Refused(NamedTuple):
    """The client sends nothing."""

    why: str


@dataclass(frozen=True)
class Way:
    """What one client would send over one transport, and how long it would wait."""

    scheme: str
    host: str
    port: int
    path: str
    proxy: str | None
    #: Transport, account, and whatever else its sign-in depends on.
    sign_in: tuple[Any, ...]
    header: str | None
    sealed: bool
    verify: object
    certificate: tuple[str, str] | None
    connect_seconds: float
    read_seconds: float
    operation_seconds: float
    envelope_size: int
    kinit: tuple[Any, ...] | None = None


Sent = tuple[Way, ...] | Refused


class Reached(Exception):
    """As far as a client is let go."""


class FakeKerberos(requests.auth.AuthBase):
    """Stands in for pykerberos, which has to be compiled, under the name by which pywinrm knows it."""

    winrm_encryption_available = True

    def __init__(self, **settings: Any) -> None:
        self.settings = settings

    def __call__(self, request: Any) -> Any:
        return request


# --- ansible-core's own plugins


class _Executor(TaskExecutor):  # type: ignore[misc]
    # A property in some releases.
    _task: Any = None


def plugin_of(variables: Variables, task: Task | None = None) -> Any:
    """The connection plugin, with options set by the executor of a task."""
    task = task or Task()
    variables = {"inventory_hostname": HOST, **variables}
    templar = Templar(loader=DataLoader(), variables=variables)
    executor = _Executor.__new__(_Executor)
    executor._task = task
    executor._play_context = PlayContext().set_task_and_variable_override(task, variables, templar)
    kind = str(templar.template(variables.get("ansible_connection") or task.connection or "winrm"))
    executor._connection = connection_loader.get(kind, executor._play_context, "/dev/null")
    executor._set_connection_options(variables, templar)
    return executor._connection


def by_core(variables: Variables, task: Task | None = None) -> Sent:
    """What the plugin itself would send."""
    try:
        plugin = plugin_of(variables, task)
        return _by_core_winrm(plugin) if plugin.transport == "winrm" else _by_core_psrp(plugin)
    except Exception as error:
        return Refused(f"{type(error).__name__}: {error}")


def _by_core_winrm(plugin: Any) -> Sent:
    ways: list[Way] = []
    tickets: list[tuple[Any, ...]] = []

    def as_far_as_it_goes(protocol: Any, **_unused: Any) -> str:
        ways.append(_of_pywinrm(protocol, tickets.pop() if tickets else None))
        raise Reached

    with pytest.MonkeyPatch.context() as patch:
        _without_network(patch)
        patch.setattr(winrm.protocol.Protocol, "open_shell", as_far_as_it_goes)
        # Not of the module by its name: the loader of plugins may have made another of it.
        inside = type(plugin)._winrm_connect.__globals__
        patch.setitem(inside, "HAVE_KERBEROS", True)
        patch.setitem(inside, "subprocess", _no_kinit(tickets))
        patch.delenv("KRB5CCNAME", raising=False)
        try:
            plugin._build_winrm_kwargs()
            plugin._winrm_connect()
        except AnsibleConnectionFailure as error:
            return tuple(ways) or Refused(str(error))
    raise AssertionError("nothing came of it")


def _no_kinit(tickets: list[tuple[Any, ...]]) -> Any:
    """A module ``subprocess`` that only notes what it should run."""

    class Popen:
        returncode = 0

        def __init__(self, command: list[str], env: dict[str, str], **_unused: Any) -> None:
            self._told = (tuple(command), frozenset(env))

        def communicate(self, password: bytes) -> tuple[bytes, bytes]:
            tickets.append((*self._told, password))
            return b"", b""

    def run(command: list[str], input: bytes, env: dict[str, str], **_unused: Any) -> Any:
        tickets.append((tuple(command), frozenset(env), input))
        return types.SimpleNamespace(returncode=0, stderr=b"")

    return types.SimpleNamespace(Popen=Popen, run=run, PIPE=-1, TimeoutExpired=TimeoutError)


def _without_network(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(winrm.transport.Transport, "setup_encryption", lambda self, _session: setattr(self, "encryption", 1))
    patch.setattr(winrm.transport, "HAVE_KERBEROS", True)
    patch.setattr(winrm.transport, "HTTPKerberosAuth", FakeKerberos, raising=False)
    patch.setattr(winrm.transport, "REQUIRED", 1, raising=False)


def _of_pywinrm(protocol: Any, ticket: tuple[Any, ...] | None) -> Way:
    transport = protocol.transport
    session = transport.build_session()
    timeout = transport.read_timeout_sec
    connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
    return Way(
        **_prepared(session, transport.endpoint),
        sign_in=_sign_in(transport, session),
        sealed=transport.encryption is not None,
        connect_seconds=connect,
        read_seconds=read,
        operation_seconds=protocol.operation_timeout_sec,
        envelope_size=protocol.max_env_sz,
        kinit=ticket,
    )


def _sign_in(transport: Any, session: Any) -> tuple[Any, ...]:
    auth = session.auth
    if isinstance(auth, FakeKerberos):
        names = ("principal", "service", "delegate", "hostname_override", "send_cbt")
        return ("kerberos", *(auth.settings[name] for name in names))
    kind = type(auth).__name__
    if kind == "HttpNtlmAuth":
        return "ntlm", auth.username, auth.password, auth.send_cbt
    if kind == "HttpCredSSPAuth":
        names = ("username", "password", "auth_mechanism", "disable_tlsv1_2", "minimum_version")
        return ("credssp", *(getattr(auth, name) for name in names))
    # Basic and a certificate are in the header.
    return (kind,)


def _prepared(session: Any, url: str, timeout: Any = None) -> dict[str, Any]:
    """What requests makes of a session's settings."""
    request = session.prepare_request(requests.Request("POST", url, data=b""))
    proxies = requests.sessions.resolve_proxies(request, session.proxies, session.trust_env)
    adapter = session.get_adapter(request.url)
    parts = urlsplit(request.url)
    header = request.headers.get("Authorization")
    return {
        "scheme": parts.scheme,
        "host": parts.hostname,
        "port": parts.port,
        "path": adapter.request_url(request, {}),
        "proxy": requests.utils.select_proxy(request.url, proxies) or None,
        "header": header.decode("latin-1") if isinstance(header, bytes) else header,
        "verify": session.verify if parts.scheme == "https" else None,
        "certificate": session.cert,
    }


def _by_core_psrp(plugin: Any) -> Sent:
    plugin._build_kwargs()
    wsman = type(plugin)._connect.__globals__["WSMan"](**plugin._psrp_conn_kwargs)
    transport = wsman.transport
    session = transport._build_session()
    auth, kind = session.auth, type(session.auth).__name__
    if kind == "HTTPNegotiateAuth":
        sign_in: tuple[Any, ...] = (auth.auth_provider, auth.username, auth.password, auth.send_cbt)
        if auth.auth_provider == "kerberos":
            sign_in = (
                "kerberos",
                auth.username,
                auth.service,
                bool(auth.delegate),
                auth.hostname_override,
                auth.send_cbt,
            )
    elif kind == "HttpCredSSPAuth":
        names = ("username", "password", "auth_mechanism", "disable_tlsv1_2", "minimum_version")
        sign_in = ("credssp", *(getattr(auth, name) for name in names))
    else:
        sign_in = (kind,)
    return (
        Way(
            **_prepared(session, transport.endpoint),
            sign_in=sign_in,
            sealed=transport.wrap_required,
            connect_seconds=transport.connection_timeout,
            read_seconds=transport.read_timeout,
            operation_seconds=wsman.operation_timeout,
            envelope_size=wsman.max_envelope_size,
        ),
    )


# --- ours


def endpoint_of_task(variables: Variables, task: Task | None = None) -> Endpoint | Refused:
    """The endpoint of license_info: the options of the plugin that the task has."""
    try:
        return _endpoint(plugin_of(variables, task))
    except (options.OptionError, AnsibleError) as error:
        return Refused(str(error))


def _endpoint(connection: Any) -> Endpoint:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(winrm_options, "_kerberos_installed", lambda: True)
        return options.endpoint_from_connection(connection, HOST)[0]


class OneHost:
    """Hostvars of a single host."""

    def __init__(self, variables: Variables) -> None:
        self._variables = {"inventory_hostname": HOST, **variables}

    def __contains__(self, host: str) -> bool:
        return host == HOST

    def raw_get(self, host: str) -> Variables:
        return self._variables


def stand_in(variables: Variables, task: Task | None = None) -> Any:
    """What stands for the connection plugin of a host in fleet_info, run on localhost."""
    keywords = connection_keywords(task or Task(), PlayContext(), {})
    renderer = Renderer(Templar(loader=DataLoader(), variables={}), OneHost(variables))
    return HostConnections(renderer, keywords).of(HOST)


def endpoint_of_fleet(variables: Variables, task: Task | None = None) -> Endpoint | Refused:
    """The endpoint of fleet_info. Anything but an OptionError would end the run of all hosts."""
    try:
        return _endpoint(stand_in(variables, task))
    except options.OptionError as error:
        return Refused(str(error))


def by_pywinrm(endpoint: Endpoint) -> Sent:
    """What the pipe over pywinrm would send, transport by transport."""
    ways: list[Way] = []
    tickets: list[tuple[Any, ...]] = []
    with pytest.MonkeyPatch.context() as patch:
        _without_network(patch)
        patch.setattr(kerberos, "subprocess", _no_kinit(tickets))
        for transport in endpoint.transports:
            kinit = endpoint.kinit
            if transport == "kerberos" and kinit is not None and kinit.mode == "managed":
                kerberos.obtain_ticket(endpoint).close()
            line = PywinrmLine(endpoint, transport)
            try:
                protocol = line._sign_in()
            except Exception as error:
                return Refused(f"{type(error).__name__}: {error}")
            way = _of_pywinrm(protocol, tickets.pop() if tickets else None)
            ways.append(replace(way, envelope_size=context_for(endpoint).max_envelope_size))
            line.close()
    return tuple(ways)


def by_streams(endpoint: Endpoint) -> Sent:
    """What the streams would send; the pipe over pywinrm where they leave an endpoint to it."""
    shared = Shared()
    try:
        if not shared.speaks_to(endpoint):
            return by_pywinrm(endpoint)
        return tuple(_of_stream(endpoint, transport, shared) for transport in endpoint.transports[:1])
    finally:
        shared.close()


def _of_stream(endpoint: Endpoint, transport: str, shared: Shared) -> Way:
    line = StreamLine(endpoint, transport, shared, types.SimpleNamespace(peer_certificate=lambda: None))  # type: ignore[arg-type]
    head = line._target.post(b"", authorization=line._authorization).decode("latin-1")
    request, *lines = head.split("\r\n")
    fields = dict(text.split(": ", 1) for text in lines if ": " in text)
    address = urlsplit(f"//{fields['Host']}")
    policy = _tls_policy(endpoint, transport, shared) if endpoint.scheme == "https" else None
    return Way(
        scheme=endpoint.scheme,
        host=address.hostname or "",
        port=address.port or 0,
        path=request.split(" ")[1],
        proxy=None,
        sign_in=_of_context(endpoint, transport, shared),
        header=fields.get("Authorization"),
        sealed=line._seals,
        verify=(policy.authorities or True) if policy and policy.validate else False if policy else None,
        certificate=(policy.certificate, policy.key) if policy and policy.certificate and policy.key else None,
        connect_seconds=endpoint.connect_timeout or endpoint.read_timeout,
        read_seconds=endpoint.read_timeout,
        operation_seconds=endpoint.operation_timeout,
        envelope_size=context_for(endpoint).max_envelope_size,
    )


def _tls_policy(endpoint: Endpoint, transport: str, shared: Shared) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tls, "_context", lambda policy: policy)
        patch.setattr(tls.Path, "exists", lambda _path: True)
        return shared.tls.of(endpoint, transport)


def _of_context(endpoint: Endpoint, transport: str, shared: Shared) -> tuple[Any, ...]:
    if transport not in ("ntlm", "kerberos"):
        return (
            "HTTPBasicAuth" if transport != "certificate" and not endpoint.uses_certificate(transport) else "NoneType",
        )
    asked: list[Any] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(negotiate, "ntowfv1", None)
        patch.setattr(negotiate.spnego, "client", lambda *args, **settings: asked.append((args, settings)))
        shared.credentials.context(endpoint, transport, None, None)
    ((credential,), settings) = asked[0]
    if transport == "ntlm":
        return "ntlm", credential.username, credential.password, endpoint.send_cbt
    delegates = bool(settings["context_req"] & negotiate.spnego.ContextReq.delegate)
    return (
        "kerberos",
        endpoint.username,
        settings["service"],
        delegates,
        endpoint.kerberos_hostname_override,
        endpoint.send_cbt,
    )
