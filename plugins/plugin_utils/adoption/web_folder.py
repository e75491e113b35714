# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Setting files as a web server gives them to phones, read within bounds and from that server alone."""

from __future__ import annotations

import html
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._core.paced_http import PacedAdapter
from ansible_collections.telephony.snom.plugins.module_utils._core.visible import visible_line
from ansible_collections.telephony.snom.plugins.module_utils._firmware.image_check import (
    LARGEST_HEAD,
    SLOWEST,
    TIMEOUT,
    Pace,
    without_secrets,
)
from ansible_collections.telephony.snom.plugins.module_utils._known.masks import masked
from ansible_collections.telephony.snom.plugins.module_utils._known.models import find_model
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.assign import (
    FOR_MAC,
    FOR_TYPE,
    fill_in,
    mac_in_name,
    plain_name,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.folder import (
    LARGEST,
    MOST_FILES,
    Found,
    is_other,
    require_room,
    too_large,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.adoption.setting_file import parse_file

# Who runs this has said so already where it is missing: `client.HAS_REQUESTS`.
try:
    from requests import RequestException, Session
    from requests.exceptions import SSLError
    from urllib3.exceptions import HTTPError
except ImportError:
    pass

_CHUNK = 65536
_LINK = re.compile(r"""<a\s[^<>]{0,200}?href\s{0,5}=\s{0,5}["']?([^"'\s<>]{1,1000})""", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class WebFolder:
    """Where the files are, and how one gets in. ca_path is a file or folder of CAs that are trusted."""

    url: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_path: str | None = None
    allow_cleartext_secrets: bool = False


def is_url(path: str) -> bool:
    """Whether a path is none of this machine."""
    return bool(re.match("[A-Za-z][A-Za-z0-9+.-]*://", path))


def read_web_folder(
    folder: WebFolder,
    macs: Iterable[str],
    is_wanted: Callable[[], bool] = lambda: True,
    models: Mapping[str, str] | None = None,
) -> Found:
    """Read what a URL leads to, and what the lists among that name on the same server.

    The URL has ``{mac}`` in it, and perhaps ``{phone_type}``, and is asked for each of the MACs; or it ends in a slash,
    and the server lists what is there; or it is that of one file. Nothing more is read once is_wanted is false. models
    are those that the inventory says, by MAC. Raises InputError.
    """
    _check(folder)
    session: Any = Session()
    session.trust_env = False
    session.verify = folder.ca_path or True
    if folder.username is not None:
        # requests takes text for latin-1, in which not every password can be written.
        session.auth = (folder.username.encode(), (folder.password or "").encode())
    # Else a server may compress a file, and a small answer become a large one.
    session.headers["Accept-Encoding"] = "identity"
    with session:
        return _Reading(session, folder, is_wanted, models or {}).read(list(macs))


def _check(folder: WebFolder) -> None:
    remedy = "Write it like https://pbx.example/provision/{mac}.xml, or with a slash at its end."
    try:
        parts = urlsplit(folder.url)
        whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        whole = False
    if not whole or not re.fullmatch("[!-~]+", folder.url):
        raise InputError(f"path: the URL can't be read, or is neither http nor https. {remedy}")
    if "@" in parts.netloc:
        raise InputError(
            "path: the URL holds a login, which would be shown. Give url_username and url_password instead."
        )
    if folder.password and parts.scheme == "http" and not folder.allow_cleartext_secrets:
        raise InputError(
            "path: the URL is http, and everybody on the network could read url_password. Use https, or set "
            "allow_cleartext_secrets: true."
        )


class _Reading:
    def __init__(
        self, session: Any, folder: WebFolder, is_wanted: Callable[[], bool], models: Mapping[str, str]
    ) -> None:
        self._session = session
        self._models = models
        self._folder = folder
        self._is_wanted = is_wanted
        self._together = 0

    def read(self, macs: list[str]) -> Found:
        """All files by names that tell which phone they are for."""
        found = Found()
        waiting = deque(self._begin(macs))
        seen = {url for _name, url in waiting}
        while waiting:
            name, url = waiting.popleft()
            if is_other(name):
                found.others.append(name)
                continue
            content = self._fetch(url, may_be_missing=True)
            if content is None:
                continue
            if found.files.get(name, content) != content:
                raise InputError(
                    f"path: the server has several files that are called {visible_line(name)}. Fetch them into a "
                    "folder, each phone's into one that is called by its MAC."
                )
            found.files[name] = content
            for listed in parse_file(name, content).listed:
                mac = mac_in_name(name)
                target = urljoin(url, fill_in(listed, mac, self._models.get(mac, name)) if mac else listed)
                # Elsewhere nobody has said that one may look.
                if urlsplit(target)[:2] != urlsplit(url)[:2] or target in seen:
                    continue
                seen.add(target)
                if len(seen) > MOST_FILES:
                    raise InputError(
                        f"path: lists on the server name more than {MOST_FILES} files. Adopt them in parts."
                    )
                waiting.append((plain_name(target), target))
        return found

    def _begin(self, macs: list[str]) -> Iterator[tuple[str, str]]:
        """The names and URLs to begin with."""
        url = self._folder.url
        if FOR_MAC.search(url):
            if not macs:
                raise InputError(
                    "path: the URL has {mac} in it, and the inventory has no phone with snom_mac. Name an inventory of "
                    "them; the plugin telephony.snom.phones makes one from a PBX or a DHCP server."
                )
            unknown = [mac for mac in macs if find_model(self._models.get(mac, "")) is None]
            if unknown and FOR_TYPE.search(url):
                raise InputError(
                    "path: the URL has {phone_type} in it, and the inventory says no model that is known for "
                    f"{len(unknown)} of {len(macs)} phones, first {unknown[0]}. State snom_model."
                )
            for mac in macs:
                target = fill_in(url, mac, self._models.get(mac))
                name = plain_name(target)
                yield (name if mac_in_name(name) == mac else f"{mac}-{name}"), target
        elif urlsplit(url).path.endswith("/"):
            yield from ((name, urljoin(url, quote(name))) for name in self._index(url))
        else:
            yield plain_name(url), url

    def _index(self, url: str) -> list[str]:
        """The names of the files right below a URL that the server lists."""
        page = (self._fetch(url) or b"").decode("utf-8", "replace")
        names: dict[str, None] = {}
        for reference in map(html.unescape, _LINK.findall(page)):
            try:
                target = urlsplit(urljoin(url, reference))
            except ValueError:
                continue
            # Links that sort the list have a query; those to folders end in a slash, and that to the one above, too.
            above = target._replace(path=target.path.rpartition("/")[0] + "/")
            if target.query or target.path.endswith("/") or above.geturl() != urlsplit(url)._replace(query="").geturl():
                continue
            names[plain_name(target.geturl())] = None
        if len(names) > MOST_FILES:
            raise InputError(f"path: the server lists more than {MOST_FILES} files. Adopt them in parts.")
        if not names:
            raise InputError(
                f"path: {self._shown(url)} lists no files. Give a URL with {{mac}} in it, as phones have it in "
                "setting_server, or a folder into which the files were fetched."
            )
        return sorted(names)

    def _fetch(self, url: str, may_be_missing: bool = False) -> bytes | None:
        """What is at a URL. Raises InputError."""
        pace = Pace(LARGEST_HEAD + LARGEST + _CHUNK, self._is_wanted)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, PacedAdapter(pace))
        shown = self._shown(url)
        try:
            with self._session.get(url, timeout=TIMEOUT, stream=True, allow_redirects=False) as answer:
                if answer.status_code in (404, 410) and may_be_missing:
                    return None
                self._require_ok(answer.status_code, shown)
                content: bytes = answer.raw.read(LARGEST + 1, decode_content=False)
        except SSLError:
            raise InputError(
                f"path: the certificate of the server of {shown} is not trusted. Name its CA in url_ca_path."
            ) from None
        # A ValueError is that of a chunk that announces less than nothing.
        except (RequestException, HTTPError, OSError, ValueError) as error:
            slow = f"comes at less than {SLOWEST // 1024} KB a second" if pace.is_slow() else "can't be fetched"
            raise InputError(
                f"path: {shown} {slow} ({type(error).__name__}). Is the server up, and the URL right?"
            ) from None
        if len(content) > LARGEST:
            raise too_large(shown)
        self._together += len(content)
        require_room(self._together)
        return content

    def _require_ok(self, status: int, shown: str) -> None:
        if status in (401, 403):
            raise InputError(f"path: the server refuses {shown} ({status}). Correct url_username and url_password.")
        if status != 200:
            raise InputError(
                f"path: the server answers {status} for {shown}, not 200. Give the URL at which the files are."
            )

    @staticmethod
    def _shown(url: str) -> str:
        # Public servers let phones in by a part of the path that nobody would think of.
        return visible_line(masked("url", without_secrets(url)))
