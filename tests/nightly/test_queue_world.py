"""The call centre of `training/worlds`: it counts right, and the shipped price earns most in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.worlds.__main__ import main
from training.worlds.callcentre import Callers, draw_callers, run
from training.worlds.queue_rules import NEVER, PRICE, VALUE, compare, mean_and_error, table

CALLERS, SEEDS = 20_000, (1, 2, 3, 4)


def callers(**columns: list[float]) -> Callers:
    """One caller to an entry, who has no offer and all patience, and talks for ten minutes."""
    n = len(columns["calls_at"])
    usual = {"service": [10.0] * n, "patience": [99.0] * n, "pitch": [1.0] * n, "value": [0.0] * n}
    return Callers(**{name: np.array(value) for name, value in (usual | columns).items()})


def test_waiting_is_paid_by_the_minute_and_nobody_overtakes() -> None:
    """One agent: the second waits 8 minutes and the third 16; 30 minutes in all."""
    profit, lost = run(callers(calls_at=[0.0, 2.0, 4.0]), np.array([np.inf]), agents=1)
    assert (profit, lost) == (pytest.approx(-0.25 * 24 * 60 / 30), 0)


def test_who_hangs_up_costs_the_wait_and_six_more() -> None:
    """Of two who wait one leaves after 3 minutes; the other is served 6 minutes after calling."""
    world = callers(calls_at=[0.0, 2.0, 4.0], patience=[99.0, 3.0, 99.0])
    profit, lost = run(world, np.array([np.inf]), agents=1)
    assert profit == pytest.approx((-0.25 * (3 + 6) - 6) * 60 / 20)
    assert lost == pytest.approx(1 / 3)


def test_asking_earns_its_value_and_holds_the_agent() -> None:
    """The offer of 5 is made while one other waits: a minute more for that one."""
    world = callers(calls_at=[0.0, 2.0], value=[5.0, 0.0])
    asked, _ = run(world, np.array([0.9]), agents=1)
    assert asked == pytest.approx((5 - 0.9 - 0.25 * 9) * 60 / 21)
    only_below_two = np.array([0.9, 0.9, np.inf])
    silent, _ = run(world, only_below_two, agents=1)
    assert silent == pytest.approx(-0.25 * 8 * 60 / 20)


def test_without_patience_running_out_it_waits_as_long_as_theory_says() -> None:
    """M/M/1 at load 0.5: the mean wait is that of a service."""
    drawn = draw_callers(0.5, 200_000, seed=5, agents=1)
    endless = Callers(
        drawn.calls_at, drawn.service, np.full(200_000, np.inf), drawn.pitch, drawn.value
    )
    profit, lost = run(endless, np.array([np.inf]), agents=1)
    waited = -profit / 60 / 0.25 * drawn.calls_at[-1] / 200_000
    assert (lost, waited) == (0, pytest.approx(5.0, rel=0.05))


@pytest.mark.parametrize("load", [0.70, 0.85, 0.95])
def test_the_shipped_price_earns_more_than_every_other_rule(load: float) -> None:
    """Than never, always, value only, and each of 25 hard thresholds with and without a value."""
    earned = compare(load, CALLERS, SEEDS)
    ours = earned.pop(PRICE)
    assert len(earned) == 53
    for name, other in earned.items():
        ahead, error = ours.ahead_of(other)
        assert ahead > 2 * error, name
    assert ours.abandoned.mean() <= earned[VALUE].abandoned.mean()


def test_the_table_has_a_row_for_each_load() -> None:
    earned = compare(0.85, 500, (1, 2))
    *_, row = table({0.85: earned}).splitlines()
    mean, error = mean_and_error(earned[NEVER].profit)
    assert row.startswith(f"| 0.85 | {mean:.1f} ± {error:.1f} / ")


def test_the_command_of_the_manual_prints_the_table_and_draws_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plot = tmp_path / "queue.svg"
    small = ["callcentre", "--callers", "300", "--seeds", "2", "--plot", str(plot)]
    monkeypatch.setattr("sys.argv", ["training.worlds", *small])
    main()
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| 0")]
    assert [row.split()[1] for row in rows] == ["0.70", "0.85", "0.95"]
    assert plot.read_text().startswith("<?xml")
