# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `python -m winlab help mischief` prints: made from the tricks themselves, so that it cannot fall behind."""

from __future__ import annotations

import textwrap

from .answers import descriptions

_HEAD = """\
A machine of a scenario may misbehave, once or always:

  machines:
    - release: server2019
      mischief:
        - {trick: cut_after, "on": InstallProductKey}
        - {trick: drip_head, "on": http, times: null}
        - {trick: forbidden, "on": proof, times: null}
        - {trick: fault, "on": InstallProductKey, fault: 0xC004F050}
        - trick: answer
          "on": http
          answer: {head: "HTTP/1.1 418 No", body: "<html>no coffee</html>", length: true}

  trick    one of those below
  on       an operation (identify, enumerate, pull, release, get, put, invoke), a class or a method; `http` for every
           HTTP request as it arrives, and of these alone: `approach` those that say nothing of an account, `token`
           those that begin a sign-in, `proof` those that show an account, `signed_in` those after it; `connect` for
           every connection, before a word is said; `tls` for every TLS connection, before the handshake; left out: any
           authenticated operation. At all of these but the last only what needs no SOAP is played
  after    how many of these requests pass first (0)
  times    how often it strikes (1); null is for ever
  seconds  how late a slow answer comes; the pause of one that drips
  fault    of the tricks `fault` and `fault_after`: a name of fault_kinds.tsv (access_denied, quota_operations, …), or a
           provider's HRESULT such as 0xC004F074
  answer   of the trick `answer`: what is sent, with the fields head (lines), open (line or head: it has no end), body,
           repeat (of the body), length (is announced), gzip (that many zeros, packed, as the body), again (sent over
           and over), fill (how often at once), pause (seconds between), close (false: the connection goes on)

Beside mischief, `winrm: {refused_column: e_fail}` (or `invalid_query`) says how a column is refused that a class lacks,
and `winrm: {https: true, tls: "1.0"}` which version of TLS is the newest that a machine speaks.
`python -m winlab events` has what was played, and how many bytes of an answer its client took.

Tricks:
"""


def mischief_help() -> str:
    """The page, 120 columns wide."""
    return _HEAD + "\n".join(_line(name, about) for name, about in descriptions().items())


def _line(name: str, about: str) -> str:
    return textwrap.fill(about, 116, initial_indent=f"  {name:<19}", subsequent_indent=" " * 21)
