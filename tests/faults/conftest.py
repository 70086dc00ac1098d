"""One filled folder and, as long as tests leave it alive, one machine that runs on it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.machine import (
    SMALL_SHOP,
    Machine,
    free_port,
    publish_whatever_it_is_worth,
    wait_for,
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run side by side, those here stay together: they share a machine."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.xdist_group("machine"))


@pytest.fixture(scope="session")
def filled() -> Iterator[Path]:
    """A folder that is filled and has a model, made once for all tests here.

    Not in pytest's own folder: every new run of pytest closes that to the user `nobody`, as whom
    root's PostgreSQL runs.
    """
    with tempfile.TemporaryDirectory(prefix="encore-test-", dir="/var/tmp") as base:
        folder = Path(base, "a var")
        machine = Machine(folder, free_port(), "--shop", SMALL_SHOP)
        wait_for(lambda: "[9/9] Training" in machine.output() or machine.process.poll())
        assert machine.interrupt() == 0, machine.output()
        assert machine.processes() == {}, "a step of the first fill outlived it"
        publish_whatever_it_is_worth(folder)
        yield folder


@pytest.fixture(scope="session")
def running() -> Iterator[list[Machine]]:
    """The machine that the tests share."""
    machines: list[Machine] = []
    yield machines
    for machine in machines:
        machine.process.kill()
        machine.process.wait()
        machine.until_gone()


@pytest.fixture
def machine(filled: Path, running: list[Machine]) -> Machine:
    """A machine that answers, on the filled folder."""
    if not running or running[0].process.poll() is not None:
        running[:] = [Machine(filled, free_port())]
        running[0].until_told()
    return running[0]


@pytest.fixture
def no_machine(running: list[Machine]) -> None:
    """The folder is free."""
    for machine in running:
        if machine.process.poll() is None:
            machine.interrupt()
    running.clear()
