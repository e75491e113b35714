# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._known.masks import is_secret, masked


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("http_pass", True),
        ("user_pass1", True),
        ("admin_mode_password", True),
        ("user_pin", True),
        ("pinging", False),
        ("vpn_psk", True),
        ("sip_token", True),
        ("my_api_key", True),
        ("wlan_pwd", True),
        ("lock_pin2", True),
        ("snmp_community", True),
        ("subscr_dect_ac_code1", True),
        ("user_ha1", True),
        ("wlan_key", True),
        ("wpa_key2", True),
        ("vpn_key", True),
        ("client_cert_key", True),
        ("user_pincode1", True),
        ("unlock_code", True),
        ("kennwort", True),
        ("dkey_lock", False),
        ("pin_code_length", False),
        ("tls_privkey", True),
        ("gui_fkey1", False),
        ("vpn_pass_through", False),
        ("password_encryption_type", False),
        ("login_hash", True),
        ("min_pin_length", False),
        ("encrypt_secrets", False),
        ("http_client_save_credentials", False),
        ("key_hash_remapped", False),
        ("edit_mode_for_passwords", False),
        ("bypass_list", False),
        ("passive_mode", False),
        ("x_password_expiry", False),
        # By its name it keeps what lets the phone in with TLS-DSK, where a certificate stands for the password.
        ("user_tlsdsk_store1", True),
    ],
)
def test_secrets_are_told_by_their_name(name: str, secret: bool) -> None:
    assert is_secret(name) is secret


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("http://user:hush@pbx.example/x", "http://********@pbx.example/x"),
        ("http://user:hu@sh@pbx.example/x", "http://********@pbx.example/x"),
        ("http://user:hu?s#h@pbx.example", "http://********@pbx.example"),
        ("http://user:hu/sh@pbx.example/x", "http://********@pbx.example/x"),
        ("https://p.example:8443/a@b", "https://p.example:8443/a@b"),
        ("http://[::1]:80/a@b", "http://[::1]:80/a@b"),
        ("http://$host:$port/?u=$user@$host", "http://$host:$port/?u=$user@$host"),
        ("http://a:hush@x/ http://b:hu@sh@y/", "http://********@x/ http://********@y/"),
        ("http://pbx.example/?to=$user@$host", "http://pbx.example/?to=$user@$host"),
        ("blf <sip:200@pbx.example>|*8", "blf <sip:200@pbx.example>|*8"),
        (
            "https://p.example/prov/0d4f7a9c2b6e81f3a5/0004130000aa.xml",
            "https://p.example/prov/********/0004130000aa.xml",
        ),
        ("https://p.example/0c1d2e3f-aaaa-4bbb-8ccc-0123456789ab/", "https://p.example/********/"),
        ("https://p.example/x9Kd2LmZ81xPq0Rt/{mac}.xml", "https://p.example/********/{mac}.xml"),
        ("https://p.example/token/hush7/a.xml", "https://p.example/token/********/a.xml"),
        ("https://p.example/app/?mac={mac}&password=hush", "https://p.example/app/?mac={mac}&password=********"),
        (
            "url https://p.example/?auth_token=hush&page=home#x",
            "url https://p.example/?auth_token=********&page=home#x",
        ),
        ("https://p.example/?pass=$pass", "https://p.example/?pass=$pass"),
        ("https://p.example/?t=x9Kd2LmZ81xPq0Rt&to=0049301234567", "https://p.example/?t=********&to=0049301234567"),
        ("https://p.example/a#token=hush", "https://p.example/a#token=********"),
        ("https://p.example/{mac}.xml?key=abc", "https://p.example/{mac}.xml?key=********"),
        ("https://p.example/?mac={mac}&code=99", "https://p.example/?mac={mac}&code=********"),
        ("https://p.example/a#tok=abc", "https://p.example/a#tok=********"),
        ("https://p.example/?code=$code&country_code=49", "https://p.example/?code=$code&country_code=49"),
        ("url http://127.0.0.1/command.htm?key=F_HOLD", "url http://127.0.0.1/command.htm?key=F_HOLD"),
        ("url snom://mb_nop#key=ENTER", "url snom://mb_nop#key=ENTER"),
        ("https://p.example/t/AbC1dEf23456/a.xml", "https://p.example/t/********/a.xml"),
        ("https://p.example/bot12:AbC1dEf23456/say?to=5", "https://p.example/bot12:********/say?to=5"),
        ("http://p.example/?cmd=on&fwcsrf=csrf_hush", "http://p.example/?cmd=on&fwcsrf=********"),
        ("http://p.example/?kennwort=hush", "http://p.example/?kennwort=********"),
        ("dest <sip:107:hush@p.example:5060;user=phone>", "dest <sip:107:********@p.example:5060;user=phone>"),
        ("SIPS:107:hush@p.example", "SIPS:107:********@p.example"),
        ("https://p.example/pass/hush7/a.xml", "https://p.example/pass/********/a.xml"),
        ("https://p.example/0d4f7a9c2b6e81f3a50d4f7a9c2b6e81.xml", "https://p.example/********.xml"),
        ("https://p.example/eyJhbGciOiJI.eyJzdWIi.Kj3/a.xml", "https://p.example/********/a.xml"),
        ("pbx.example/a?password=hush", "pbx.example/a?password=********"),
        ("<sip:100@pbx.example;password=hush;user=phone>", "<sip:100@pbx.example;password=********;user=phone>"),
        ("https://p.example/?mac=00041396d9b4", "https://p.example/?mac=00041396d9b4"),
        ("blf sip:p.example:5060|sip:107@p.example:5061", "blf sip:p.example:5060|sip:107@p.example:5061"),
        ("https://p.example:8443/a", "https://p.example:8443/a"),
        ("-----BEGIN RSA PRIVATE KEY-----MIIEow-----END RSA PRIVATE KEY-----", "********"),
        ("-----BEGIN CERTIFICATE-----MIIC", "-----BEGIN CERTIFICATE-----MIIC"),
        ("https://p.example/snomD785-00041396D9B4.htm", "https://p.example/snomD785-00041396D9B4.htm"),
        (
            "https://p.example/firmware-of-2024-spring/snomD785-10.1.42.14-SIP-r.bin",
            "https://p.example/firmware-of-2024-spring/snomD785-10.1.42.14-SIP-r.bin",
        ),
    ],
)
def test_no_part_of_a_login_a_token_or_a_key_is_shown(value: str, shown: str) -> None:
    assert masked("setting_server", value) == shown
