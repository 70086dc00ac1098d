"""On which core a worker stays, as gunicorn's master decides before it forks one."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from service import gunicorn_conf

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity"), reason="the system has no such choice"
)


def cores_of(workers: int, monkeypatch: pytest.MonkeyPatch) -> list[int | None]:
    """Of workers that are started one by one on a machine whose cores are 2, 3 and 7."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {7, 2, 3})
    server = SimpleNamespace(num_workers=workers, WORKERS={})
    for number in range(workers):
        server.WORKERS[number] = forked(server)
    return [worker.core for worker in server.WORKERS.values()]


def forked(server: SimpleNamespace) -> SimpleNamespace:
    worker = SimpleNamespace()
    gunicorn_conf.pre_fork(server, worker)
    return worker


def test_workers_share_the_cores_evenly_or_move_freely(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cores_of(3, monkeypatch) == [2, 3, 7]
    assert cores_of(6, monkeypatch) == [2, 3, 7, 2, 3, 7]
    for uneven in (1, 2, 4, 5):
        assert cores_of(uneven, monkeypatch) == [None] * uneven


def test_a_new_worker_takes_the_core_of_the_one_that_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2})
    living = {core: SimpleNamespace(core=core) for core in (0, 2)}
    assert forked(SimpleNamespace(num_workers=3, WORKERS=living)).core == 1


def test_where_the_system_has_no_such_choice_workers_move_freely(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    assert forked(SimpleNamespace(num_workers=1, WORKERS={})).core is None
