# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the inventory says of one phone, checked by itself, and as the phone is to be provisioned with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError, Refused
from ansible_collections.telephony.snom.plugins.module_utils._known.images import Catalog
from ansible_collections.telephony.snom.plugins.module_utils._known.mac import normalize_mac
from ansible_collections.telephony.snom.plugins.module_utils._known.models import (
    MODELS,
    Model,
    find_model,
    versions_by_model,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.setting_values import (
    Setting,
    merge_settings,
    parse_settings,
    with_labels,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.tr069 import (
    TAKES_NO_PROVISIONING,
    takes_provisioning,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.version import Version
from ansible_collections.telephony.snom.plugins.module_utils._provisioning.xml import (
    Contact,
    firmware_file,
    parse_phone_book,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.names import content_mark, require_plain_name
from ansible_collections.telephony.snom.plugins.plugin_utils.provisioning.provisioned_image import (
    module_image,
    provisioned_url,
    refuse_module,
)

# More than that no model has. A phone may show more than our table gives its model, and adoption states what it shows.
_MOST_IDENTITIES = max(model.identities or 0 for model in MODELS.values())


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What the inventory says of one phone, as it stands there. settings holds the variables with settings, by name.

    expansion is the file with the firmware of its expansion modules.
    """

    host: str
    mac: object = None
    model: object = None
    settings: Mapping[str, object] = field(default_factory=dict)
    version: object = None
    versions: object = None
    expansion: object = None
    mirror: str | None = None
    phone_book: object = None
    phone_book_complete: bool = True


@dataclass(frozen=True, kw_only=True)
class ProvisionedPhone:
    """A phone with all that its files are to hold.

    settings are by their names in requests. firmware is the name and the content of the file that makes it load one.
    """

    host: str
    mac: str
    model: Model
    settings: dict[str, Setting]
    firmware: tuple[str, bytes] | None
    phone_book: tuple[Contact, ...] | None
    phone_book_complete: bool
    mirror: str | None

    @property
    def asked_for(self) -> str:
        """The name of the file that it asks for."""
        return f"{self.model.image_prefix}-{self.mac}.htm"


def asked_for(mac: object, model: object) -> str:
    """The name of the file that a phone asks for (protocol 5.4). Raises InputError for a MAC or model that is none."""
    return f"{_model(model).image_prefix}-{_mac(mac)}.htm"


def provisioned_phone(entry: Entry, catalog: Catalog, base_url: str) -> ProvisionedPhone:
    """What the inventory says, read and completed. Raises InputError or Refused for what is wrong with this phone."""
    require_plain_name(entry.host)
    mac, model = _mac(entry.mac), _model(entry.model)
    given = with_labels(parse_settings(merge_settings(entry.settings), "snom_settings"), "snom_settings")
    settings = {setting.wire_name: setting for setting in given}
    _check_lines(settings.values(), model)
    if not all(takes_provisioning({one.name: one.value}) for one in settings.values()):
        raise InputError(f"snom_settings: {TAKES_NO_PROVISIONING}")
    # Who says nothing of it gets no firmware by provisioning: that is the rollout's business.
    settings.setdefault("update_policy", Setting(name="update_policy", value="settings_only"))
    settings.setdefault("setting_server", Setting(name="setting_server", value=f"{base_url}/current/"))
    firmware = None
    if settings["update_policy"].value == "auto_update" and "firmware_status" not in settings:
        firmware = _firmware(entry, model, catalog)
    if firmware:
        # Not of one generation: a phone asks for it again and again, long after that generation is gone.
        status = f"{base_url}/current/{firmware[0]}"
        settings["firmware_status"] = Setting(name="firmware_status", value=status)
    book = None if entry.phone_book is None else parse_phone_book(entry.phone_book, "snom_phone_book")
    return ProvisionedPhone(
        host=entry.host,
        mac=mac,
        model=model,
        settings=settings,
        firmware=firmware,
        phone_book=book,
        phone_book_complete=entry.phone_book_complete,
        mirror=entry.mirror,
    )


def _mac(value: object) -> str:
    if value in (None, ""):
        raise InputError("snom_mac is missing. The phone's files are named by its MAC address.")
    try:
        return normalize_mac(str(value))
    except InputError as error:
        raise InputError(f"snom_mac: {error.reason}") from None


def _model(value: object) -> Model:
    if value in (None, ""):
        raise InputError("snom_model is missing. The phone's files are named by its model, such as 320 or D785.")
    model = find_model(str(value))
    if model is None:
        raise InputError(f"snom_model is {str(value)!r}, which is no model that this collection knows. Correct it.")
    return model


def _check_lines(settings: Iterable[Setting], model: Model) -> None:
    for setting in settings:
        if not setting.name.startswith("user_") or setting.index is None:
            continue
        if not 1 <= setting.index <= _MOST_IDENTITIES:
            last = model.identities
            raise InputError(
                f"snom_settings: {setting.wire_name} is for identity {setting.index}, but those of the {model.name} go "
                f"from 1{f' to {last}' if last is not None else ''}. Take it out."
            )


def _firmware(entry: Entry, model: Model, catalog: Catalog) -> tuple[str, bytes] | None:
    """Name and content of the file that makes the phone load its firmware; None where the inventory wants none."""
    if entry.version is not None:
        try:
            version = Version.parse(str(entry.version))
        except InputError as error:
            raise InputError(f"snom_firmware_version: {error.reason}") from None
    else:
        wanted = versions_by_model(entry.versions, "snom_firmware_versions").get(model.name)
        if wanted is None:
            return None
        version = wanted
    modules = _module_url(entry, model, version, catalog)
    content = firmware_file(provisioned_url(model, version, catalog, entry.mirror), modules)
    return f"firmware-{model.name}-{version.normal}-{content_mark(content)}.xml", content


def _module_url(entry: Entry, model: Model, version: Version, catalog: Catalog) -> str | None:
    """Where the firmware of the phone's expansion modules is; None where the inventory names none."""
    if entry.expansion in (None, ""):
        return None
    try:
        image = module_image(entry.expansion, catalog, entry.mirror)
        refuse_module(image, model, version)
    except (InputError, Refused) as error:
        raise InputError(f"snom_expansion_firmware: {error.reason}") from None
    return image.url
