# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks, in the order of the table that ``make test`` ends with. Each raises GateError when it fails."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from ctypes.util import find_library
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from commands import BUILD, ROOT, GateError, LeftOut, alone_on_network, output_of, run
from environments import (
    CORES,
    OUTERMOST_CORES,
    PINS,
    SUPPORTED_CORES,
    Core,
    collections_of_others,
    copy_collection,
    core_environment,
    environment,
    home,
    link_collections,
    may_leave_out,
)
from machine import install, interpreter, missing_package, missing_programs, needs
from unpacked import unpack

# Seconds. No test takes a tenth of it, so it decides none: it names one that hangs, which a CI machine cannot do.
HANGS = 1200

# Held while the demo runs, beside the ports that it uses.
DEMO_PORT = 28059

# Which tests of a suite run in `make test`, and which in `make all` only: see `slow` in pyproject.toml.
QUICK, SLOW = ("-m", "not slow"), ("-m", "slow")

# What other checks of the same run judge, in environments that the sanity of what is released need not make: ruff,
# yamllint and antsibull-changelog. pylint takes the most of all. `make all` leaves out none of them.
JUDGED_ELSEWHERE = ("changelog", "pep8", "pylint", "yamllint")

# Sanity tests that can't run offline: 2.22's pylint wants a plugin that no package index has.
SKIPPED_SANITY = {"2.22": ("pylint",)}


@dataclass(frozen=True)
class Check:
    """One line of the table.

    group is what a make target runs as one; programs are those of the machine that it starts, and welcome those that it
    starts where they are.
    """

    name: str
    group: str
    about: str
    run: Callable[[], None]
    programs: tuple[str, ...] = ("git",)
    core: Core | None = None
    welcome: tuple[str, ...] = ()


def prepare(checks: Sequence[Check]) -> None:
    """See to it that the machine has what these checks need, all at once instead of one by one as each check starts."""
    packages = missing_programs({program for check in checks for program in check.programs})
    wanted = [pin["pythons"] for pin in PINS["environments"].values()]
    wanted += [core.pythons for core in {check.core for check in checks if check.core}]
    packages |= {package for versions in wanted if (package := missing_package(versions))}
    welcome = missing_programs({program for check in checks for program in check.welcome})
    if packages or not may_leave_out():
        install(packages | welcome)
    else:
        # The check itself says what it goes without.
        with suppress(GateError):
            install(welcome)


def _pytest(*arguments: str | Path, where: str = "venv", within: Sequence[str] = (), rehearses: bool = False) -> None:
    """Run tests in an environment, within what another program makes for them.

    rehearses: each run of a playbook goes first with ``--check``: see the tests' bench.
    """
    env = {"PYTHONPATH": str(link_collections()), "PYTHONDONTWRITEBYTECODE": "1"}
    run(
        *within,
        environment(where) / "bin" / "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        f"--timeout={HANGS}",
        *arguments,
        env=env | ({"REHEARSES": "1"} if rehearses else {}),
    )


def _asterisk() -> None:
    # Debian has it in sid only.
    unpack("asterisk", ["asterisk"], release="sid")
    _pytest("tests/integration/asterisk")


def _eda() -> None:
    """Rulebooks in the real ansible-rulebook. Raises LeftOut where this machine can't get it."""
    try:
        install([] if shutil.which("java") else ["default-jre-headless"])
        environment("eda")
    except GateError as error:
        raise LeftOut(f"ansible-rulebook and the Java that it needs can't be had here: {error}") from error
    _pytest("tests/integration/eda")


def _chaos(seeds: str) -> None:
    """A part of what `make chaos` plays, two rollouts at a time. 20 has a PBX, which takes three times as long."""
    link_collections()
    run(environment("venv") / "bin" / "python", "tests/chaos", f"--seeds={seeds}", env={"PYTHONDONTWRITEBYTECODE": "1"})


def _namespace() -> Sequence[str]:
    """The command that starts another one in a network of its own. Raises LeftOut where this machine makes none."""
    namespace = ("unshare", "--net", *(("--map-root-user",) if os.geteuid() else ()))
    tried = [*namespace, "true"]
    if not shutil.which("unshare") or subprocess.run(tried, capture_output=True, check=False).returncode:
        raise LeftOut("This machine makes no network namespaces. As root it may.")
    return namespace


def _dhcp() -> None:
    # What is done to the network there, nobody else sees.
    namespace = _namespace()
    packages = ("kea-dhcp4-server", "kea-ctrl-agent", "dnsmasq-base", "isc-dhcp-server", "udhcpc")
    unpack("dhcp", packages, release="trixie")
    _pytest("tests/integration/dhcp", within=namespace)


def _pages() -> None:
    """Try the pages in Chromium, where this machine has it or can get it: not every system packs it as Debian does."""
    lacking = [] if shutil.which("chromium") else ["chromium"]
    # A library of the program that Playwright brings along. An empty Debian has none, nor does Chromium ask for it.
    lacking += [] if find_library("atomic") else ["libatomic1"]
    try:
        install(lacking)
    except GateError as error:
        raise LeftOut(f"The pages can't be shown here: {error}") from error
    _pytest("tests/integration/pages", where="pages")


def _ruff() -> None:
    ruff = environment("venv") / "bin" / "ruff"
    run(ruff, "check", ROOT)
    run(ruff, "format", "--check", ROOT)


def _mypy() -> None:
    mypy = environment("venv") / "bin" / "mypy"
    run(mypy, "-p", "ansible_collections.telephony.snom.plugins", env={"MYPYPATH": str(link_collections())})
    run(mypy, "tests/virtual_phones")
    # The gate runs on the developer's Python, which reads TOML; the collection supports older ones.
    gate, phones = ROOT / "tests" / "gate", ROOT / "tests" / "virtual_phones"
    path = os.pathsep.join(map(str, [gate, gate / "live", phones, link_collections()]))
    for what in ([gate], ["-p", "ansible_collections.telephony.snom.tests.chaos"]):
        run(mypy, "--python-version", "3.11", *what, env={"MYPYPATH": path})


def _yamllint() -> None:
    run(environment("venv") / "bin" / "yamllint", "--strict", ".", cwd=copy_collection())


def _tool(name: str, *arguments: str | Path) -> None:
    """Run one of the tools on a copy of the collection, where what it drops does no harm."""
    copy = copy_collection()
    run(environment("tools") / "bin" / name, *arguments, cwd=copy, env=_tool_environment(copy))


def _tool_environment(copy: Path) -> dict[str, str]:
    return {
        "ANSIBLE_COLLECTIONS_PATH": str(copy.parents[2]),
        "HOME": str(home(environment("tools"))),
        "NO_COLOR": "1",
        "PATH": f"{environment('tools')}/bin{os.pathsep}{os.environ['PATH']}",
    }


def _antsibull_docs() -> None:
    """Lint the documentation of plugins and roles.

    The tool renders it in a folder with a random name, and takes a name that ends with _ for a link that leads
    nowhere. One in 37 does: then it tries again.
    """
    copy = copy_collection()
    tool = environment("tools") / "bin" / "antsibull-docs"
    while said := output_of(
        *(tool, "lint-collection-docs", "--plugin-docs", "--validate-collection-refs=all", "."),
        cwd=copy,
        env=_tool_environment(copy),
        accept=(0, 3),
    ).splitlines():
        print(*said, sep="\n")
        if not all(re.search(r'Unknown target name: "antsibull-docs-\w+"', line) for line in said):
            raise GateError("antsibull-docs complains.")


def _changelog() -> None:
    _tool("antsibull-changelog", "lint")
    _tool("antsibull-changelog", "lint-changelog-yaml", "--no-semantic-versioning", "changelogs/changelog.yaml")


def _artifact() -> None:
    """Build the collection, let the importer judge it, install it, and run a module and a rollout from there."""
    copy = copy_collection()
    tools, env = environment("tools") / "bin", _tool_environment(copy)
    folder = BUILD / "artifact"
    shutil.rmtree(folder, ignore_errors=True)
    run(tools / "ansible-galaxy", "collection", "build", "--output-path", folder, cwd=copy, env=env)
    (artifact,) = folder.glob("*.tar.gz")
    _pytest("tests/gate/artifact", f"--artifact={artifact}")

    said = _said_by_importer(artifact, env)
    print(said)
    if complaints := [line for line in said.splitlines() if line.startswith(("WARNING", "ERROR"))]:
        raise GateError(f"The Galaxy importer complains: {complaints[0]}")
    if "Linting collection via ansible-lint" not in said or "Getting doc strings via ansible-doc" not in said:
        raise GateError("The Galaxy importer left out a part: it found no ansible-lint or no ansible-doc.")

    installed = folder / "installed"
    env["ANSIBLE_COLLECTIONS_PATH"] = str(installed)
    run(tools / "ansible-galaxy", "collection", "install", "-p", installed, artifact, cwd=folder, env=env)
    run(tools / "ansible-galaxy", "collection", "verify", "--offline", "telephony.snom", cwd=folder, env=env)
    _run_installed(environment("venv"), installed, env)


def _run_installed(venv: Path, installed: Path, env: dict[str, str]) -> None:
    """Run a module and a rollout of the collection that is installed there."""
    folder = installed.parent
    smoke = ROOT / "tests" / "gate" / "smoke.py"
    run(venv / "bin" / "python", smoke, installed, folder / "work", cwd=folder, env=env)


def _demo() -> None:
    folder = link_collections()
    demo = folder / "ansible_collections" / "telephony" / "snom" / "tests" / "demo" / "run.py"
    venv = environment("venv") / "bin"
    env = {
        "ANSIBLE_COLLECTIONS_PATH": str(folder),
        "ANSIBLE_HOME": str(home(venv.parent) / ".ansible"),
        "PATH": f"{venv}{os.pathsep}{os.environ['PATH']}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with alone_on_network(DEMO_PORT):  # its phones have fixed addresses
        run(venv / "python", demo, BUILD / "demo", env=env)


def _said_by_importer(artifact: Path, env: dict[str, str]) -> str:
    settings = artifact.parent / "importer.cfg"
    settings.write_text("[galaxy-importer]\ncheck_required_tags = true\n", "utf-8")
    return output_of(
        *(environment("tools") / "bin" / "python", ROOT / "tests" / "gate" / "importer.py", artifact),
        cwd=artifact.parent,
        env=env | {"GALAXY_IMPORTER_CONFIG": str(settings)},
        accept=(0, 1),
    )


def _guides(part: Sequence[str]) -> None:
    """Type what the guides say, within networks of the test's own: their ports are fixed."""
    _namespace()
    install([] if shutil.which("curl") else ["curl"])
    pip = home(environment("venv")) / ".config" / "pip" / "pip.conf"
    _pytest(*part, "tests/integration/guides", f"--copy={copy_collection()}", f"--pip-config={pip}")


def _release() -> None:
    _pytest("tests/gate/rehearsal", f"--copy={copy_collection()}")


def _netbox() -> None:
    _pytest("tests/integration/netbox", f"--collections={collections_of_others()}")


def _awx(part: Sequence[str]) -> None:
    """What is for AWX: its configuration, against its collection, and what an execution environment is built from."""
    _pytest(*part, "tests/gate/awx", f"--collections={collections_of_others()}", f"--copy={copy_collection()}")


def _docs() -> None:
    """Make the pages of modules and roles, and build the site from them and the written ones."""
    copy = copy_collection()
    tools, env = environment("tools") / "bin", _tool_environment(copy)
    site = BUILD / "docsite"
    shutil.rmtree(site, ignore_errors=True)
    (site / "rst").mkdir(parents=True)
    # Guides name their pictures by the way from one folder of docs to the other, so that a forge shows them, too.
    shutil.copytree(copy / "docs" / "pictures", site / "pictures")
    run(
        *(tools / "antsibull-docs", "collection", "--use-current", "--squash-hierarchy", "--fail-on-error"),
        *("--dest-dir", site / "rst", "telephony.snom"),
        env=env,
    )
    for builder in ("html", "linkcheck"):
        run(
            *(tools / "sphinx-build", "-q", "-W", "--keep-going", "-b", builder),
            *("-c", copy / "docs" / "docsite", site / "rst", site / builder),
            env=env,
        )
    print(f"The pages are in {site / 'html' / 'index.html'}")


def _ansible_test(core: Core, *arguments: str, copy: Path | None = None) -> None:
    """Run ansible-test, on a copy of the whole tree if it gets no other."""
    folder = core_environment(core)
    # A home of its own: ansible-test keeps environments there, and a foreign one would hide a missing step.
    env = {"HOME": str(home(folder)), "PATH": f"{folder}/bin{os.pathsep}{os.environ['PATH']}"}
    copy = copy or copy_collection(f"copy-{core.name}")
    found = output_of(folder / "bin" / "ansible-test", "--version").split()[-1]
    if found != core.release:
        raise GateError(f"ansible-test is {found}, not {core.release}.")
    python = output_of(folder / "bin" / "python", "-c", "import sys; print('%d.%d' % sys.version_info[:2])").strip()
    run("ansible-test", *arguments, "--local", "--python", python, "--color", "no", cwd=copy, env=env)


def _sanity(core: Core, *, released: bool = True) -> None:
    """Let ansible-test judge what is released, but for what is judged elsewhere, or all of the whole tree."""
    left_out = {*SKIPPED_SANITY.get(core.name, ()), *(JUDGED_ELSEWHERE if released else ())}
    skipped = [f"--skip-test={name}" for name in sorted(left_out)]
    copy = copy_collection(f"released-{core.name}", released=True) if released else None
    _ansible_test(core, "sanity", *skipped, copy=copy)


def _sanity_check(core: Core) -> Check:
    return Check(
        f"sanity-{core.name}",
        "sanity",
        f"ansible-test sanity of what is released, on ansible-core {core.release}",
        partial(_sanity, core),
        ("git", "shellcheck"),
        core,
    )


def _targets_check(core: Core) -> Check:
    return Check(
        f"targets-{core.name}",
        "integration",
        f"ansible-test integration, on ansible-core {core.release}",
        # What fails is played once more, with all that Ansible can say of it, as Ansible's own CI does.
        partial(_ansible_test, core, "integration", "--retry-on-error"),
        core=core,
    )


def _units(core: Core) -> None:
    """The unit tests on this ansible-core and its Python, in a quarter of the time that ansible-test takes."""
    python = core_environment(core) / "bin" / "python"
    run(
        *(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--timeout={HANGS}", "-nauto"),
        *("--hypothesis-profile=again", "tests/unit"),
        env={"PYTHONPATH": str(link_collections()), "PYTHONDONTWRITEBYTECODE": "1"},
    )


def _smoke(core: Core) -> None:
    """Build and install the collection with this ansible-core, and run a module and a rollout from there."""
    if interpreter(core.pythons) is None and missing_package(core.pythons) is None:
        raise LeftOut(f"ansible-core {core.name} {needs(core.pythons)}")
    venv, copy = core_environment(core), copy_collection()
    folder = BUILD / f"smoke-{core.name}"
    shutil.rmtree(folder, ignore_errors=True)
    installed = folder / "installed"
    env = {"ANSIBLE_COLLECTIONS_PATH": str(installed), "HOME": str(home(venv))}
    galaxy = (venv / "bin" / "ansible-galaxy", "collection")
    run(*galaxy, "build", "--output-path", folder, cwd=copy, env=env)
    (artifact,) = folder.glob("*.tar.gz")
    run(*galaxy, "install", "-p", installed, artifact, cwd=folder, env=env)
    found = output_of(venv / "bin" / "ansible", "--version", cwd=folder, env=env)
    if f"[core {core.release}]" not in found:
        raise GateError(f"This is not ansible-core {core.release}: {found.splitlines()[0]}")
    _run_installed(venv, installed, env)


def _fresh() -> None:
    """See demo and unit tests work on empty machines, or what TARGETS names."""
    if os.geteuid() or not shutil.which("debootstrap"):
        raise LeftOut("Empty machines take root and debootstrap: as root, run `apt-get install debootstrap`.")
    targets = os.environ.get("TARGETS", "demo unit")
    run(sys.executable, ROOT / "tests" / "gate" / "fresh.py", env={"TARGETS": targets})


def _image() -> None:
    """Build the execution environment, and run playbooks in it."""
    if os.geteuid():
        raise LeftOut("Only root builds the image here: podman of an ordinary user was not tried.")
    try:
        install([name for name in ("debootstrap", "podman", "runc") if not shutil.which(name)])
    except GateError as error:
        raise LeftOut(f"Images take podman, runc and debootstrap: {error}") from error
    run(environment("venv") / "bin" / "python", "tests/gate/image.py", env={"PYTHONDONTWRITEBYTECODE": "1"})


CHECKS = [
    Check("ruff", "lint", "Python is formatted and free of lint", _ruff),
    Check("mypy", "lint", "types hold, strictly", _mypy),
    Check("yamllint", "lint", "YAML files are tidy", _yamllint),
    Check("reuse", "lint", "every file names its licence", partial(_tool, "reuse", "lint")),
    Check("changelog", "lint", "changelog and its fragments are well formed", _changelog),
    Check(
        "ansible-lint",
        "lint",
        "roles, playbooks and examples pass the production profile",
        partial(_tool, "ansible-lint"),
    ),
    Check(
        "antsibull-docs",
        "lint",
        "documentation of plugins and roles is complete, and its references hold",
        _antsibull_docs,
    ),
    Check("conventions", "own", "what no standard tool checks: see tests/gate/own", partial(_pytest, "tests/gate/own")),
    Check(
        "live",
        "integration",
        "modules do and return what they document: see tests/gate/live",
        partial(_pytest, "-n2", *QUICK, "tests/gate/live"),
        ("git", "kamailio"),
    ),
    Check(
        "unit",
        "unit",
        "unit tests, on the everyday ansible-core",
        partial(_pytest, "-nauto", "tests/unit"),
        ("openssl",),
    ),
    Check(
        "playbooks",
        "integration",
        "playbooks over virtual phones, for every outcome",
        partial(_pytest, "-n4", "--dist=loadscope", *QUICK, "tests/integration/playbooks"),
        ("git", "nginx", "ssh", "sshd", "stunnel"),
    ),
    Check(
        "chaos",
        "integration",
        "20 rollouts in which everything goes wrong say what the phones know: see tests/chaos",
        partial(_chaos, "0-18,20"),
        ("git", "kamailio", "nginx"),
    ),
    Check(
        "pbx",
        "integration",
        "a real Kamailio, and virtual phones that register there",
        partial(_pytest, "-n2", "--dist=loadscope", *QUICK, "tests/integration/pbx"),
        ("baresip", "kamailio", "nginx", "sipp", "sipsak"),
    ),
    Check(
        "asterisk",
        "integration",
        "a real Asterisk, unpacked from Debian, and virtual phones that register there",
        _asterisk,
        ("git", "nginx"),
    ),
    Check(
        "dhcp",
        "integration",
        "a real Kea, dnsmasq and dhcpd give leases, and the inventory plugin reads them",
        _dhcp,
        ("ip", "kamailio"),
    ),
    Check("netbox", "integration", "NetBox's own inventory plugin reads the guide's recipe", _netbox),
    Check(
        "clients",
        "integration",
        "clients of real phones work against the virtual ones",
        partial(_pytest, "tests/integration/clients"),
    ),
    Check(
        "guides",
        "integration",
        "the first hour with the guides, typed as it stands, on virtual phones",
        partial(_guides, QUICK),
        ("git", "ip"),
    ),
    Check("pages", "integration", "the pages that people see, in a real Chromium, from 360 to 2,560 pixels", _pages),
    Check("demo", "demo", "the demo runs from the checkout", _demo, (), welcome=("kamailio", "nginx")),
    Check("artifact", "artifact", "what is built is whole, passes the Galaxy importer, installs and runs", _artifact),
    Check("release", "artifact", "a release can be prepared, rehearsed on a copy: see tests/gate/release.py", _release),
    Check(
        "awx",
        "awx",
        "AWX can be configured from the files here, and what its image is built from made",
        partial(_awx, QUICK),
    ),
    Check("docs", "docs", "the documentation site builds, and its links hold", _docs),
    *map(_targets_check, OUTERMOST_CORES[1:]),
    *map(_sanity_check, OUTERMOST_CORES[:1]),
]

# These begin first, by the first word of their names, the longest before all: so that none runs alone at the end.
LONGEST = (
    *("playbooks", "sanity", "pbx", "live", "pages", "chaos", "unit", "units", "targets", "awx", "artifact", "eda"),
    "asterisk",
)

# What takes longer than a change should wait for. `make all` runs it, too.
LONG_CHECKS = [
    Check(
        "playbooks-whole",
        "integration",
        "the slow ones, too, and each run first with --check",
        partial(_pytest, "-n4", "--dist=loadscope", "tests/integration/playbooks", rehearses=True),
        ("git", "nginx", "ssh", "sshd", "stunnel"),
    ),
    Check(
        "pbx-whole",
        "integration",
        "likewise those with a real Kamailio",
        partial(_pytest, "-n2", "--dist=loadscope", "tests/integration/pbx", rehearses=True),
        ("baresip", "kamailio", "nginx", "sipp", "sipsak"),
    ),
    Check(
        "live-slow",
        "integration",
        "as modules, too, they do and say the same",
        partial(_pytest, "-n2", *SLOW, "tests/gate/live"),
        ("git", "kamailio"),
    ),
    Check("eda", "integration", "rulebooks in the real ansible-rulebook, with phones' action URLs", _eda),
    Check("guides-slow", "integration", "slow ones that type the guides", partial(_guides, SLOW), ("git", "ip")),
    Check("awx-slow", "awx", "one command sets up AWX, on a fake of its API", partial(_awx, SLOW)),
    *(
        Check(
            f"units-{core.name}",
            "unit-cores",
            f"unit tests, on ansible-core {core.release} and its Python",
            partial(_units, core),
            ("git", "openssl"),
            core,
        )
        for core in OUTERMOST_CORES
    ),
    *map(_targets_check, OUTERMOST_CORES[:1]),
    *map(_sanity_check, OUTERMOST_CORES[1:]),
    *(
        Check(
            f"ansible-test-units-{core.name}",
            "unit-cores",
            f"unit tests as ansible-test runs them, each in a fork of its own, on ansible-core {core.release}",
            partial(_ansible_test, core, "units"),
            ("git", "openssl"),
            core,
        )
        for core in OUTERMOST_CORES
    ),
    *(
        Check(
            f"sanity-whole-{core.name}",
            "sanity",
            f"ansible-test sanity, of the whole tree with its tests, on ansible-core {core.release}",
            partial(_sanity, core, released=False),
            ("git", "shellcheck"),
            core,
        )
        for core in CORES.values()
    ),
    *(
        Check(
            f"smoke-{core.name}",
            "smoke",
            f"the collection installs on ansible-core {core.release}; a module and a rollout run",
            partial(_smoke, core),
        )
        for core in SUPPORTED_CORES.values()
    ),
    Check(
        "chaos-long",
        "integration",
        "20 more of those rollouts",
        partial(_chaos, "19,21-39"),
        ("git", "kamailio", "nginx"),
    ),
    Check(
        "large",
        "large",
        "200 phones by provisioning and 200 over HTTP in one play, killed in the middle and resumed",
        partial(_pytest, "-s", "tests/integration/large"),
        ("kamailio", "nginx"),
    ),
    Check("image", "image", "the execution environment is built; ansible-runner and ansible-navigator use it", _image),
    Check("fresh", "fresh", "demo and unit tests on empty machines of Debian, as root and as a user", _fresh),
]
