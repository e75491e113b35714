# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the options that every per-phone module has."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  host:
    description:
      - Name or address of the phone.
      - Taken from the host variable C(ansible_host) if not given, else from the name of the host in the inventory.
      - Best left to the inventory. C(snom_protected) and all other variables are those of the host that the task runs
        for, whatever phone is named here, so this reaches a phone that is protected under its own name.
    type: str
  port:
    description:
      - TCP port of the phone's web server. The default is 443 for V(https) and 80 for V(http).
      - Taken from the host variable C(snom_port) if not given.
    type: int
  scheme:
    description:
      - How to talk to the phone. There is never a fall-back from V(https) to V(http).
      - Taken from the host variable C(snom_scheme) if not given.
    type: str
    choices: [https, http]
    default: https
  username:
    description:
      - User of the phone's web server, the phone's setting C(http_user).
      - Taken from the host variable C(snom_username) if not given, and from the controller's environment variable
        C(SNOM_USERNAME) if that is not set either. An empty one counts as not set.
    type: str
  password:
    description:
      - Password of the phone's web server, the phone's setting C(http_pass). After a few wrong ones a phone locks its
        web server for a minute, and longer each time. So a task never sends a refused password again, neither for
        the next item of its loop nor with C(until).
      - Taken from the host variable C(snom_password) if not given, and from the controller's environment variable
        C(SNOM_PASSWORD) if that is not set either. An empty one counts as not set.
    type: str
  auth:
    description:
      - How to log in. V(auto) does what the phone asks for.
      - Taken from the host variable C(snom_auth) if not given.
    type: str
    choices: [auto, basic, digest]
    default: auto
  validate_certs:
    description:
      - Whether the phone's certificate must be valid. Phones carry self-signed ones, so better than V(false) is
        O(cert_fingerprint); the playbook C(telephony.snom.fingerprints) collects them.
      - Taken from the host variable C(snom_validate_certs) if not given.
    type: bool
    default: true
  ca_path:
    description:
      - File or directory with the certificates of the authorities to trust, on the machine where the module runs. The
        default is that machine's own list. A relative path counts from the current directory.
      - Taken from the host variable C(snom_ca_path) if not given.
    type: path
  cert_fingerprint:
    description:
      - SHA-256 of the certificate that the phone must show, in hex, with or without colons. Replaces the check of
        authority and name.
      - Taken from the host variable C(snom_cert_fingerprint) if not given.
    type: str
  tls_min_version:
    description:
      - Oldest version of TLS to accept. The default is that of Python. V(TLSv1) and V(TLSv1.1) are for old phones;
        their encryption can be broken by somebody who listens on the network.
      - Taken from the host variable C(snom_tls_min_version) if not given.
    type: str
    choices: [TLSv1, TLSv1.1, TLSv1.2, TLSv1.3]
  tls_ciphers:
    description:
      - Ciphers to offer, as an OpenSSL cipher list. Old phones may need V(DEFAULT@SECLEVEL=0), which also accepts short
        keys and SHA-1 signatures, so that a certificate proves little.
      - Taken from the host variable C(snom_tls_ciphers) if not given.
    type: str
  timeout:
    description:
      - Seconds to wait for the phone, for each request.
      - Taken from the host variable C(snom_timeout) if not given.
    type: float
    default: 10.0
  mac:
    description:
      - MAC address that the phone must have. If another phone answers, the outcome is C(wrong_phone) and nothing is
        done.
      - Taken from the host variable C(snom_mac) if not given.
    type: str
  snmp:
    description:
      - Whether to ask the phone's SNMP call counter, which tells best whether it is in a call. The phone must trust the
        asking address (its setting C(snmp_trusted_addresses)), and the Python library C(pysnmp) 7 must be installed.
      - Taken from the host variable C(snom_snmp) if not given.
    type: bool
    default: false
  snmp_port:
    description:
      - UDP port of the phone's SNMP agent.
      - Taken from the host variable C(snom_snmp_port) if not given.
    type: int
    default: 161
  snmp_community:
    description:
      - SNMP community. The default is V(public).
      - Taken from the host variable C(snom_snmp_community) if not given.
    type: str
  taught:
    description:
      - What you know of these phones' pages and commands that the collection does not. See
        R(the interview, ansible_collections.telephony.snom.docsite.interview), which proposes it.
      - It is used after what is built in, never against it. Results name what was read by it.
      - Taken from the host variable C(snom_taught) if not given.
    type: list
    elements: dict
  transport:
    description:
      - "The way to the phone: V(http) to its web server, or V(sip) through its PBX."
      - V(sip) leads through the PBX that the host variable C(snom_pbx) names, for phones that take no commands over
        HTTP, and asks nothing over HTTP. The phone is known by C(snom_mac), which it has to name in its registration.
        What works is said in R(Remote control, ansible_collections.telephony.snom.docsite.remote_control); the rest is
        refused. It works on the controller, not in tasks that run elsewhere.
      - M(telephony.snom.snom_sync) goes by the PBX in any case, and with V(http) also reads the phone's settings first,
        where it shows them.
      - Taken from the host variable C(snom_transport) if not given.
    type: str
    choices: [http, sip]
    default: http
requirements:
  - requests >= 2.28
notes:
  - The phone is a host of the inventory like any other one. The module needs no connection to it and no
    C(ansible_connection). It runs inside of C(ansible-playbook) on the controller.
  - With the host variable C(snom_in_process=false), or in a task that is delegated to another machine (a jump host in
    the voice VLAN for example), it runs as an ordinary module instead, with the same options and the same result.
    The Python library C(requests) must be installed there.
  - Proxy settings from the environment are ignored.
"""
