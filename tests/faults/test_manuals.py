"""The commands of the README and of docs/operating.md are run, in their order, as they are."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.faults.machine import ROOT, Machine

REFUSED = 3
"""What the shop of these tests is too small to avoid: a night that publishes nothing."""


def blocks(name: str, kind: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def runnable(name: str) -> list[str]:
    """Those for a machine on which `make run` runs."""
    return [block for block in blocks(name, "sh") if block.startswith(". var/env\n")]


@pytest.fixture
def checkout(machine: Machine, tmp_path: Path) -> Path:
    """A folder that looks like the checkout, with the running machine's data as `var`."""
    for name in ("service", "models", "training", "deploy"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "var").symlink_to(machine.folder)
    return tmp_path


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-euc", command], cwd=folder, capture_output=True, text=True, timeout=120,
        env={"PATH": os.defpath + os.pathsep + os.environ["PATH"]},
    )  # fmt: skip


@pytest.mark.parametrize("block", runnable("docs/operating.md") + runnable("docs/report.md"))
def test_the_commands_for_operators_work(checkout: Path, block: str) -> None:
    done = shell(block, checkout)
    trains = "-m training" in block
    assert done.returncode in ((0, REFUSED) if trains else (0,)), done.stderr + done.stdout
    assert '"status": 4' not in done.stdout
    assert "problem" not in done.stdout


def test_the_cron_line_works(checkout: Path) -> None:
    """All of it but the times; the shell's own `.` finds `var/env`."""
    (line,) = blocks("docs/operating.md", "crontab")
    command = line.split(None, 5)[5].replace("/srv/encore", shlex.quote(str(checkout)))
    done = shell(command, checkout)
    assert done.returncode in (0, REFUSED), done.stderr
    assert "[5/7]" in (checkout / "var" / "night.log").read_text()


def test_the_commands_of_the_readme_work(checkout: Path) -> None:
    """A suggestion, its outcome, and both in the report."""
    (block,) = runnable("README.md")
    done = shell(block, checkout)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "urn:encore:problem" not in done.stdout, done.stdout


def test_the_compose_commands_name_services_that_exist() -> None:
    services = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]
    lines = [line for block in blocks("docs/operating.md", "sh") for line in block.splitlines()]
    commands = [shlex.split(line) for line in lines if line.startswith("docker")]
    assert len(commands) >= 4
    for docker, compose, option, file, action, *rest in commands:
        assert (docker, compose, option, file) == ("docker", "compose", "-f", "deploy/compose.yaml")
        assert action in ("up", "run")
        assert action == "up" or set(rest) & services.keys()


def test_the_cron_job_runs_as_the_image_does() -> None:
    (text,) = blocks("docs/operating.md", "yaml")
    job = yaml.safe_load(text)["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = job["containers"]
    assert f"USER {job['securityContext']['runAsUser']}:" in (ROOT / "Dockerfile").read_text()
    assert container["securityContext"]["readOnlyRootFilesystem"]
    volumes = {volume["name"] for volume in job["volumes"]}
    assert {mount["name"] for mount in container["volumeMounts"]} == volumes
