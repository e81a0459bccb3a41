# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Envelopes with nothing in them that could tell whose they are, so that they can be sent to strangers and replayed.

What may stand is listed, and everything else is replaced: nobody can list what a machine may say. The text keeps its
form, prefixes and order, since the form is what a reader of it wants to see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape

from .escaping import escape_text
from .uris import ANONYMOUS

#: Stands for a text that is left out.
HIDDEN = "[text]"
NO_ID = "uuid:00000000-0000-0000-0000-000000000000"
_NO_GUID = "00000000-0000-0000-0000-000000000000"

# How the text of an element may stand: as it is, only the HRESULTs in it, or the form of a string of an event.
PLAIN, CODES, FORM = "plain", "codes", "form"

_DECLARATION = re.compile(r"^\ufeff?<\?xml[^<>]*\?>\s*")
_TAG = re.compile(r"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")
_NAME = re.compile(r"<\s*(?:[\w.-]+:)?([\w.-]+)")
_ATTRIBUTE = re.compile(r"""([\w.-]+(?::[\w.-]+)?)(\s*=\s*)("[^"]*"|'[^']*')""")
# Attributes of SOAP, WS-Management, WSManFault and XML Schema that say how a message is made.
_ATTRIBUTES = frozenset({"Code", "Dialect", "IsCIM_Error", "Name", "lang", "mustUnderstand", "nil", "provider", "type"})
_URI = re.compile(r"https?://(?:schemas\.(?:microsoft\.com|xmlsoap\.org|dmtf\.org)|www\.w3\.org)/[\w./*-]*")
_HRESULT = re.compile(r"\b0[xX][0-9A-Fa-f]{8}\b")
_GUID = re.compile(r"\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?")
_IDENTIFIERS = frozenset({"MessageID", "RelatesTo", "EnumerationContext", "ActivityId", "OperationID"})
# A number, a code, a moment as events write it.
_PART = re.compile(r"-?\d{1,7}|0[xX][0-9A-Fa-f]{1,8}|\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d{2}(?::\d{2})?")
_PORT = re.compile(r"[^\s,;=]+:(\d{1,5})")
_BREAK = re.compile(r"([,;\r\n]\s*)")


def anonymous(envelope: str, rules: Mapping[str, str], words: frozenset[str] = frozenset()) -> str | None:
    """The envelope as it may be shown; None for a text of which that cannot be said for sure.

    Args:
        envelope: a SOAP envelope that was read without an error.
        rules: local name of an element to ``PLAIN``, ``CODES`` or ``FORM``; the text of all others is replaced.
        words: what may stand on the left or right of an equals sign in a string of an event.
    """
    text = _DECLARATION.sub("", envelope, count=1)
    if "<!" in text or "<?" in text:
        return None
    return "".join(_parts(text, rules, words))


def form(text: str, words: frozenset[str] = frozenset()) -> str:
    """The form of a string of an event: its numbers, codes, moments and known words, the rest replaced."""
    return "".join(
        part if _BREAK.fullmatch(part) else _form_of_part(part.strip(), words) for part in _BREAK.split(text)
    )


def shown(text: str, rule: str, words: frozenset[str] = frozenset()) -> str:
    """A text by its rule."""
    if not text.strip() or rule == PLAIN:
        return text
    if rule == CODES:
        return " ".join([HIDDEN, *_HRESULT.findall(text)])
    return form(text, words) if rule == FORM else HIDDEN


def _parts(envelope: str, rules: Mapping[str, str], words: frozenset[str]) -> Iterator[str]:
    end = 0
    around: list[str] = [""]
    for tag in _TAG.finditer(envelope):
        yield _text(envelope[end : tag.start()], around[-1], rules, words)
        yield _ATTRIBUTE.sub(_attribute, tag[0])
        end = tag.end()
        _enter_or_leave(tag[0], around)
    yield HIDDEN if envelope[end:].strip() else envelope[end:]


def _enter_or_leave(tag: str, around: list[str]) -> None:
    """Keep in mind which elements the next text stands in, the innermost last."""
    if tag.startswith("</"):
        del around[max(1, len(around) - 1) :]
    elif not tag.endswith("/>"):
        found = _NAME.match(tag)
        around.append(found[1] if found else "")


def _text(text: str, element: str, rules: Mapping[str, str], words: frozenset[str]) -> str:
    if not text.strip():
        return text
    if element in _IDENTIFIERS and not _HRESULT.search(text):
        return NO_ID
    said = unescape(text)
    if _URI.fullmatch(said.strip()) or said.strip() == ANONYMOUS:
        return text
    rule = rules.get(element, "")
    return text if rule == PLAIN else escape_text(shown(said, rule, words), "The text")


def _attribute(found: re.Match[str]) -> str:
    name, equals, value = found.groups()
    prefix, _unused, local = name.rpartition(":")
    namespace = "xmlns" in (prefix, name)
    plain = _URI.fullmatch(value[1:-1]) is not None if namespace else local in _ATTRIBUTES
    return found[0] if plain else f'{name}{equals}"{HIDDEN}"'


def _form_of_part(text: str, words: frozenset[str]) -> str:
    if not text or _PART.fullmatch(text) or text in words:
        return text
    if _GUID.fullmatch(text):
        return _NO_GUID
    name, equals, value = text.partition("=")
    if equals and name.strip() in words:
        return f"{name}={_form_of_part(value.strip(), words)}"
    port = _PORT.fullmatch(text)
    return f"{HIDDEN}:{port[1]}" if port else HIDDEN
