# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: phones
short_description: Snom phones, from what DHCP servers, PBXs, mirrors and lists know of them
version_added: 0.1.0
description:
  - Reads the phones from sources that know them already, merges what they say by MAC address, and asks no phone.
  - The host of a phone is called by its MAC address, such as C(snom-0004134512ab). That name stays when the phone gets
    another address, model or place.
  - Sets the variables C(ansible_host), C(snom_mac), C(snom_model), C(snom_site) and C(snom_account), each only where a
    source says it. C(snom_firmware_seen) is the version that ran when a source saw the phone, and not what it should
    run. C(snom_sources) is what each source says.
  - All phones are in the group C(phones), and in C(model_D785), C(firmware_10_1_169_16) and C(site_berlin) likewise.
    Those that no source knows an address of are also in C(phones_without_address).
  - The order of O(sources) is that in which they count. Of each thing the first that says it is believed, and where
    others differ, a warning says so.
  - What each source tells, and recipes, stand in
    R(the guide,ansible_collections.telephony.snom.docsite.inventory).
author:
  - telephony.snom contributors (@telephony)
extends_documentation_fragment:
  - constructed
  - inventory_cache
options:
  plugin:
    description:
      - The name of this plugin.
    type: str
    required: true
    choices: [telephony.snom.phones]
  sources:
    description:
      - Where phones come from. Values may be templates, such as a lookup of a password.
      - A source that can't be read is a warning. It is an error, and no phone is listed, if O(strict) is true or if
        O(compose), O(groups) or O(keyed_groups) name it in C(snom_sources). What they make of it may protect a phone.
      - A phone for which the expression of C(snom_protected) in O(compose) has no value is protected, with a warning.
    type: list
    elements: dict
    required: true
    suboptions:
      kind:
        description:
          - V(kea), V(isc_dhcpd) and V(dnsmasq) are leases of DHCP servers. Those that have run out are left out.
          - V(asterisk), V(kamailio) and V(freeswitch) are registrations at a PBX. They take the same options as
            O(telephony.snom.snom_pbx_info#module:pbx), and E(SNOM_PBX_PASSWORD).
          - V(mirror_log) is the log that the role C(firmware_mirror) lets the mirror write.
          - V(csv) is a table, as spreadsheets and other programs export it.
        type: str
        required: true
        choices: [asterisk, kamailio, freeswitch, kea, isc_dhcpd, dnsmasq, mirror_log, csv]
      name:
        description:
          - What the source is called in C(snom_sources). Its kind, if not given.
        type: str
      path:
        description:
          - The file of V(isc_dhcpd), V(dnsmasq) or V(csv), or the lease file of V(kea). A relative one counts from the
            folder of the inventory file.
        type: path
      url:
        description:
          - V(kea) only, instead of a path. Its control API, whose hook library C(lease_cmds) has to be loaded. Over
            http the password can be read on the way, so use https, or http on the machine itself.
        type: str
      username:
        description:
          - User of the control API, or of the PBX.
        type: str
      password:
        description:
          - Password of the control API, or of the PBX. Where it is not given, that of the environment variable
            E(SNOM_KEA_PASSWORD) or E(SNOM_PBX_PASSWORD).
        type: str
      validate_certs:
        description:
          - Whether the certificate must be trusted. True, if not given.
        type: bool
      ca_path:
        description:
          - A file with the CA of that certificate.
        type: path
      timeout:
        description:
          - Seconds for one question. 10, if not given.
        type: float
      paths:
        description:
          - V(mirror_log) only. The log and those that were rotated; wildcards are allowed.
        type: list
        elements: str
      columns:
        description:
          - V(csv) only. The heading of each column, by what it means, V(mac), V(address), V(model), V(firmware),
            V(site) or V(account). What is not named is found by the usual English and German headings.
          - Under any other name a column is shown in C(snom_sources), for O(compose) to take it from there.
        type: dict
      separator:
        description:
          - V(csv) only. The character between two cells. If not given, it is found.
        type: str
      encoding:
        description:
          - V(csv) only. If not given, UTF-8, UTF-16 and what Windows writes are told apart.
        type: str
      host:
        description:
          - PBXs only. Name or address.
        type: str
      port:
        description:
          - PBXs only. Port of the interface.
        type: int
  sites:
    description:
      - The site of each network, for phones of which no source names one.
    type: dict
    default: {}
  mac_prefixes:
    description:
      - How MAC addresses of phones begin, beside those of Snom and Gigaset that are known. Other devices are left out.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
# A file phones.yml with a lease file and a PBX, and nothing else to write by hand:
#
#   plugin: telephony.snom.phones
#   sources:
#     - {kind: kea, path: /var/lib/kea/kea-leases4.csv}
#     - {kind: kamailio, host: pbx.example, port: 5080, username: ansible}
#   sites: {192.0.2.0/24: berlin, 198.51.100.0/24: hamburg}
#
# What a spreadsheet says of rooms comes last: it is believed where nothing else is known.
plugin: telephony.snom.phones
sources:
  - kind: kea
    url: https://kea.example:8000/
    username: ansible
    password: "{{ lookup('ansible.builtin.env', 'KEA_PASSWORD') }}"
  - kind: mirror_log
    paths: [/var/log/snom-mirror/access.log*]
  - kind: csv
    name: rooms
    path: telefone.csv
    columns: {mac: MAC-Adresse, site: Standort, room: Raum}
compose:
  # A phone that the spreadsheet does not know may be that of a lift.
  snom_group: snom_sources.rooms.room | default('unknown')
  snom_protected: snom_sources.rooms.room | default('Aufzug') == 'Aufzug'
keyed_groups:
  - {prefix: room, key: snom_sources.rooms.room | default('unknown')}
cache: true
cache_plugin: ansible.builtin.jsonfile
# Yours alone (chmod 700): who can write there says where the phones are, and so who gets their login.
cache_connection: ~/.cache/snom-inventory
"""

import os
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ansible.errors import AnsibleParserError
from ansible.inventory.group import to_safe_group_name
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import SnomError
from ansible_collections.telephony.snom.plugins.module_utils._core.plain import to_plain
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_line
from ansible_collections.telephony.snom.plugins.module_utils._known.spelling import normal
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.expressions import PROTECTED, missed, undecided
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.gather import gather
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.kept import kept, to_keep
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.merge import FoundPhone
from ansible_collections.telephony.snom.plugins.plugin_utils.sources.settings import (
    parse_prefixes,
    parse_sites,
    parse_sources,
)

ALL = "phones"
WITHOUT_ADDRESS = "phones_without_address"


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):  # type: ignore[misc]  # ansible-core is untyped
    NAME = "telephony.snom.phones"

    # What sources say becomes names of groups, so it is never left as it is.
    _sanitize_group_name = staticmethod(partial(to_safe_group_name, force=True, silent=True))

    def verify_file(self, path: str) -> bool:
        """Whether it may be a file for this plugin. Whether it is, its option plugin says."""
        return bool(super().verify_file(path)) and path.endswith((".yml", ".yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Add the phones to the inventory."""
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        try:
            phones = self._phones(path, cache)
        except SnomError as error:
            raise AnsibleParserError(visible_line(error.reason)) from None
        self.inventory.add_group(ALL)
        self.inventory.add_group(WITHOUT_ADDRESS)
        undecided_hosts: list[str] = []
        construct = self._constructor(undecided_hosts)
        try:
            for phone in phones:
                variables = _safe(phone.variables)
                self._add(phone, variables)
                construct(phone.host, variables)
        except Exception:
            # Ansible goes on with what is listed by then, the last one without what failed.
            for name in {phone.host for phone in phones} & self.inventory.hosts.keys():
                self.inventory.remove_host(self.inventory.hosts[name])
            raise
        if undecided_hosts:
            self.display.warning(visible_line(undecided(undecided_hosts)))

    def _phones(self, path: str, cache: bool) -> list[FoundPhone]:
        """From the cache, if it may be asked and has them, else from the sources. Raises SnomError."""
        options = {
            name: to_plain(self.templar.template(self.get_option(name)))
            for name in ("sources", "sites", "mac_prefixes")
        }
        sources = parse_sources(options["sources"], os.path.dirname(os.path.abspath(path)))
        prefixes, sites = parse_prefixes(options["mac_prefixes"]), parse_sites(options["sites"])
        caching = self.get_option("cache")
        key = self.get_cache_key(path)
        if caching and cache and (phones := kept(self._cache.get(key), options)) is not None:
            return phones
        gathered = gather(sources, prefixes=prefixes, sites=sites, now=time.time)
        made_of = {option: self.get_option(option) for option in ("compose", "groups", "keyed_groups")}
        wanting = list(missed(gathered.failed, made_of))
        if wanting or (gathered.failed and self.get_option("strict")):
            raise AnsibleParserError(visible_line(" ".join((*gathered.failed.values(), *wanting))))
        for sentence in (*gathered.failed.values(), *gathered.notes):
            self.display.warning(visible_line(sentence))
        if caching and not gathered.failed:
            # What a source that is down would have said must not be missing until the cache runs out.
            self._cache[key] = to_keep(gathered.phones, options)
        return gathered.phones

    def _add(self, phone: FoundPhone, variables: Mapping[str, Any]) -> None:
        """Add one phone with its variables to its groups."""
        name = phone.host
        self.inventory.add_host(name, ALL)
        # Without the inventory's own set_variable: it looks at each text anew, which takes longer than all the rest.
        host, groups = self.inventory.hosts[name], self.inventory.groups
        for variable, value in variables.items():
            host.set_variable(variable, value)
        if phone.address is None:
            groups[WITHOUT_ADDRESS].add_host(host)
        for kind, value in (
            ("model", phone.model),
            ("firmware", phone.firmware and normal(phone.firmware)),
            ("site", phone.site),
        ):
            if value is not None:
                group = self._sanitize_group_name(f"{kind}_{value}")
                if group not in groups:
                    self.inventory.add_group(group)
                groups[group].add_host(host)

    def _constructor(self, undecided_hosts: list[str]) -> Callable[[str, Mapping[str, Any]], None]:
        """What makes of a host and its variables what the user wants, by Ansible's own means.

        It protects each host of which the user's expression can't tell whether it is protected, and adds it to
        undecided_hosts.
        """
        strict = self.get_option("strict")
        compose, groups, keyed = (self.get_option(option) for option in ("compose", "groups", "keyed_groups"))

        def construct(name: str, variables: Mapping[str, Any]) -> None:
            known = {**variables, "inventory_hostname": name}
            if compose:
                self._set_composite_vars(compose, known, name, strict=strict)
                if PROTECTED in compose and PROTECTED not in self.inventory.hosts[name].vars:
                    self.inventory.hosts[name].set_variable(PROTECTED, True)
                    undecided_hosts.append(name)
            if groups:
                self._add_host_to_composed_groups(groups, known, name, strict=strict)
            if keyed:
                self._add_host_to_keyed_groups(keyed, known, name, strict=strict)

        return construct


def _safe(value: Any) -> Any:
    """A value in which nothing is a template: what a source says may look like one."""
    if isinstance(value, str):
        return wrap_var(value) if "{" in value else value
    if isinstance(value, dict):
        return {name: _safe(one) for name, one in value.items()}
    return [_safe(one) for one in value] if isinstance(value, list) else value
