"""On which core a worker stays, as gunicorn's master decides before it forks one."""

from __future__ import annotations

import os
import runpy
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

Fork = Callable[[SimpleNamespace], SimpleNamespace]

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity"), reason="the system has no such choice"
)


@pytest.fixture
def forked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Fork:
    """A new worker of a master; on a machine whose cores are 2, 3 and 7."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.setenv(name, "1")  # which reading the settings sets, for good
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    settings = runpy.run_path("service/gunicorn_conf.py")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {7, 2, 3})

    def fork(server: SimpleNamespace) -> SimpleNamespace:
        worker = SimpleNamespace()
        settings["pre_fork"](server, worker)
        return worker

    return fork


def cores_of(workers: int, forked: Fork) -> list[Any]:
    """Of workers that are started one by one."""
    server = SimpleNamespace(num_workers=workers, WORKERS={})
    for number in range(workers):
        server.WORKERS[number] = forked(server)
    return [worker.core for worker in server.WORKERS.values()]


def test_workers_share_the_cores_evenly_or_move_freely(forked: Fork) -> None:
    assert cores_of(3, forked) == [2, 3, 7]
    assert cores_of(6, forked) == [2, 3, 7, 2, 3, 7]
    for uneven in (1, 2, 4, 5):
        assert cores_of(uneven, forked) == [None] * uneven


def test_a_new_worker_takes_the_core_of_the_one_that_ended(forked: Fork) -> None:
    living = {core: SimpleNamespace(core=core) for core in (2, 7)}
    assert forked(SimpleNamespace(num_workers=3, WORKERS=living)).core == 3


def test_where_the_system_has_no_such_choice_workers_move_freely(
    forked: Fork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    assert forked(SimpleNamespace(num_workers=1, WORKERS={})).core is None
