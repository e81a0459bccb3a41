# Copyright (c) 2026 the winfleet.activation contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Windows host answers to those who run a command through its WinRM shell, as far as a benchmark needs it.

Create, Command, Send, Receive, Signal, Delete (MS-WSMV 3.1.4, messages of the remote shell). No shell is kept and no
command run: every answer is ready at once, and the first Receive brings the whole result. A real host takes a second or
two to start PowerShell and to compile what it was sent, so this favors whoever uses the shell.
"""

from __future__ import annotations

import base64
import json

_ID = "3F0DE9D7-6C0C-4C5B-9D0B-2A8B4B2D6E11"
_WINDOWS = "http://schemas.microsoft.com/wbem/wsman/1/windows"
_TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"

#: What ansible.windows.win_product_facts returns of a KMS client.
FACTS = {
    "ansible_os_license_channel": "Volume:GVLK",
    "ansible_os_license_edition": "Windows(R), Enterprise edition",
    "ansible_os_license_status": "Licensed",
    "ansible_os_product_id": "00329-00000-00003-AA987",
    "ansible_os_product_key": None,
}

_OUTPUT = base64.b64encode(json.dumps({"changed": False, "ansible_facts": FACTS}).encode() + b"\r\n").decode()

_BODIES = {
    f"{_TRANSFER}/Create": (
        f"<x:ResourceCreated><a:Address>http://host:5985/wsman</a:Address><a:ReferenceParameters><w:ResourceURI>{_WINDOWS}"
        f'/shell/cmd</w:ResourceURI><w:SelectorSet><w:Selector Name="ShellId">{_ID}</w:Selector></w:SelectorSet>'
        "</a:ReferenceParameters></x:ResourceCreated>"
    ),
    f"{_WINDOWS}/shell/Command": f"<rsp:CommandResponse><rsp:CommandId>{_ID}</rsp:CommandId></rsp:CommandResponse>",
    f"{_WINDOWS}/shell/Send": "<rsp:SendResponse/>",
    f"{_WINDOWS}/shell/Receive": (
        f'<rsp:ReceiveResponse><rsp:Stream Name="stdout" CommandId="{_ID}">{_OUTPUT}</rsp:Stream>'
        f'<rsp:Stream Name="stdout" CommandId="{_ID}" End="true"></rsp:Stream>'
        f'<rsp:Stream Name="stderr" CommandId="{_ID}" End="true"></rsp:Stream>'
        f'<rsp:CommandState CommandId="{_ID}" State="{_WINDOWS}/shell/CommandState/Done">'
        "<rsp:ExitCode>0</rsp:ExitCode></rsp:CommandState></rsp:ReceiveResponse>"
    ),
    f"{_WINDOWS}/shell/Signal": "<rsp:SignalResponse/>",
    f"{_TRANSFER}/Delete": "",
}

_ENVELOPE = (
    '<s:Envelope xml:lang="en-US" xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:x="{transfer}"'
    ' xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:rsp="{windows}/shell"><s:Header>'
    "<a:Action>{action}Response</a:Action><a:MessageID>uuid:{identifier}</a:MessageID>"
    "<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>"
    "<a:RelatesTo>%RELATES_TO%</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
)


def replies() -> dict[bytes, bytes]:
    """Answers by action, with ``%RELATES_TO%`` where the request's identifier belongs."""
    return {
        action.encode(): _ENVELOPE.format(
            transfer=_TRANSFER, windows=_WINDOWS, action=action, identifier=_ID, body=body
        ).encode()
        for action, body in _BODIES.items()
    }
