# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of how modules reach the PBX."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  pbx:
    description:
      - Which PBX to ask, and how.
      - Taken from the host variable C(snom_pbx) if not given. Where one task serves all hosts, that of the first one
        counts.
    type: dict
    suboptions:
      kind:
        description:
          - V(asterisk) is asked by its manager interface (AMI), V(kamailio) by JSON-RPC over HTTP, V(freeswitch) by its
            event socket (ESL).
          - V(sip) goes straight to the phone, past any PBX, and lists nobody.
          - V(command) is for events to phones only, and can't be read.
        type: str
        required: true
        choices: [asterisk, kamailio, freeswitch, sip, command]
      host:
        description:
          - Name or address of the PBX. V(sip) has none.
        type: str
      port:
        description:
          - Port of the interface. 5038 for V(asterisk) (5039 with O(pbx.tls)), 80 (443) for V(kamailio), 8021 for
            V(freeswitch), if not given. For V(sip) the phone's own SIP port, 5060 (5061 with TLS).
        type: int
      username:
        description:
          - User of the interface. V(freeswitch) has none. For V(sip) that of the phone's identity, its account if not
            given.
        type: str
      password:
        description:
          - Password of the interface. Where it is not given, that of the environment variable E(SNOM_PBX_PASSWORD).
          - For V(sip) the SIP password of the phone's identity, which a phone with C(challenge_checksync) asks for.
        type: str
      tls:
        description:
          - Whether the interface speaks TLS. False, if not given. Without it the password of V(asterisk) and
            V(freeswitch) can be read on the way, so use it on the PBX itself, or through a tunnel.
        type: bool
      validate_certs:
        description:
          - Whether the certificate of the PBX, or that of the phone for V(sip), must be trusted. True, if not given.
        type: bool
      ca_path:
        description:
          - A file with the CA of that certificate.
        type: path
      timeout:
        description:
          - Seconds for one question. 10, if not given.
        type: float
      path:
        description:
          - V(kamailio) only. The path of JSON-RPC, V(/RPC) if not given.
        type: str
      dialogs:
        description:
          - V(kamailio) only. Whether its routes track every call with C(dlg_manage). Only then an account that is in no
            dialog counts as V(idle). False, if not given.
        type: bool
      profile:
        description:
          - V(freeswitch) only. The SIP profile that phones register at, V(internal) if not given.
        type: str
      transport:
        description:
          - V(sip) only. How the phone takes SIP. V(udp), if not given, or V(tls) with O(pbx.tls).
        type: str
        choices: [udp, tcp, tls]
      command:
        description:
          - V(command) only. The program and its arguments.
        type: list
        elements: str
"""
