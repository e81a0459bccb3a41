# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The faults of WinRM: SOAP code, subcode, WSMan code and text of each.

Codes are the WSMan HRESULTs of the Windows SDK header wsmerror.h (0x80338000 and up); SOAP codes, subcodes and
fault details those of DSP0226 section 14.  Texts are the lab's own: a client must not depend on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

SENDER = "s:Sender"
RECEIVER = "s:Receiver"


@dataclass(frozen=True)
class FaultForm:
    """SOAP code, subcode, WSMan code, texts in English and German, and the FaultDetail where there is one."""

    role: str
    subcode: str
    code: int
    english: str
    german: str
    detail: str = ""


class Kind(Enum):
    """The faults this service knows."""

    RESOURCE_NOT_FOUND = FaultForm(
        SENDER,
        "a:DestinationUnreachable",
        2150858752,
        "The WS-Management service found no resource for this URI and these selectors.",
        "Der WS-Verwaltungsdienst hat für diesen URI und diese Selektoren keine Ressource gefunden.",
        "InvalidResourceURI",
    )
    INVALID_URI = FaultForm(
        SENDER,
        "a:DestinationUnreachable",
        2150858754,
        "The WS-Management service cannot process the request. The CIM namespace in the URI is invalid.",
        "Der WS-Verwaltungsdienst kann die Anforderung nicht verarbeiten. Der CIM-Namespace ist ungültig.",
        "InvalidResourceURI",
    )
    MUST_UNDERSTAND = FaultForm(
        "s:MustUnderstand",
        "",
        2150858768,
        "The WS-Management service does not understand a mandatory header.",
        "Der WS-Verwaltungsdienst versteht einen vorgeschriebenen Header nicht.",
    )
    HEADER_REQUIRED = FaultForm(
        SENDER,
        "a:MessageInformationHeaderRequired",
        2150858769,
        "The request lacks a required addressing header.",
        "In der Anforderung fehlt ein erforderlicher Adressierungsheader.",
    )
    ACTION_NOT_SUPPORTED = FaultForm(
        SENDER,
        "a:ActionNotSupported",
        2150858771,
        "The resource does not support this action.",
        "Die Ressource unterstützt diese Aktion nicht.",
    )
    INVALID_REPRESENTATION = FaultForm(
        SENDER,
        "x:InvalidRepresentation",
        2150858773,
        "The XML representation in the request does not fit the resource.",
        "Die XML-Darstellung in der Anforderung passt nicht zur Ressource.",
        "InvalidValues",
    )
    FILTER_DIALECT = FaultForm(
        SENDER,
        "n:FilterDialectRequestedUnavailable",
        2150858777,
        "The WS-Management service does not support this filter dialect.",
        "Der WS-Verwaltungsdienst unterstützt diesen Filterdialekt nicht.",
    )
    CANNOT_PROCESS_FILTER = FaultForm(
        SENDER,
        "n:CannotProcessFilter",
        2150858778,
        "The WS-Management service cannot process the filter of the request.",
        "Der WS-Verwaltungsdienst kann den Filter der Anforderung nicht verarbeiten.",
    )
    INVALID_CONTEXT = FaultForm(
        RECEIVER,
        "n:InvalidEnumerationContext",
        2150858779,
        "The enumeration context is not valid: it is used up, has expired or belongs to another user.",
        "Der Enumerationskontext ist nicht gültig: verbraucht, abgelaufen oder der eines anderen Benutzers.",
    )
    TIMED_OUT = FaultForm(
        RECEIVER,
        "w:TimedOut",
        2150858793,
        "The WS-Management service could not complete the operation within the given time.",
        "Der WS-Verwaltungsdienst konnte den Vorgang nicht in der angegebenen Zeit abschließen.",
    )
    UNSUPPORTED_FEATURE = FaultForm(
        SENDER,
        "w:UnsupportedFeature",
        2150858812,
        "The WS-Management service does not support a feature of the request.",
        "Der WS-Verwaltungsdienst unterstützt eine Funktion der Anforderung nicht.",
    )
    SCHEMA_VALIDATION = FaultForm(
        SENDER,
        "w:SchemaValidationError",
        2150858817,
        "The XML of the request does not fit the schema of the resource.",
        "Das XML der Anforderung passt nicht zum Schema der Ressource.",
    )
    MAX_ENVELOPE_SIZE = FaultForm(
        SENDER,
        "w:EncodingLimit",
        2150858823,
        "The requested MaxEnvelopeSize is too small; the least is 8192.",
        "Der angeforderte Wert für MaxEnvelopeSize ist zu klein; der kleinste ist 8192.",
        "MinimumEnvelopeLimit",
    )
    ENVELOPE_EXCEEDED = FaultForm(
        RECEIVER,
        "w:EncodingLimit",
        2150858824,
        "The answer is larger than the maximum envelope size of the request.",
        "Die Antwort überschreitet die maximale Umschlaggröße der Anforderung.",
        "MaxEnvelopeSizeExceeded",
    )
    INSUFFICIENT_SELECTORS = FaultForm(
        SENDER,
        "w:InvalidSelectors",
        2150858842,
        "The request lacks a selector for a key property.",
        "In der Anforderung fehlt ein Selektor für eine Schlüsseleigenschaft.",
        "InsufficientSelectors",
    )
    UNEXPECTED_SELECTORS = FaultForm(
        SENDER,
        "w:InvalidSelectors",
        2150858843,
        "The request has a selector that names no key property.",
        "Die Anforderung enthält einen Selektor, der keine Schlüsseleigenschaft benennt.",
        "UnexpectedSelectors",
    )
    SELECTOR_VALUE = FaultForm(
        SENDER,
        "w:InvalidSelectors",
        2150858845,
        "The value of a selector does not have the type of its key property.",
        "Der Wert eines Selektors hat nicht den Typ seiner Schlüsseleigenschaft.",
        "TypeMismatch",
    )
    NOT_A_SINGLETON = FaultForm(
        SENDER,
        "w:InvalidSelectors",
        2150859002,
        "The resource is not a singleton: the request needs selectors for its keys.",
        "Die Ressource ist kein Singleton: Die Anforderung braucht Selektoren für ihre Schlüssel.",
        "InsufficientSelectors",
    )
    WQL_ON_CLASS = FaultForm(
        SENDER,
        "a:DestinationUnreachable",
        2150859003,
        "A WQL filter goes with a resource URI that ends in an asterisk.",
        "Ein WQL-Filter gehört zu einem Ressourcen-URI, der mit einem Sternchen endet.",
        "InvalidResourceURI",
    )
    PROVIDER_NOT_CAPABLE = FaultForm(
        RECEIVER,
        "w:InternalError",
        2150859010,
        "The WMI provider is not able to carry out the operation.",
        "Der WMI-Anbieter kann den Vorgang nicht ausführen.",
    )
    KEYS_IN_ENUMERATION = FaultForm(
        SENDER,
        "w:InvalidSelectors",
        2150859016,
        "An enumeration must not have selectors for key properties.",
        "Eine Enumeration darf keine Selektoren für Schlüsseleigenschaften haben.",
        "UnexpectedSelectors",
    )
    PROVIDER_INVALID_PARAMETER = FaultForm(
        SENDER,
        "w:InvalidParameter",
        2150859038,
        "The WMI provider refused a parameter of the request.",
        "Der WMI-Anbieter hat einen Parameter der Anforderung abgelehnt.",
    )
    QUOTA_OPERATIONS = FaultForm(
        RECEIVER,
        "w:InternalError",
        2150859174,
        "This user has too many concurrent operations. Close some of them or raise the quota.",
        "Dieser Benutzer hat zu viele gleichzeitige Vorgänge. Schließen Sie einige, oder erhöhen Sie die Quote.",
    )
    SHELLS_NOT_ALLOWED = FaultForm(
        SENDER,
        "w:AccessDenied",
        2150859180,
        "The service is configured to accept no remote shells.",
        "Der Dienst ist so konfiguriert, dass er keine Remoteshells annimmt.",
    )
    ACCESS_DENIED = FaultForm(SENDER, "w:AccessDenied", 5, "Access is denied.", "Zugriff verweigert.")
    INTERNAL_ERROR = FaultForm(
        RECEIVER,
        "w:InternalError",
        2150858755,
        "The WS-Management service cannot process the request. The WMI service or a WMI provider failed.",
        "Der WS-Verwaltungsdienst kann die Anforderung nicht verarbeiten. WMI oder ein Anbieter ist gescheitert.",
    )
