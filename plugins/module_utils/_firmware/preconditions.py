# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a phone's own settings say against an upgrade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .._core.errors import Blocked, Refused, UserMode
from .._known.borders import NEW_ADMIN_PASSWORD, passes_new_admin_password
from .._known.images import loaded_files, read_image_name
from .._known.tr069 import TAKES_NO_PROVISIONING, takes_provisioning
from .._known.version import Version
from .._phone.facts import PhoneFacts
from .._phone.readable_phone import ReadablePhone

_UNREAD = (
    "Its settings can't be read. It loads the image only with update_policy auto_update, firmware_status naming its "
    "file on the mirror (…/firmware/{mac}.xml), an empty checksync_action, and TR-069 off."
)

AUTO_UPDATE = "auto_update"
"""The update_policy with which a phone loads what its provisioning names (sip 2.1)."""


CHECKED = (
    *("tr69_use_acs", "restrict_uri_queries", "use_hidden_tags", "webserver_admin_password"),
    *("update_policy", "firmware_status", "firmware", "setting_server"),
)
"""The settings of a phone that are looked at before an upgrade."""


def only_checked(facts: PhoneFacts) -> PhoneFacts:
    """The facts without the settings that nobody looks at, for who keeps those of a fleet.

    A public dump has 1,902, which take a quarter of a megabyte.
    """
    if facts.settings is None:
        return facts
    # Nobody knows whether capitals make another name to a phone.
    return replace(facts, settings={name: value for name, value in facts.settings.items() if name.lower() in CHECKED})


def check_settings(facts: PhoneFacts, wanted: Version) -> list[str]:
    """Raise what the phone's readable settings say against an upgrade; return notes on what they leave open.

    Sources: Snom's page on TR-069; protocol 2.1 (passwords), 2.4 (hidden tags, restricted queries), 3.3.3 and 3.3.4
    (update_policy, firmware_status, firmware).
    """
    # No more than a rollout keeps: a name that is missing there is missing in each test of this, too.
    settings = {name.lower(): value for name, value in (only_checked(facts).settings or {}).items()}
    if facts.admin_mode is False:
        raise UserMode("The phone is in user mode; a firmware load needs administrator mode.")
    if not takes_provisioning(settings):
        raise Refused(TAKES_NO_PROVISIONING)
    if settings.get("restrict_uri_queries") == "on":
        raise Blocked("restrict_uri_queries is on, so the phone ignores commands. Switch it off (QoS/Security page).")
    # Effective only with a password set (protocol 2.4); whether it is can't be told from the page, where passwords
    # are not shown. A phone that asks for a login has one.
    if settings.get("use_hidden_tags") == "on":
        raise Blocked("use_hidden_tags is on, so the phone ignores commands. Switch it off (QoS/Security page).")
    notes = _check_provisioning(settings, wanted)
    if facts.firmware is not None and passes_new_admin_password(facts.firmware, wanted):
        notes += _check_admin_password(facts.http_pass_set, settings.get("webserver_admin_password"))
    return notes


def check_provisioned(facts: PhoneFacts, wanted: Version) -> list[str]:
    """Raise what the settings that the inventory gives a phone say against an upgrade by provisioning; return notes.

    Nobody can read these settings back, so what they leave open is told (sip 2.1). A phone without any there gets them
    from elsewhere, and all is left open.
    """
    settings = {name.lower(): value.strip() for name, value in (facts.settings or {}).items()}
    if not takes_provisioning(settings):
        raise Refused(TAKES_NO_PROVISIONING)
    policy = settings.get("update_policy")
    if facts.settings is not None and policy is None:
        # Where another system publishes its settings, and these are for something else, it loses nothing but a line.
        raise Refused(
            "The inventory gives it settings and no update_policy. The role provisioning publishes settings_only then, "
            f"so the phone loads no firmware. Set update_policy to {AUTO_UPDATE} and firmware_status to its file on "
            "the mirror (…/firmware/{mac}.xml) in snom_settings, publish them, let the phone fetch them, and plan "
            "again. Where another system publishes its settings, state there what that one says."
        )
    if policy not in (None, AUTO_UPDATE):
        raise Refused(
            f"Its update_policy is {policy} in the inventory, so the phone loads no firmware by provisioning. Set "
            f"{AUTO_UPDATE}, let the phone fetch that, and plan again."
        )
    if settings.get("checksync_action", "") not in ("", "sync"):
        raise Refused(
            f"Its checksync_action is {settings['checksync_action']} in the inventory: that is what a check-sync would "
            "do. Leave it empty, let the phone fetch that, and plan again."
        )
    if "phone_type" in settings:
        raise Refused("phone_type is among its settings, and phones then ask for another file. Take it out.")
    notes = [_UNREAD]
    if policy is not None and not settings.get("firmware_status"):
        notes.append(
            "The inventory gives it no firmware_status. The role provisioning names a file of its own then, with which "
            "the phone loads its version at any boot, and not in its turn."
        )
    if facts.firmware is not None and passes_new_admin_password(facts.firmware, wanted):
        notes += _check_admin_password(facts.http_pass_set, settings.get("webserver_admin_password"))
    return notes


def _check_provisioning(settings: Mapping[str, str], wanted: Version) -> list[str]:
    if settings.get("update_policy", AUTO_UPDATE).strip().lower() != AUTO_UPDATE:
        return []
    for name in ("firmware_status", "firmware"):
        for image in map(read_image_name, loaded_files(settings.get(name, ""))):
            if image and image[1] != wanted:
                raise Refused(
                    f"Its provisioning would undo it: {name} names {image[1]} and update_policy lets the phone load "
                    "it. Change the provisioning first, or set update_policy to settings_only."
                )
    if settings.get("update_policy") and settings.get("setting_server"):
        return ["update_policy is auto_update: make sure that setting_server does not bring another version back."]
    return []


def _check_admin_password(http_pass_set: bool | None, admin_password: str | None) -> list[str]:
    """What passing the new rules means for a phone. admin_password is what its settings page shows, None for nothing.

    Something shown is set. Something shown empty proves nothing, because a page may hide every secret so (protocol 4.2
    says only that passwords are not shown); nor does a page without it, which may belong to a model without that
    setting. So only http_pass can be known to be missing.
    """
    if admin_password:
        return []
    rule = (
        f"From {NEW_ADMIN_PASSWORD} on the administrator password is empty unless set, and the phone takes "
        "webserver_admin_password for it, or http_pass on a model without that setting."
    )
    if http_pass_set is False:
        raise Refused(
            f"{rule} This phone has no http_pass, and webserver_admin_password can't be seen to be set. Set http_user "
            "and http_pass (page QoS/Security, or provisioning), name them in snom_username and snom_password, and "
            "plan again."
        )
    if http_pass_set is None:
        return [f"{rule} Whether one of them is set can't be read: make sure of it."]
    shown = "is not shown" if admin_password is None else "is shown empty, which can mean hidden"
    return [
        f"{rule} http_pass is set; webserver_admin_password {shown}: if the model has it, make sure that it is set."
    ]


def read_model(phone: ReadablePhone) -> PhoneFacts:
    """What tells a phone's model and version. Raises SnomError."""
    facts = phone.look(["system"])
    return facts if facts.model is not None else replace(facts, model=phone.look(["home"]).model)


def read_settings_too(phone: ReadablePhone, facts: PhoneFacts, wanted: Version | None) -> PhoneFacts:
    """The facts with what `check_settings` needs beside them for an upgrade to the version. Raises SnomError."""
    gather = ["settings"]
    if (
        facts.http_pass_set is None
        and facts.firmware is not None
        and wanted is not None
        and passes_new_admin_password(facts.firmware, wanted)
    ):
        # Its home page may know.
        gather.append("home")
    more = phone.look(gather)
    known = facts.http_pass_set if more.http_pass_set is None else more.http_pass_set
    return replace(facts, settings=more.settings, admin_mode=more.admin_mode, http_pass_set=known)
