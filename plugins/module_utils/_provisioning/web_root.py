# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Publish a generation of provisioning files, so that phones see the old one or the new one and nothing between.

Below the web root each generation has a folder ``generations/<name>``, and the link ``current`` leads to one of them.
A generation is written into a hidden folder, brought to the disk and then renamed, and the link is replaced in one
step. Whoever kills this at any point leaves the old generation or the new one; the next run cleans up.

Which generations were current before is kept in a file of names, the newest first. It is written just before the link
is replaced and read from the name on that the link has. So it is right on both sides of that step, and a generation
that was written and never became current does not count.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import grp
import os
import pwd
import re
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from .._core.errors import InputError
from .._core.regular_files import read_regular

_GENERATIONS = "generations"
_CURRENT = "current"
_LOCK = ".snom-provisioning.lock"
_HISTORY = ".snom-provisioning.history"
_PARTIAL = ".partial-"
_DISCARDED = ".discarded-"
_NEW_LINK = ".current-new"
_NEW_HISTORY = ".history-new"
_NAME = re.compile(r"[0-9a-f]{16}")
_TARGET = re.compile(rf"{_GENERATIONS}/({_NAME.pattern})/?")


@dataclass(frozen=True, kw_only=True)
class WebRoot:
    """Where to publish, and how. uid, gid and mode are those of files; keep is how many earlier generations stay.

    Folders stay user's, who publishes: whoever owns one can put a link into it, and root would follow that.
    """

    path: str
    keep: int
    mode: int
    user: int
    uid: int
    gid: int

    @property
    def folder_mode(self) -> int:
        """Folders can be entered by whoever may read the files."""
        given_away = 0o001 if self.uid != self.user else 0
        return self.mode | (self.mode & 0o444) >> 2 | given_away

    @property
    def generations(self) -> str:
        return os.path.join(self.path, _GENERATIONS)

    def folder(self, generation: str) -> str:
        return os.path.join(self.generations, generation)


@contextmanager
def _reading() -> Iterator[None]:
    """Tell what the system does not let this user read."""
    try:
        yield
    except OSError as error:
        denied = error.errno in (errno.EACCES, errno.EPERM)
        remedy = "Publish as its owner." if denied else "Put that right and run again."
        raise InputError(f"web_root: {error.filename} can't be read: {error.strerror}. {remedy}") from None


def open_web_root(
    path: str, *, keep: int = 1, mode: int = 0o640, owner: str | None = None, group: str | None = None
) -> WebRoot:
    """Make sure that a folder can be published into. Raises InputError that names option and remedy; writes nothing.

    owner and group are names or numbers. Without a group the files get that of the folder, which is the one that the
    web server has.
    """
    try:
        found = os.stat(path)
    except OSError as error:
        raise InputError(
            f"web_root {path} can't be used: {error.strerror}. Make the folder that the web server serves."
        ) from None
    if not stat.S_ISDIR(found.st_mode):
        raise InputError(f"web_root {path} is no folder. Name the folder that the web server serves.")
    user = os.geteuid()
    root = WebRoot(
        path=path,
        keep=keep,
        mode=mode,
        user=user,
        uid=user if owner is None else _number(owner, "owner"),
        gid=found.st_gid if group is None else _number(group, "group"),
    )
    _check_rights(path, found, user)
    _check_generations(root)
    current_generation(root)
    return root


def _check_rights(path: str, found: os.stat_result, user: int) -> None:
    # Root may write anywhere, but whoever else may do so in the folder could then lead it astray.
    foreign = user == 0 and found.st_uid != 0
    if foreign or not os.access(path, os.W_OK | os.X_OK):
        named = _user(found.st_uid)
        raise InputError(
            f"web_root {path} belongs to {named}, and {_user(user)} is to publish into it. Publish as {named} "
            "(become_user)."
        )
    if user == 0 and found.st_mode & 0o022:
        raise InputError(
            f"web_root {path}: others than root may write into it, who could lead root astray. Take that right from "
            "them (mode 0750, for example), or give the folder to another user and publish as that one (become_user)."
        )


@_reading()
def _check_generations(root: WebRoot) -> None:
    """Raise InputError if the folder of the generations is not the one that this user has made."""
    try:
        found = os.lstat(root.generations)
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(found.st_mode) or _foreign_folders(root):
        raise InputError(
            f"web_root: {root.generations} is no folder of generations and nothing else, so it was not made by this "
            "collection. Move it away, or name another web_root."
        )
    if found.st_uid != root.user:
        named, user = _user(found.st_uid), _user(root.user)
        raise InputError(
            f"web_root: {root.generations} belongs to {named}, and {user} is to publish into it. Publish as {named} "
            f"(become_user), or give it and what is in it to {user}."
        )


def _foreign_folders(root: WebRoot) -> bool:
    """Whether there are folders that are no generations, which would be taken for old ones."""
    with os.scandir(root.generations) as entries:
        return any(
            entry.is_dir() and not entry.name.startswith(".") and not _NAME.fullmatch(entry.name) for entry in entries
        )


@_reading()
def current_generation(root: WebRoot) -> str | None:
    """The name of the generation that phones see; None before the first. Raises InputError if current is no link."""
    name = _linked(root)
    return name if name and _is_there(root, name) else None


@_reading()
def previous_generation(root: WebRoot) -> str | None:
    """The name of the generation that was current last before the one that is; None if there is none."""
    return next(iter(_earlier(root)), None)


@_reading()
def read_file(root: WebRoot, generation: str, name: str) -> bytes | None:
    """A file of a generation; None if it is not there. Raises InputError if it can't be read."""
    try:
        return read_regular(os.path.join(root.folder(generation), name))
    except (FileNotFoundError, IsADirectoryError):
        return None
    except OSError as error:
        # A container that somebody has edited can name anything.
        if error.errno == errno.ENAMETOOLONG:
            return None
        raise


@_reading()
def names(root: WebRoot, generation: str) -> list[str]:
    """The names of a generation's files. Raises InputError if they can't be read."""
    return sorted(os.listdir(root.folder(generation)))


@_reading()
def is_published(root: WebRoot, generation: str, files: Mapping[str, bytes]) -> bool:
    """Whether the generation is current, and each of its files is what it should be, with the right owner and mode."""
    if current_generation(root) != generation:
        return False
    folder = root.folder(generation)
    return (
        names(root, generation) == sorted(files)
        and _has_attributes(folder, root.user, root.gid, root.folder_mode)
        and all(
            read_file(root, generation, name) == content
            and _has_attributes(os.path.join(folder, name), root.uid, root.gid, root.mode)
            for name, content in files.items()
        )
    )


def publish(
    root: WebRoot, generation: str, files: Mapping[str, bytes], before_switch: Callable[[], None] = lambda: None
) -> None:
    """Make these files the generation that phones see. Raises InputError that names option and remedy.

    before_switch is called right before they do: bringing many files to the disk takes its time.
    """
    with _publishing(root):
        folder = root.folder(generation)
        if os.path.isdir(folder):
            # Phones may see it already.
            before_switch()
            _mend(root, folder, files)
        else:
            _write_generation(root, generation, files)
        if current_generation(root) != generation:
            before_switch()
            _switch(root, generation)


def switch_back(root: WebRoot, generation: str, before_switch: Callable[[], None] = lambda: None) -> None:
    """Make a generation that is still there the one that phones see. Raises InputError. See `publish`."""
    with _publishing(root):
        before_switch()
        _switch(root, generation)


@contextmanager
def _publishing(root: WebRoot) -> Iterator[None]:
    """Keep others out, clean up after those who were killed, and tell what the system refuses."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        handle = os.open(os.path.join(root.path, _LOCK), flags, 0o600)
    except OSError as error:
        raise _refused(root, error) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                f"web_root {root.path}: another run is publishing there. Run again when it has ended."
            ) from None
        os.makedirs(root.generations, exist_ok=True)
        _mend_folder(root, root.generations)
        _sweep(root)
        yield
        _prune(root)
    except OSError as error:
        with contextlib.suppress(OSError):
            _sweep(root)
        raise _refused(root, error) from None
    finally:
        os.close(handle)


def _refused(root: WebRoot, error: OSError) -> InputError:
    # Of two files the second one is what was to be replaced.
    where = error.filename2 or error.filename or root.path
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return InputError(
            f"web_root {root.path}: there is no space left for another generation. Phones still see the one that was "
            "published before. Make space, or lower keep."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return InputError(
            f"web_root: {where} can't be written or given away: {error.strerror}. Publish as a user who may (become), "
            "or set owner and group to those that this user may give files to."
        )
    return InputError(f"web_root: {where}: {error.strerror}. Put that right and run again.")


def _write_generation(root: WebRoot, generation: str, files: Mapping[str, bytes]) -> None:
    partial = root.folder(_PARTIAL + generation)
    os.mkdir(partial, 0o700)
    for name, content in files.items():
        _write(root, os.path.join(partial, name), content, root.uid)
    _mend_folder(root, partial)
    # All at once: file by file it takes half a minute for 5,000 phones, measured.
    os.sync()
    os.rename(partial, root.folder(generation))
    _sync(root.generations)


def _mend(root: WebRoot, folder: str, files: Mapping[str, bytes]) -> None:
    """Bring a generation that is there to what its name promises: somebody may have changed files in it."""
    for name in set(os.listdir(folder)) - set(files):
        os.unlink(os.path.join(folder, name))
    damaged = [name for name, content in files.items() if read_file(root, os.path.basename(folder), name) != content]
    for name in damaged:
        _write(root, root.folder(_PARTIAL + name), files[name], root.uid)
    if damaged:
        os.sync()
    for name in damaged:
        os.replace(root.folder(_PARTIAL + name), os.path.join(folder, name))
    for name in files:
        with _opened(os.path.join(folder, name)) as handle:
            _set_attributes(handle, root.uid, root.gid, root.mode)
    _mend_folder(root, folder)
    _sync(folder)


def _mend_folder(root: WebRoot, path: str) -> None:
    with _opened(path) as handle:
        _set_attributes(handle, root.user, root.gid, root.folder_mode)


def _write(root: WebRoot, path: str, content: bytes, uid: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(handle, "wb") as file:
        file.write(content)
        file.flush()
        _set_attributes(handle, uid, root.gid, root.mode)


@contextmanager
def _opened(path: str) -> Iterator[int]:
    """What lies there itself: a link is followed nowhere, and a pipe keeps nobody."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        yield handle
    finally:
        os.close(handle)


def _sync(path: str) -> None:
    with _opened(path) as handle:
        os.fsync(handle)


def _switch(root: WebRoot, generation: str) -> None:
    """Let the link lead to a generation, and remember the one that it leads to now."""
    before = _linked(root)
    history = [generation, *([before] if before else []), *_earlier(root)]
    new = os.path.join(root.path, _NEW_HISTORY)
    _write(root, new, "".join(f"{name}\n" for name in history).encode(), root.user)
    _sync(new)
    os.replace(new, os.path.join(root.path, _HISTORY))
    _sync(root.path)
    link = os.path.join(root.path, _NEW_LINK)
    os.symlink(f"{_GENERATIONS}/{generation}", link)
    os.replace(link, os.path.join(root.path, _CURRENT))
    _sync(root.path)


def _sweep(root: WebRoot) -> None:
    """Remove what a run that was killed has left behind."""
    for name in (_NEW_LINK, _NEW_HISTORY):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(root.path, name))
    for name in os.listdir(root.generations):
        path = root.folder(name)
        if name.startswith(_DISCARDED) or (name.startswith(_PARTIAL) and os.path.isdir(path)):
            shutil.rmtree(path)
        elif name.startswith(_PARTIAL):
            os.unlink(path)


def _prune(root: WebRoot) -> None:
    """Remove generations that are too old or were never current. Each one disappears at once."""
    kept = {_linked(root), *_earlier(root)[: root.keep]}
    for name in os.listdir(root.generations):
        if name not in kept and _NAME.fullmatch(name) and os.path.isdir(root.folder(name)):
            discarded = root.folder(_DISCARDED + name)
            os.rename(root.folder(name), discarded)
            shutil.rmtree(discarded)


def _linked(root: WebRoot) -> str | None:
    """The name that the link has, whether its generation is there or not; None without a link. Raises InputError."""
    link = os.path.join(root.path, _CURRENT)
    try:
        target = os.readlink(link)
    except FileNotFoundError:
        return None
    except OSError:
        target = ""
    match = _TARGET.fullmatch(target)
    if match is None:
        raise InputError(
            f"web_root: {link} is no link to a generation, so it was not made by this collection. Move it away, or "
            "name another web_root."
        )
    return match[1]


def _earlier(root: WebRoot) -> list[str]:
    """The generations that were current before the one that is, as far as they are still there, the last one first."""
    try:
        with open(os.path.join(root.path, _HISTORY), encoding="ascii", errors="replace") as file:
            history = file.read().split()
    except FileNotFoundError:
        return []
    current = _linked(root)
    if current not in history:
        return []
    # A generation that was current twice counts where it was so last.
    earlier = dict.fromkeys(history[history.index(current) + 1 :])
    return [name for name in earlier if name != current and _is_there(root, name)]


def _is_there(root: WebRoot, generation: str) -> bool:
    """Whether there is such a generation. Unlike os.path.isdir it tells a folder that may not be looked into."""
    try:
        return stat.S_ISDIR(os.stat(root.folder(generation)).st_mode)
    except FileNotFoundError:
        return False


def _set_attributes(handle: int, uid: int, gid: int, mode: int) -> None:
    found = os.fstat(handle)
    if (found.st_uid, found.st_gid) != (uid, gid):
        os.fchown(handle, uid, gid)
        # That may have taken some bits away.
        found = os.fstat(handle)
    if stat.S_IMODE(found.st_mode) != mode:
        os.fchmod(handle, mode)


def _has_attributes(path: str, uid: int, gid: int, mode: int) -> bool:
    found = os.lstat(path)
    return (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (uid, gid, mode)


def _number(name: str, option: str) -> int:
    if name.isdecimal():
        return int(name)
    try:
        return pwd.getpwnam(name).pw_uid if option == "owner" else grp.getgrnam(name).gr_gid
    except KeyError:
        raise InputError(f"{option}: there is no {name} on the host of the web root. Correct it.") from None


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
