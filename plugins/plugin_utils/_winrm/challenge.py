# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What WWW-Authenticate says: which schemes a host offers, and the token that some of them carry (RFC 9110 11.6.1).

Several headers are one, joined by commas. Parameters are in quotes or behind an equals sign, and hold no scheme,
whatever stands in them.
"""

from __future__ import annotations

import re

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
# A scheme, and its token68 where nothing but that follows.
_CHALLENGE = re.compile(
    r"(?:^|,)[ \t]*([A-Za-z][A-Za-z0-9!#$%&'*+.^_`|~-]*)(?=[ \t,]|$)"
    r"(?:[ \t]+([A-Za-z0-9\-._~+/]+=*)(?=[ \t]*(?:,|$)))?"
)
# As the libraries know them; RFC 9110 11.1 lets them be written in any letters.
_USUAL = {name.lower(): name for name in ("Negotiate", "NTLM", "Kerberos", "CredSSP", "Basic", "Digest")}
_KNOWN = re.compile(rf"(?:^|(?<=[\s,]))(?:{'|'.join(_USUAL)})(?=[\s,]|$)", re.IGNORECASE)
# Nobody reads more of them, and they are put into messages.
_MOST = 10


def schemes_offered(header: str) -> tuple[str, ...]:
    """The schemes in the order in which they stand there, each once."""
    return tuple(dict.fromkeys(_USUAL.get(scheme.lower(), scheme) for scheme, _token in _challenges(header)))[:_MOST]


def respelled(header: str) -> str:
    """The header with the usual spelling of the schemes that the libraries look for."""
    return _KNOWN.sub(lambda name: _USUAL[name[0].lower()], header)


def token_of(header: str, schemes: frozenset[str]) -> str | None:
    """The first token that one of these schemes, in small letters, carries; None without any."""
    return next((token for scheme, token in _challenges(header) if token and scheme.lower() in schemes), None)


def _challenges(header: str) -> list[tuple[str, str]]:
    return _CHALLENGE.findall(_QUOTED.sub('""', header))
