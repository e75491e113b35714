# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role firmware_mirror: a real nginx that serves what it downloaded and checked."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from ansible_collections.telephony.snom.plugins.module_utils._mirror.log import read_logs
from ansible_collections.telephony.snom.tests.virtual_phones.tls import make_certificate

from .bench import PATIENCE, bench, image, phone, until
from .conftest import StartBench
from .mirror import Mirror, mirror

StartMirror = Callable[..., Mirror]
IMAGE = image("320")
OTHER = image("D785")


@pytest.fixture
def start_mirror(start: StartBench) -> Iterator[StartMirror]:
    """Start a fleet with a mirror beside it."""
    with ExitStack() as stack:

        def start_mirror(fleet: dict[str, Any] | None = None, **options: Any) -> Mirror:
            return stack.enter_context(mirror(start(fleet or {"desk": phone()}), **options))

        yield start_mirror


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    """A mirror that has two images, and that no test changes."""
    with bench(tmp_path_factory.mktemp("standing"), {"desk": phone()}) as found, mirror(found) as box:
        run = box.play(images=box.entries(IMAGE, OTHER))
        assert run.code == 0, run.output
        yield box


def test_it_serves_what_it_has_downloaded(standing: Mirror) -> None:
    (entry,) = standing.entries(IMAGE)
    answer = requests.get(f"{standing.url}/fw/{IMAGE}", timeout=PATIENCE)
    assert answer.status_code == 200
    assert (len(answer.content), hashlib.sha1(answer.content).hexdigest()) == (entry["size"], entry["sha1"])
    assert sorted(file.name for file in standing.images.iterdir()) == sorted([IMAGE, OTHER])


@pytest.mark.slow
def test_the_second_run_changes_nothing(standing: Mirror) -> None:
    downloads, workers = standing.bench.fleet.counters()["images"], standing.workers()
    again = standing.play(images=standing.entries(IMAGE, OTHER))
    assert (again.code, again.recap) == (0, {"box": "ok"})
    assert (standing.bench.fleet.counters()["images"], standing.workers()) == (downloads, workers)


def test_ranges_and_nothing_else(standing: Mirror) -> None:
    url = standing.url
    whole = requests.get(f"{url}/fw/{IMAGE}", timeout=PATIENCE).content
    part = requests.get(f"{url}/fw/{IMAGE}", headers={"Range": "bytes=100-199"}, timeout=PATIENCE)
    assert (part.status_code, part.content) == (206, whole[100:200])
    assert requests.get(f"{url}/fw/", timeout=PATIENCE).status_code in (403, 404)
    assert requests.post(f"{url}/fw/{IMAGE}", timeout=PATIENCE).status_code == 405
    assert requests.get(f"{url}/nginx.conf", timeout=PATIENCE).status_code == 404


def test_its_log_tells_who_asked_in_any_spelling(standing: Mirror) -> None:
    spellings = [
        "0004132a3b4c",
        "00:04:13:2A:3B:4C",
        "00-04-13-2a-3b-4c",
        "0004.132a.3b4c",
        "00%3A04%3a13%3A2A%3A3B%3A4C",
    ]
    secrets = ["password", "0004132a3b4c55", "0004132a3b4"]
    agent = {"User-Agent": "Mozilla/4.0 (compatible; snom720 8.9.3.80)"}
    for value in [*spellings, *secrets]:
        requests.get(f"{standing.url}/fw/{IMAGE}?mac={value}", headers=agent, timeout=PATIENCE)

    def logged() -> list[str]:
        return [request["mac"].lower() for request in standing.requests() if "snom720" in request["user_agent"]]

    until(lambda: len(logged()) == len(spellings) + len(secrets), "nginx to log")
    assert logged() == [*map(str.lower, spellings), "", "", ""]
    assert list(read_logs([str(standing.log)])["phones"]) == ["0004132A3B4C"]


def test_a_mistake_never_takes_the_place_of_what_works(standing: Mirror) -> None:
    before, workers = standing.configuration.read_text(), standing.workers()
    images = standing.entries(IMAGE, OTHER)
    run = standing.play(images=images, tls_ciphers="none", address="here;there", rehearse=False)
    assert run.code != 0 and "failed to validate" in run.output
    assert (standing.configuration.read_text(), standing.workers()) == (before, workers)
    assert requests.get(f"{standing.url}/fw/{IMAGE}", timeout=PATIENCE).status_code == 200


@pytest.mark.slow
def test_absent_ends_it(start_mirror: StartMirror) -> None:
    box = start_mirror()
    assert box.play(images=box.entries(IMAGE), rehearse=False).code == 0
    assert (run := box.play(state="absent")).code == 0, run.output
    with pytest.raises(requests.ConnectionError):
        requests.get(box.url, timeout=PATIENCE)
    assert (box.images / IMAGE).exists()
    assert box.play(state="absent").recap == {"box": "ok"}


@pytest.mark.slow
def test_an_image_of_which_only_the_sha_256_is_known(start_mirror: StartMirror) -> None:
    """What lies there with another content is not right; what has that hash is not unverified."""
    box = start_mirror()
    (entry,) = box.entries(IMAGE)
    content = requests.get(entry["url"], timeout=PATIENCE).content
    entry = {name: entry[name] for name in ("file", "url", "size")} | {"sha256": hashlib.sha256(content).hexdigest()}
    box.images.mkdir(parents=True)
    (box.images / IMAGE).write_bytes(bytes(len(content)))
    run = box.play(images=[entry], rehearse=False)
    assert run.code == 0 and "is unverified" not in run.output, run.output
    assert (box.images / IMAGE).read_bytes() == content


@pytest.mark.slow
def test_images_that_nobody_needs_are_listed_or_removed(start_mirror: StartMirror) -> None:
    box = start_mirror()
    box.images.mkdir(parents=True)
    old = "snom320-8.4.35-SIP-f.bin"
    for name in (old, "notes.txt"):
        (box.images / name).write_text("x")
    listed = box.play(images=box.entries(IMAGE))
    assert listed.code == 0 and f"would remove {old}." in listed.output
    assert (box.images / old).exists()
    assert box.play(images=box.entries(IMAGE), remove_unneeded=True, rehearse=False).code == 0
    assert sorted(file.name for file in box.images.iterdir()) == ["notes.txt", IMAGE]
    refused = box.play(images=[], remove_unneeded=True, rehearse=False)
    assert refused.code != 0 and "would remove every image" in refused.output
    assert (box.images / IMAGE).exists()


@pytest.mark.slow
def test_images_that_cannot_be_had_are_named_and_hold_up_no_other(start_mirror: StartMirror) -> None:
    box = start_mirror()
    wrong_hash, missing, wrong_size, truncated, unknown_hash, good = map(
        image, ("360", "370", "720", "760", "821", "320")
    )
    faults = {wrong_hash: "corrupt", missing: "not_found", wrong_size: "wrong_size", truncated: "truncated"}
    box.bench.fleet.patch_image_server(faults=faults)
    entries = {entry["file"]: entry for entry in box.entries(*faults, unknown_hash, good)}
    del entries[wrong_size]["sha1"], entries[unknown_hash]["sha1"]
    gone = {"file": "snom300-8.7.5.35-SIP-f.bin", "url": f"http://{box.address}:1/x", "sha1": "0" * 40}
    run = box.play(images=[*entries.values(), gone], rehearse=False)
    assert run.code != 0
    assert sorted(file.name for file in box.images.iterdir()) == sorted([unknown_hash, good])
    (message,) = (line["result"]["msg"] for line in run.lines if line.get("status") == "failed")
    for file, reason in {
        wrong_hash: "did not match",
        missing: "404",
        wrong_size: "bytes instead of",
        truncated: "did not match",
        gone["file"]: "refused",
    }.items():
        assert f"{file} from http://" in message and reason in message, message
    assert f"{unknown_hash} is unverified" in run.output


@pytest.mark.slow
def test_an_audit_shows_what_the_log_proves(start_mirror: StartMirror) -> None:
    box = start_mirror({"desk": phone("D785", "10.1.84.12"), "hall": phone("D785", "10.1.84.12")})
    bench = box.bench
    assert box.play(images=box.entries(OTHER), rehearse=False).code == 0
    loaded = bench.rollout("--limit", "desk", mirror=f"{box.url}/fw", rehearse=False)
    assert loaded.outcomes == {"desk": "upgraded"}, loaded.output
    mac = bench.fleet.phone("desk")["mac"]
    (load,) = (request for request in box.requests() if request["method"] == "GET")
    assert (load["uri"], load["status"], load["address"]) == (f"/fw/{OTHER}", 200, bench.address("desk"))
    assert "snomD785-SIP 10.1.84.12 " in load["user_agent"] and mac in load["user_agent"]

    # Nobody can read it now, so what it said on its last visit is what is known.
    bench.fleet.patch("desk", running=False)
    bench.hosts()["desk"]["snom_mac"] = mac
    folder = bench.out / "audit"
    run = bench.play(
        "telephony.snom.audit",
        variables={
            "snom_hosts": "phones",
            "snom_audit_dir": str(folder),
            "snom_audit_mirror": "box",
            "snom_audit_mirror_logs": [f"{box.log}*"],
        },
        rehearse=False,
    )
    assert run.code == 0, run.output
    assert "1 x D785 10.1.84.12, by the mirror's log" in run.output and '"1 x D785 10.1.84.12"' in run.output
    found = {entry["host"]: entry for entry in json.loads((folder / "audit.json").read_text())["phones"]}
    desk, hall = found["desk"], found["hall"]
    assert (desk["outcome"], desk["source"], desk["firmware"]) == ("unreachable", "mirror_log", "10.1.84.12")
    assert [(file["file"], file["complete"]) for file in desk["fetched"]] == [(OTHER, True)]
    assert (hall["outcome"], hall["source"], hall["firmware"]) == ("read", "phone", "10.1.84.12")
    assert desk["seen"] == load["time"].replace("Z", "+00:00") and desk["contradiction"] is None


@pytest.mark.slow
def test_an_audit_lists_what_it_could_not_ask(start: StartBench) -> None:
    """As CSV that other programs read: quotes are doubled, and umlauts are as they are."""
    site = 'Köln, "Dom"'
    unusable = {"snom_password": "{{ nowhere }}", "snom_site": site}
    bench = start({"desk": phone("D785", "10.1.84.12"), "hall": phone(inventory=unusable)})
    folder = bench.out / "audit"
    run = bench.play("telephony.snom.audit", variables={"snom_hosts": "phones", "snom_audit_dir": str(folder)})
    assert run.code == 2 and "1 x failed" in run.output
    text = (folder / "audit.csv").read_text("utf-8")
    rows = {row["host"]: row for row in csv.DictReader(text.splitlines())}
    assert {host: row["outcome"] for host, row in rows.items()} == {"desk": "read", "hall": "failed"}
    assert "nowhere" in rows["hall"]["reason"] and rows["hall"]["site"] == site and "Köln" in text
    found = {entry["host"]: entry for entry in json.loads((folder / "audit.json").read_text())["phones"]}
    assert found["hall"]["outcome"] == "failed" and "nowhere" in found["hall"]["reason"]


@pytest.mark.slow
def test_an_audit_tells_when_phone_and_log_differ(start: StartBench) -> None:
    bench = start({"desk": phone("D785", "10.1.84.12"), "manager": phone("D865", "10.1.141.13")})
    agents = {
        "desk": "snomD785-SIP 10.1.175.16 2010.12-00004-g9ba52f5",
        "manager": "snomD865-SIP 10.1.141.13 2010.12-00004-g9ba52f5",
    }
    log = bench.folder / "access.log"
    with log.open("w", encoding="utf-8") as stream:
        for name, agent in agents.items():
            mac = bench.fleet.phone(name)["mac"]
            line = {
                "time": "2100-01-01T00:00:00+00:00",
                "address": bench.address(name),
                "method": "GET",
                "uri": f"/current/snom{mac}.htm",
                "mac": "",
                "status": 200,
                "bytes": 10,
                "length": "10",
                "range": "",
                "user_agent": f"Mozilla/4.0 (compatible; {agent} {mac} SXM:0 UXM:0)",
            }
            stream.write(f"{json.dumps(line)}\n")
    bench.hosts()["manager"]["snom_mac"] = bench.fleet.phone("manager")["mac"].lower()
    folder = bench.out / "audit"
    run = bench.play(
        "telephony.snom.audit",
        variables={
            "snom_hosts": "phones",
            "snom_audit_dir": str(folder),
            "snom_audit_mirror": "localhost",
            "snom_audit_mirror_logs": [str(log)],
        },
    )
    assert run.code == 0, run.output
    assert "1 x D865 10.1.141.13, by the mirror's log" in run.output
    assert "desk: It says 10.1.84.12, but its request to the mirror at 2100-01-01T00:00:00+00:00 said" in run.output
    rows = list(csv.DictReader((folder / "audit.csv").read_text().splitlines()))
    assert [(row["host"], row["source"], row["firmware"]) for row in rows] == [
        ("desk", "phone", "10.1.84.12"),
        ("manager", "mirror_log", "10.1.141.13"),
    ]
    assert "10.1.175.16" in rows[0]["contradiction"] and rows[1]["contradiction"] == ""


@pytest.mark.slow
def test_it_has_what_the_phones_need(start_mirror: StartMirror) -> None:
    fleet = {
        "desk": phone("320"),
        "hall": phone("D785", "10.1.84.12", inventory={"snom_model": "D785", "snom_firmware_version": "10.1.175.16"}),
        "lift": phone("D785", "10.1.84.12", inventory={"snom_firmware_version": "10.1.175.16"}),
        "new": phone("D785", "10.1.84.12", inventory={"snom_model": "D785", "snom_firmware_version": "10.1.175.99"}),
    }
    box = start_mirror(fleet, phones="phones")
    box.bench.hosts()["desk"]["snom_firmware_versions"] = {"320": "8.7.5.35"}
    box.images.mkdir(parents=True)
    old = box.images / "snom320-8.4.35-SIP-f.bin"
    old.write_text("x")
    run = box.play(catalog=str(box.bench.catalog), remove_unneeded=True)
    assert run.code != 0 and "No image of 10.1.175.99 for the D785 is known" in run.output
    assert sorted(file.name for file in box.images.iterdir()) == sorted([old.name, IMAGE, OTHER])
    assert "no image is removed. lift" in " ".join(run.output.split())

    for name in ("lift", "new"):
        del box.bench.hosts()[name]
    again = box.play(catalog=str(box.bench.catalog), remove_unneeded=True, rehearse=False)
    assert (again.code, again.recap) == (0, {"box": "changed"}), again.output
    assert sorted(file.name for file in box.images.iterdir()) == sorted([IMAGE, OTHER])


@pytest.mark.parametrize(
    "lost",
    [{"snom_firmware_version": "10.1.999.1"}, pytest.param({"snom_model": None}, marks=pytest.mark.slow)],
    ids=["image", "model"],
)
def test_nothing_is_removed_while_a_wanted_image_has_no_name(start_mirror: StartMirror, lost: dict[str, Any]) -> None:
    """Somebody may have put just that one there by hand, or mistyped its version."""
    wanted = {"snom_model": "D785", "snom_firmware_version": "10.1.175.16"} | lost
    box = start_mirror({"new": phone("D785", "10.1.84.12", inventory=wanted)}, phones="phones")
    box.images.mkdir(parents=True)
    names = ["snomD785-10.1.54.13-SIP-r.bin", "snomD785-10.1.999.1-SIP-r.bin"]
    for name in names:
        (box.images / name).write_text("x")
    run = box.play(catalog=str(box.bench.catalog), remove_unneeded=True, rehearse=False)
    assert sorted(file.name for file in box.images.iterdir()) == names
    words = " ".join(run.output.split())
    assert "no image is removed" in words and "would remove" not in words, run.output


@pytest.mark.slow
def test_it_can_take_images_from_another_mirror(start_mirror: StartMirror) -> None:
    box = start_mirror(phones="phones")
    box.bench.hosts()["desk"]["snom_model"] = "320"
    box.bench.change_catalog(IMAGE, url=f"http://{box.address}:1/{IMAGE}")
    (entry,) = box.entries(IMAGE)
    run = box.play(catalog=str(box.bench.catalog), source=entry["url"].rpartition("/")[0], rehearse=False)
    assert run.code == 0, run.output
    assert hashlib.sha1((box.images / IMAGE).read_bytes()).hexdigest() == entry["sha1"]


@pytest.mark.slow
def test_a_site_has_its_connections_and_no_more(start_mirror: StartMirror) -> None:
    box = start_mirror()
    net = box.address.rpartition(".")[0]
    sites = [
        # Text does, too: it is what a template makes of a number.
        {"name": "berlin", "networks": f"{net}.0/26", "connections": "2", "rate_mbit": "0.001"},
        {"name": "lift", "networks": [f"{net}.63/32"]},
    ]
    assert box.play(images=box.entries(IMAGE), sites=sites, rehearse=False).code == 0
    with ExitStack() as stack:
        # At 62 bytes a second none of them ends while this lasts.
        slow = [stack.enter_context(_ask(box, f"{net}.{number}")) for number in (1, 2)]
        assert [answer.status_code for answer in slow] == [200, 200]
        with _ask(box, f"{net}.3") as one_too_many, _ask(box, f"{net}.63") as other, _ask(box, "127.0.0.1") as nobody:
            assert (one_too_many.status_code, other.status_code, nobody.status_code) == (503, 200, 200)
            assert (len(other.content), len(nobody.content)) == (int(slow[0].headers["content-length"]),) * 2
    expected = {(f"{net}.3", "berlin", 503), (f"{net}.63", "lift", 200), ("127.0.0.1", "", 200)}
    until(
        lambda: {(line["address"], line["site"], line["status"]) for line in box.requests()} >= expected,
        "the log to name the sites",
    )


def _ask(box: Mirror, source: str) -> requests.Response:
    """Ask for the image from an address, without reading it."""
    session = requests.Session()
    session.mount("http://", _From(source))
    return session.get(f"{box.url}/fw/{IMAGE}", stream=True, timeout=PATIENCE)


class _From(requests.adapters.HTTPAdapter):
    """Sends its requests from one of this machine's addresses."""

    def __init__(self, source: str) -> None:
        self.source = source
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **more: Any) -> None:
        super().init_poolmanager(*arguments, source_address=(self.source, 0), **more)


@pytest.mark.slow
def test_setting_files_are_for_those_who_are_listed(start_mirror: StartMirror) -> None:
    box = start_mirror()
    generation = box.bench.folder / "www" / "generations" / "ab12"
    generation.mkdir(parents=True)
    (generation / "snom320.htm").write_text("<settings/>")
    (generation.parent.parent / "current").symlink_to("generations/ab12")
    assert box.play(rehearse=False).code == 0
    files = [f"{box.url}/current/snom320.htm", f"{box.url}/generations/ab12/snom320.htm"]
    assert [requests.get(file, timeout=PATIENCE).status_code for file in files] == [403, 403]
    workers = box.workers()
    assert box.play(setting_networks="127.0.0.0/8", rehearse=False).recap == {"box": "changed"}
    until(lambda: box.workers().isdisjoint(workers), "new workers after the reload")
    answers = [requests.get(file, timeout=PATIENCE) for file in files]
    assert [(answer.status_code, answer.text) for answer in answers] == [(200, "<settings/>")] * 2
    assert answers[0].headers["content-type"] == "text/html" and "no-store" in answers[0].headers["cache-control"]
    for folder in ("current/", "generations/", "generations/ab12/"):
        assert requests.get(f"{box.url}/{folder}", timeout=PATIENCE).status_code in (403, 404)


@pytest.mark.slow
def test_what_a_run_has_written_that_broke_off_is_read_by_the_next_one(start_mirror: StartMirror) -> None:
    box = start_mirror()
    generation = box.bench.folder / "www" / "generations" / "ab12"
    generation.mkdir(parents=True)
    (generation / "snom320.htm").write_text("<settings/>")
    file = f"{box.url}/generations/ab12/snom320.htm"

    def status() -> int:
        return requests.get(file, timeout=PATIENCE).status_code

    assert box.play(rehearse=False).code == 0
    closed = box.configuration.read_text()
    assert box.play(setting_networks="127.0.0.0/8", rehearse=False).code == 0
    until(lambda: status() == 200, "the reload")
    # Its next task failed, so it came to no reload.
    box.configuration.write_text(closed)
    assert (run := box.play(rehearse=False)).recap == {"box": "changed"}, run.output
    until(lambda: status() == 403, "nobody to fetch setting files any more")
    workers = box.workers()
    assert (run := box.play(rehearse=False)).recap == {"box": "ok"}, run.output
    assert box.workers() == workers
    assert box.play(state="absent", rehearse=False).code == 0
    assert not list(box.configuration.parent.glob("nginx.conf*"))


@pytest.mark.slow
def test_https(start_mirror: StartMirror) -> None:
    box = start_mirror()
    files = {name: str(box.bench.folder / f"{name}.pem") for name in ("certificate", "certificate_key")}
    port = box.bench.port + 1
    early = box.play(https_port=port, **files, rehearse=False)
    assert early.code != 0 and "is not on this host" in early.output
    authority = make_files(box, files)
    assert box.play(images=box.entries(IMAGE), https_port=port, http_port=0, **files, rehearse=False).code == 0
    url = f"https://{box.address}:{port}/fw/{IMAGE}"
    assert requests.get(url, verify=authority, timeout=PATIENCE).status_code == 200
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(box.url, timeout=PATIENCE)
    # A renewed certificate is loaded.
    authority = make_files(box, files)
    again = box.play(images=box.entries(IMAGE), https_port=port, http_port=0, **files, rehearse=False)
    assert again.recap == {"box": "changed"}
    assert until(lambda: _answers(url, authority), "the new certificate")


def make_files(box: Mirror, files: dict[str, str]) -> str:
    """Make a certificate that is its own authority, and return its file."""
    pem = make_certificate("mirror", box.address)
    for file in files.values():
        Path(file).write_bytes(pem)
    return files["certificate"]


def _answers(url: str, authority: str) -> bool:
    try:
        return requests.get(url, verify=authority, timeout=PATIENCE).status_code == 200
    except requests.exceptions.SSLError:
        return False


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"http_port": 0}, "Set firmware_mirror_http_port"),
        pytest.param({"https_port": 8443}, "firmware_mirror_https_port needs", marks=pytest.mark.slow),
        pytest.param({"root": "/srv/a b"}, "firmware_mirror_root", marks=pytest.mark.slow),
        pytest.param({"setting_networks": ["berlin"]}, "'berlin' is not a network", marks=pytest.mark.slow),
        pytest.param(
            {"sites": [{"name": "a b", "networks": []}]}, "firmware_mirror_sites, a b", marks=pytest.mark.slow
        ),
        pytest.param(
            {"sites": [{"name": "a", "networks": [], "rate_mbit": 5}]},
            "rate_mbit needs connections",
            marks=pytest.mark.slow,
        ),
        ({"sites": [{"name": "a", "networks": ["1.2.3.4; }"]}]}, "is not a network"),
        pytest.param(
            {"images": [{"file": "../x", "url": "http://127.0.0.1/x"}]},
            "needs a file name without a path",
            marks=pytest.mark.slow,
        ),
        ({"images": [{"file": "x", "url": "http://a:b@127.0.0.1/x"}]}, "URL without a login"),
    ],
)
def test_options_that_cannot_work_are_refused(start_mirror: StartMirror, options: dict[str, Any], says: str) -> None:
    box = start_mirror()
    run = box.play(**options, rehearse=False)
    assert run.code != 0 and says in " ".join(run.output.split())
    assert not box.configuration.exists()


@pytest.mark.slow
def test_a_disk_that_takes_no_more(start_mirror: StartMirror) -> None:
    box = start_mirror()
    box.bench.fleet.patch_image_server(image_size=3_000_000)
    (large,) = box.entries(IMAGE)
    box.bench.fleet.patch_image_server(image_size=4096)
    (small,) = box.entries(OTHER)
    box.limit_files(megabytes=2)
    assert box.play(images=[small], rehearse=False).code == 0
    box.bench.fleet.patch_image_server(image_size=3_000_000)
    run = box.play(images=[large, small], rehearse=False)
    assert run.code != 0 and f"{IMAGE} from" in run.output and "File too large" in run.output
    assert [file.name for file in box.images.parent.rglob("*") if file.is_file()] == [OTHER]
