# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.telephony.snom.plugins.module_utils._core.errors import InputError
from ansible_collections.telephony.snom.plugins.module_utils._provisioning import web_root as publishing
from ansible_collections.telephony.snom.plugins.module_utils._provisioning.web_root import (
    WebRoot,
    current_generation,
    is_published,
    names,
    open_web_root,
    previous_generation,
    publish,
    read_file,
    switch_back,
)
from ansible_collections.telephony.snom.plugins.plugin_utils.rollout.runtime import Abandoned

AA, BB, CC, DD, EE, ZERO = (digit * 16 for digit in "abcde0")
OLD = {"a.htm": b"old a", "b.xml": b"old b"}
NEW = {"a.htm": b"new a", "b.xml": b"new b", "c.xml": b"new c"}
KILLED = 9


@pytest.fixture
def root(tmp_path: Path) -> WebRoot:
    return open_web_root(str(tmp_path))


def seen(root: WebRoot) -> dict[str, bytes]:
    """What phones see."""
    folder = Path(root.path) / "current"
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def left_over(root: WebRoot) -> list[str]:
    """Hidden things that do not belong there after a run."""
    found = [*os.listdir(root.path), *os.listdir(root.generations)]
    return [name for name in found if name.startswith(".") and not name.startswith(".snom-provisioning.")]


def test_who_says_no_at_the_last_moment_leaves_the_old_generation(root: WebRoot) -> None:
    publish(root, AA, OLD)
    publish(root, BB, NEW)

    def refuse() -> None:
        raise Abandoned

    with pytest.raises(Abandoned):
        publish(root, CC, {"a.htm": b"newest"}, refuse)
    with pytest.raises(Abandoned):
        switch_back(root, AA, refuse)
    (Path(root.folder(BB)) / "a.htm").write_bytes(b"changed by hand")
    with pytest.raises(Abandoned):
        publish(root, BB, NEW, refuse)
    assert seen(root) == NEW | {"a.htm": b"changed by hand"}
    publish(root, CC, {"a.htm": b"newest"})
    assert seen(root) == {"a.htm": b"newest"}
    assert left_over(root) == []


def test_a_generation_is_published(root: WebRoot) -> None:
    assert current_generation(root) is None
    publish(root, AA, OLD)
    assert seen(root) == OLD
    assert os.readlink(os.path.join(root.path, "current")) == f"generations/{AA}"
    assert is_published(root, AA, OLD) and not is_published(root, BB, NEW)
    assert left_over(root) == []


def test_published_twice_nothing_is_written(root: WebRoot) -> None:
    publish(root, AA, OLD)
    before = {path: path.stat().st_mtime_ns for path in Path(root.path).rglob("*")}
    publish(root, AA, OLD)
    assert {path: path.stat().st_mtime_ns for path in Path(root.path).rglob("*")} == before


def test_earlier_generations_are_kept_as_many_as_wanted(tmp_path: Path) -> None:
    for keep, kept in ((1, {CC, DD}), (2, {CC, DD, EE})):
        root = open_web_root(str(tmp_path), keep=keep)
        for name in (AA, BB, CC, DD) if keep == 1 else (EE,):
            publish(root, name, {"a.htm": name.encode()})
        assert set(os.listdir(root.generations)) == kept
        assert previous_generation(root) == (CC if keep == 1 else DD)


def test_going_back_and_forth(root: WebRoot) -> None:
    publish(root, AA, OLD)
    publish(root, BB, NEW)
    for name, content in ((AA, OLD), (BB, NEW), (AA, OLD)):
        assert previous_generation(root) == name
        switch_back(root, name)
        assert (current_generation(root), seen(root)) == (name, content)


def test_each_one_that_was_current_counts_once(tmp_path: Path) -> None:
    root = open_web_root(str(tmp_path), keep=3)
    for name in (AA, BB, AA, CC, AA):
        publish(root, name, {"a.htm": name.encode()})
    went_back = []
    while previous := previous_generation(root):
        went_back.append(previous)
        (tmp_path / "generations" / previous / "a.htm").unlink()
        (tmp_path / "generations" / previous).rmdir()
    assert went_back == [CC, BB]


def test_files_are_for_owner_and_group(root: WebRoot, tmp_path: Path) -> None:
    publish(root, AA, OLD)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "generations").rglob("*")}
    assert modes == {AA: 0o750, "a.htm": 0o640, "b.xml": 0o640}
    assert stat.S_IMODE((tmp_path / "generations").stat().st_mode) == 0o750


def test_another_mode_and_owner_reach_what_is_there(tmp_path: Path, root: WebRoot) -> None:
    publish(root, AA, OLD)
    other = open_web_root(str(tmp_path), mode=0o600, owner=str(os.geteuid()), group=str(os.getegid()))
    assert not is_published(other, AA, OLD)
    publish(other, AA, OLD)
    assert stat.S_IMODE((tmp_path / "current" / "a.htm").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "current").stat().st_mode) == 0o700


@pytest.mark.parametrize("harm", ["changed", "missing", "extra"])
def test_a_damaged_generation_is_mended(harm: str, root: WebRoot, tmp_path: Path) -> None:
    publish(root, AA, OLD)
    victim = tmp_path / "current" / ("x.xml" if harm == "extra" else "a.htm")
    victim.unlink() if harm == "missing" else victim.write_bytes(b"spoiled")
    assert not is_published(root, AA, OLD)
    publish(root, AA, OLD)
    assert seen(root) == OLD and is_published(root, AA, OLD)
    assert left_over(root) == []


# -- killed, or refused by the system --------------------------------------------------------------------------------


class System:
    """Stands for the os module in the code under test, and does something else than asked at the n-th call."""

    CALLS = (
        "open",
        "mkdir",
        "makedirs",
        "rename",
        "replace",
        "symlink",
        "unlink",
        "utime",
        "fchmod",
        "fchown",
        "sync",
        "fsync",
    )

    def __init__(self, at: int, act: Any) -> None:
        self._left = at
        self._act = act

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in self.CALLS:
            return real

        def call(*arguments: Any, **options: Any) -> Any:
            self._left -= 1
            if self._left == 0:
                self._act()
            return real(*arguments, **options)

        return call


def killed_at(root: WebRoot, call: int, act: Callable[[WebRoot], None] | None = None) -> bool:
    """Publish in a process that is killed right before its n-th call of the system; False if it had fewer."""
    child = os.fork()
    if child == 0:
        publishing.os = System(call, lambda: os._exit(KILLED))  # type: ignore[attr-defined]
        act(root) if act else publish(root, BB, NEW)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED


def test_killed_at_any_point_phones_see_the_old_or_the_new(tmp_path: Path) -> None:
    ends = []
    for call in range(1, 1000):
        folder = tmp_path / str(call)
        folder.mkdir()
        root = open_web_root(str(folder))
        publish(root, ZERO, {"a.htm": b"older"})
        publish(root, AA, OLD)
        was_killed = killed_at(root, call)
        ends.append(seen(root))
        assert ends[-1] in (OLD, NEW), f"killed before call {call}"
        # The old one is still complete for phones that are on their way.
        assert {name: read_file(root, AA, name) for name in OLD} == OLD
        publish(root, BB, NEW)
        assert seen(root) == NEW and left_over(root) == [] and set(os.listdir(root.generations)) == {AA, BB}
        if not was_killed:
            break
    assert len(ends) > 20 and ends[0] == OLD and ends[-1] == NEW


def is_interrupted_at(root: WebRoot, call: int, act: Callable[[WebRoot], None], by: str) -> bool:
    """Whether something had so many calls of the system that the n-th of them killed it or found a full disk."""
    if by == "a kill":
        return killed_at(root, call, act)

    def refuse() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/the/file")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(publishing, "os", System(call, refuse))
        try:
            act(root)
        except InputError:
            return True
    return False


@pytest.mark.parametrize("by", ["a kill", "a full disk"])
@pytest.mark.parametrize("act", ["publish", "switch_back"])
def test_interrupted_at_any_point_it_is_known_what_was_current_before(
    act: str, by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Phones may still be on the way with what was current when the next run began, and a rollback leads to it."""
    for flush in ("sync", "fsync"):
        monkeypatch.setattr(os, flush, lambda *_handle: None)
    current = set()
    for call in range(1, 1000):
        folder = tmp_path / str(call)
        folder.mkdir()
        root = open_web_root(str(folder))
        for name in (AA, BB, CC):
            publish(root, name, {"a.htm": name.encode()})
        to = DD if act == "publish" else BB
        was_interrupted = is_interrupted_at(
            root, call, lambda root: publish(root, DD, NEW) if act == "publish" else switch_back(root, BB), by
        )
        now = str(current_generation(root))
        current.add(now)
        assert now in {CC, to}
        assert previous_generation(root) == (BB if now == CC else CC), f"interrupted at call {call}"
        publish(root, EE, OLD)
        assert set(os.listdir(root.generations)) == {now, EE}
        assert previous_generation(root) == now
        if not was_interrupted:
            break
    assert call > 10 and current == {CC, to}


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (errno.ENOSPC, "no space left"),
        (errno.EDQUOT, "no space left"),
        (errno.EIO, "/the/file"),
        (errno.EACCES, "become"),
    ],
)
def test_refused_at_any_point_nothing_is_left(
    number: int, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OSError(number, os.strerror(number), "/the/file")

    reason = ""
    for call in range(1, 1000):
        folder = tmp_path / str(call)
        folder.mkdir()
        root = open_web_root(str(folder))
        publish(root, AA, OLD)
        with monkeypatch.context() as patched:
            patched.setattr(publishing, "os", System(call, refuse))
            try:
                publish(root, BB, NEW)
                break
            except InputError as error:
                reason = error.reason
        assert says in reason
        assert seen(root) in (OLD, NEW)
        assert left_over(root) == []
    assert call > 15 and seen(root) == NEW


def test_a_full_disk(root: WebRoot, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second file goes to a device that is always full."""
    publish(root, AA, OLD)
    real = os.open

    def to_a_full_one(path: str, *arguments: Any, **options: Any) -> int:
        is_full = path.endswith("b.xml")
        return real("/dev/full", os.O_WRONLY) if is_full else real(path, *arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(publishing.os, "open", to_a_full_one)
        with pytest.raises(InputError, match="no space left for another generation"):
            publish(root, BB, NEW)
    assert seen(root) == OLD and left_over(root) == [] and os.listdir(root.generations) == [AA]


def test_a_second_publisher_is_refused(root: WebRoot, tmp_path: Path) -> None:
    publish(root, AA, OLD)
    with (tmp_path / ".snom-provisioning.lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(InputError, match="another run is publishing there"):
            publish(root, BB, NEW)
    assert seen(root) == OLD


# -- web roots that can't be used -------------------------------------------------------------------------------------


def refusal(path: Path, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        open_web_root(str(path), **options)
    return caught.value.reason


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    assert "can't be used: No such file" in refusal(tmp_path / "gone")
    (tmp_path / "file").touch()
    assert "is no folder" in refusal(tmp_path / "file")


@pytest.mark.parametrize("what", ["folder", "link"])
def test_a_current_of_somebody_else_is_refused(what: str, tmp_path: Path) -> None:
    (tmp_path / "current").mkdir() if what == "folder" else (tmp_path / "current").symlink_to("../elsewhere")
    assert "current is no link to a generation" in refusal(tmp_path)


def as_root(monkeypatch: pytest.MonkeyPatch, folder: Path, owner: int) -> None:
    """Publish as root, into a folder of this user."""
    real, found = os.stat, os.stat(folder)
    seen = os.stat_result((*found[:4], owner, *found[5:]))
    monkeypatch.setattr(publishing.os, "geteuid", lambda: 0)
    monkeypatch.setattr(
        publishing.os, "stat", lambda path, **options: seen if path == str(folder) else real(path, **options)
    )


@pytest.mark.parametrize("owner", [None, "nobody"])
def test_root_publishes_into_no_folder_of_another_user(
    owner: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root could write there, but its owner could lead it astray."""
    as_root(monkeypatch, tmp_path, owner=65534)
    reason = refusal(tmp_path, owner=owner)
    assert "belongs to nobody, and root is to publish into it. Publish as nobody (become_user)." in reason


@pytest.mark.parametrize("mode", [0o770, 0o757, 0o1777])
def test_root_publishes_into_no_folder_that_others_can_write(
    mode: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(mode)
    as_root(monkeypatch, tmp_path, owner=0)
    assert "others than root may write into it" in refusal(tmp_path)


def test_another_user_publishes_where_a_group_may_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing.os, "geteuid", lambda: 65534)
    monkeypatch.setattr(publishing.os, "access", lambda path, mode: True)
    tmp_path.chmod(0o2775)
    assert open_web_root(str(tmp_path)).user == 65534


def test_generations_elsewhere_are_left_alone(root: WebRoot, tmp_path: Path) -> None:
    """Whoever puts a link there would have its target given away, and what is in it removed."""
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / AA).mkdir(parents=True)
    elsewhere.chmod(0o711)
    (tmp_path / "generations").symlink_to(elsewhere)
    assert "generations is no folder of generations and nothing else" in refusal(tmp_path)
    with pytest.raises(InputError, match="generations"):
        publish(root, BB, OLD)
    assert os.listdir(elsewhere) == [AA] and stat.S_IMODE(elsewhere.stat().st_mode) == 0o711


@pytest.mark.parametrize("name", ["2024", "photos", "g" * 16, "a" * 17])
def test_folders_that_are_no_generations_are_not_removed(name: str, root: WebRoot, tmp_path: Path) -> None:
    (tmp_path / "generations" / name).mkdir(parents=True)
    assert "was not made by this collection. Move it away" in refusal(tmp_path)
    publish(root, AA, OLD)
    publish(root, BB, NEW)
    assert (tmp_path / "generations" / name).is_dir()


def test_files_beside_the_generations_harm_nobody(tmp_path: Path) -> None:
    (tmp_path / "generations").mkdir()
    (tmp_path / "generations" / "index.html").touch()
    publish(open_web_root(str(tmp_path)), AA, OLD)
    assert sorted(os.listdir(tmp_path / "generations")) == [AA, "index.html"]


def test_generations_of_another_user_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files may be given away, and folders not: who owns one can put a link in the place of what is written into it."""
    (tmp_path / "generations").mkdir()
    real, found = os.lstat, os.lstat(tmp_path / "generations")
    seen = os.stat_result((*found[:4], 65534, *found[5:]))
    monkeypatch.setattr(
        publishing.os, "lstat", lambda path: seen if str(path) == str(tmp_path / "generations") else real(path)
    )
    assert "generations belongs to nobody, and " in refusal(tmp_path, owner="nobody")


def test_files_are_given_away_and_folders_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[tuple[bool, int]] = []
    monkeypatch.setattr(
        publishing.os,
        "fchown",
        lambda handle, uid, gid: given.append((stat.S_ISDIR(os.fstat(handle).st_mode), uid)),
    )
    publish(open_web_root(str(tmp_path), owner="65533"), AA, OLD)
    assert given == [(False, 65533), (False, 65533)]
    # The owner of the files may not be in the group of the folders.
    assert stat.S_IMODE((tmp_path / "generations" / AA).stat().st_mode) == 0o751


def test_a_lock_that_leads_elsewhere_makes_no_file_there(root: WebRoot, tmp_path: Path) -> None:
    (tmp_path / ".snom-provisioning.lock").symlink_to(tmp_path / "made")
    with pytest.raises(InputError, match="lock: Too many levels of symbolic links"):
        publish(root, AA, OLD)
    assert not (tmp_path / "made").exists()


def test_a_web_root_that_can_not_be_written_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing.os, "access", lambda path, mode: False)
    reason = refusal(tmp_path)
    assert "become_user" in reason and "group" not in reason


@pytest.mark.parametrize("option", ["owner", "group"])
def test_an_owner_that_is_not_there_is_named(option: str, tmp_path: Path) -> None:
    assert f"{option}: there is no nobody-of-that-name" in refusal(tmp_path, **{option: "nobody-of-that-name"})


READ: dict[str, Callable[[WebRoot], Any]] = {
    "stat": current_generation,
    "listdir": lambda root: names(root, AA),
    "open": previous_generation,
}


@pytest.mark.parametrize("call", READ)
def test_what_this_user_may_not_read_is_told(call: str, root: WebRoot, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(root, AA, OLD)

    def refuse(path: str, *_arguments: Any, **_options: Any) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)

    if call == "open":
        monkeypatch.setattr(publishing, "open", refuse, raising=False)
    else:
        monkeypatch.setattr(publishing.os, call, refuse)
    with pytest.raises(InputError, match="can't be read: Permission denied"):
        READ[call](root)


@pytest.mark.parametrize("name", ["gone", "", "..", "x" * 300])
def test_a_file_that_is_not_there_is_none(name: str, root: WebRoot) -> None:
    publish(root, AA, OLD)
    assert read_file(root, AA, name) is None
    assert names(root, AA) == ["a.htm", "b.xml"]


@pytest.mark.parametrize("put", [Path.mkdir, os.mkfifo])
def test_what_stands_in_the_place_of_a_file_is_named(
    put: Callable[[Path], None], root: WebRoot, tmp_path: Path
) -> None:
    publish(root, AA, OLD)
    victim = tmp_path / "current" / "a.htm"
    victim.unlink()
    put(victim)
    with pytest.raises(InputError, match=r"web_root: .*a\.htm.* Put that right and run again"):
        publish(root, AA, OLD)
