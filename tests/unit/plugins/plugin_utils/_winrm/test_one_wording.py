# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's strange answers, at each stage of a sign-in: either pipe shows the account as often, and says the same.

Those without an end are in ``test_hostile_servers``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.lab_unit.wire.workshop import HTTP_PORT, HTTPS_PORT, FakeHost, Workshop
from tests.surroundings import without_surroundings
from winlab.answers import answers
from winlab.host import CertificateSpec
from winlab.mischief import Mischief, Stage, Trick

from .conftest import Tap, endpoint, patient
from .test_hostile_servers import over_a_stream, over_pywinrm
from .test_refusals import TOKEN, answer, proofs_in

Ask = Callable[[Any], str]
PIPES: tuple[Ask, ...] = (over_pywinrm, over_a_stream)
ENDS = [name for name, one in answers().items() if not (one.again or one.gzip) and name != "greeting"]
CUTS = [Trick.CLOSE.value, Trick.CUT_BEFORE.value, Trick.GARBAGE.value, Trick.PROXY_HTML.value]
# Streams do not ask before they sign in.
CASES = [(name, stage.value) for name in (*ENDS, *CUTS) for stage in Stage if stage is not Stage.APPROACH]
Told = dict[tuple[str, str], list[tuple[int, str]]]


def mischief(name: str, stage: str) -> Mischief:
    if name in answers():
        return Mischief(Trick.ANSWER, on=stage, times=None, answer=answers()[name], name=name)
    return Mischief(Trick(name), on=stage, times=None)


def asked(host: FakeHost, ask: Ask) -> tuple[int, str]:
    tap = Tap(host.address)
    said = ask(patient("127.0.0.1", tap.port, scheme="http"))
    proofs = proofs_in(tap.everything)
    tap.close()
    return proofs, re.sub(r"\d+ bytes", "some bytes", said.replace(str(tap.port), "PORT"))


@pytest.fixture(scope="module")
def told() -> Told:
    """What became of each case over either pipe, some at a time."""
    wanted = [(case, ask) for case in CASES for ask in PIPES]
    with pytest.MonkeyPatch.context() as patch, Workshop() as workshop, ThreadPoolExecutor(16) as threads:
        without_surroundings(patch)
        hosts = [workshop.make(mischief=[mischief(*case)]) for case, _ask in wanted]
        workshop.listen(*hosts)
        done = list(threads.map(lambda host, one: asked(host, one[1]), hosts, wanted))
    found: Told = {}
    for (case, _ask), came in zip(wanted, done, strict=True):
        found.setdefault(case, []).append(came)
    return found


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("case", CASES, ids=" at ".join)
def test_both_pipes_show_and_say_the_same(told: Told, case: tuple[str, str]) -> None:
    by_pywinrm, by_stream = told[case]
    assert by_pywinrm == by_stream


def test_no_python_name_is_told(told: Told) -> None:
    """Kind: a library that stumbles over an answer, whose stumbling is told in place of the answer."""
    names = re.compile(r"[A-Za-z]+(Error|Exception|Read)\b")
    assert {case: said for case, both in told.items() for _proofs, said in both if names.search(said)} == {}


def test_nobody_blames_a_password_that_was_not_shown(told: Told) -> None:
    blamed = {case for case, both in told.items() for proofs, said in both if not proofs and "_password" in said}
    assert blamed == set()


TLS = {
    "expired": "has expired",
    "self_signed": "not trusted (self-signed certificate)",
    "names": "it was issued for other.example, 127.200.0.1. Set ansible_host to a name on the certificate",
}


@pytest.mark.parametrize("ask", PIPES)
@pytest.mark.parametrize("fault", TLS)
def test_a_certificate_that_is_refused(workshop: Workshop, ask: Ask, fault: str) -> None:
    value: Any = ("other.example", "127.200.0.1") if fault == "names" else True
    host = workshop.machine(http=False, https=True, certificate=CertificateSpec(**{fault: value}))
    said = ask(patient(host.address, HTTPS_PORT, scheme="https", ca_trust_path=str(workshop.ca_path)))
    assert TLS[fault] in said


@pytest.mark.parametrize("ask", PIPES)
@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_host_with_an_old_tls(workshop: Workshop, ask: Ask, version: str) -> None:
    host = workshop.machine(http=False, https=True, tls=version)
    said = ask(patient(host.address, HTTPS_PORT, scheme="https", server_cert_validation="ignore"))
    assert "during the TLS handshake" in said or "no common TLS version" in said
    assert "TLS 1.2" in said


@pytest.mark.parametrize("name", ["credssp_401", "bad_gateway", "empty_200", "closing_401", "basic_401"])
@pytest.mark.parametrize("stage", ["token", "proof"])
def test_credssp_blames_no_password_before_it_shows_one(workshop: Workshop, name: str, stage: str) -> None:
    host = workshop.machine(credssp=True, mischief=[mischief(name, stage)])
    said = over_pywinrm(patient(host.address, transports=("credssp",)))
    assert ("_password" in said) is (stage == "proof" and name == "credssp_401"), said
    assert name != "bad_gateway" or "HTTP 502" in said


# --- through a proxy, which streams leave to pywinrm

#: Answers that are too much for http.client among them; what is a 200 has made a tunnel.
AT_THE_PROXY = [name for name, one in answers().items() if "200" not in one.head and name not in ("greeting", "bomb")]


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", [*AT_THE_PROXY, *CUTS[:3], "silent"])
def test_a_proxy_that_makes_no_way_is_what_is_blamed(workshop: Workshop, name: str) -> None:
    proxy = workshop.machine(mischief=[mischief(name, "http")])
    target = endpoint(
        "srv01.corp.example",
        HTTPS_PORT,
        scheme="https",
        proxy=f"http://{proxy.address}:{HTTP_PORT}",
        **({"read_timeout": 2, "operation_timeout": 1} if name == "silent" else {}),
    )
    said = over_pywinrm(target)
    assert f"the proxy {proxy.address}:{HTTP_PORT} did not connect to the host (it" in said or "reset by peer" in said
    assert "named by ansible_winrm_proxy" in said
    for part in ("SecurePool", "Error(", "retries", "_password", "TLS 1.2"):
        assert part not in said
    assert ("its own sign-in" in said) is (name == "proxy_407")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_account_is_not_for_a_proxy(workshop: Workshop, serve: Callable[..., Any], scheme: str) -> None:
    """Kind: what belongs to one host is shown to another, which asks for it as a host would."""
    asks = answer(status="407 No", more="Proxy-Authenticate: NTLM\r\n")
    challenges = answer(status="407 No", more=f"Proxy-Authenticate: NTLM {TOKEN}\r\n")
    proxy = serve(lambda head, body: challenges if "uthorization" in head else asks)
    said = over_pywinrm(patient("srv01.corp.example", 5985, scheme=scheme, proxy=f"http://127.0.0.1:{proxy.port}"))
    assert "it requires its own sign-in: HTTP 407" in said
    assert b"uthorization" not in proxy.heard


# --- in TLS, where nothing is sealed, and pywinrm sends the message with the sign-in

IN_TLS = [
    *(name for name in ENDS if "401" in name),
    *("empty_200", "envelope_200", "json_200", "wrong_charset", "bad_gateway", "forbidden", "no_content", "redirect"),
    Trick.PROXY_HTML.value,
]


@pytest.mark.parametrize("name", IN_TLS)
def test_both_pipes_say_the_same_in_tls(workshop: Workshop, name: str) -> None:
    """Kind: an answer to nobody in particular is believed, or what the library stumbles over is told."""
    said = []
    for ask in PIPES:
        host = workshop.machine(http=False, https=True, mischief=[mischief(name, "http")])
        text = ask(patient(host.address, HTTPS_PORT, scheme="https", server_cert_validation="ignore"))
        said.append(text.replace(host.address, "HOST"))
    assert said[0] == said[1]
    assert said[0].startswith("srv01 (HOST:")
    assert "_password" not in said[0]


@pytest.mark.parametrize("ask", PIPES)
def test_a_message_that_is_refused_in_tls_was_not_sealed(workshop: Workshop, ask: Ask) -> None:
    host = workshop.machine(http=False, https=True, mischief=[mischief("offer_401", "signed_in")])
    said = ask(patient(host.address, HTTPS_PORT, scheme="https", server_cert_validation="ignore"))
    assert "sealed" not in said
