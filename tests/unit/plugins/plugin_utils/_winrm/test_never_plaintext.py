# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No credential goes where nobody asked for it to go: not by .netrc, and not to a proxy.

That no request crosses readably, whatever goes wrong, is in test_faults_on_the_wire.py; redirects are in
test_secrecy.py and test_stream_pipe.py.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.endpoint import Endpoint, Secret
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.errors import WinrmError
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.pywinrm.pipe import PywinrmPipe
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream.pipe import StreamPipe
from ansible_collections.winfleet.activation.plugins.plugin_utils._winrm.stream.shared import Shared
from tests.lab_unit.wire.workshop import ADMINISTRATOR

from .conftest import HttpServer, endpoint, raw

ENVELOPE = "<s:Envelope>CCCCC-DDDDD-FFFFF-GGGGG-PYWKV</s:Envelope>"
PASSWORD = "Tell-Nobody-1"
BASIC = base64.b64encode(f"{ADMINISTRATOR.user}:{PASSWORD}".encode())
ASKS_FOR_BASIC = raw("401 Unauthorized", WWW_Authenticate='Basic realm="WSMAN"')

Serve = Callable[..., HttpServer]


def over_pywinrm(target: Endpoint) -> None:
    pipe = PywinrmPipe(target)
    with contextlib.suppress(WinrmError):
        pipe.exchange(ENVELOPE)
    pipe.close()


def over_a_stream(target: Endpoint) -> None:
    async def run() -> None:
        shared = Shared()
        pipe = StreamPipe(target, shared)
        with contextlib.suppress(WinrmError):
            await pipe.exchange(ENVELOPE)
        pipe.close()
        shared.close()

    asyncio.run(run())


PIPES = [over_pywinrm, over_a_stream]


def target_of(host: str, port: int, **changes: Any) -> Endpoint:
    fields = {"scheme": "http", "password": Secret(PASSWORD), **changes}
    return endpoint(host, port, **fields)


@pytest.mark.parametrize("ask", PIPES)
@pytest.mark.parametrize("transport", ["ntlm", "basic"])
def test_netrc_is_not_asked(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ask: Callable[[Endpoint], None], transport: str
) -> None:
    """Its password would be sent readably, to whoever says 401."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password netrc-password\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server = serve(lambda head, body: ASKS_FOR_BASIC)
    ask(target_of("127.0.0.1", server.port, transports=(transport,)))
    assert server.heard
    assert base64.b64encode(b"somebody:netrc-password") not in server.heard


@pytest.mark.parametrize("ask", PIPES)
def test_who_asks_for_basic_gets_none_from_a_sealing_transport(serve: Serve, ask: Callable[[Endpoint], None]) -> None:
    server = serve(lambda head, body: ASKS_FOR_BASIC)
    ask(target_of("127.0.0.1", server.port))
    assert b"POST" in server.heard
    assert [text for text in (BASIC, PASSWORD.encode(), b"Envelope") if text in server.heard] == []


PROXIES = {
    "asks for an account of its own": raw(
        "407 Proxy Authentication Required", Proxy_Authenticate='Basic realm="proxy"'
    ),
    "asks for it by NTLM": raw("407 Proxy Authentication Required", Proxy_Authenticate="NTLM"),
    "asks in the name of the host": ASKS_FOR_BASIC,
    "has a page": raw("200 OK", b"<html>welcome</html>", Content_Type="text/html"),
    "is out of order": raw("502 Bad Gateway"),
}


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("answer", PROXIES.values(), ids=PROXIES)
def test_a_proxy_hears_nothing_of_the_account(serve: Serve, scheme: str, answer: bytes) -> None:
    """Streams do not speak to proxies at all."""
    proxy = serve(lambda head, body: answer)
    target = target_of("srv01.corp.example", 5986, scheme=scheme, proxy=f"http://127.0.0.1:{proxy.port}")
    assert not Shared().speaks_to(target)
    over_pywinrm(target)
    assert proxy.heard.startswith(b"POST" if scheme == "http" else b"CONNECT")
    assert [text for text in (BASIC, PASSWORD.encode(), b"Envelope") if text in proxy.heard] == []
    assert scheme == "http" or b"uthorization" not in proxy.heard
