"""`make prove-report` on few worlds: the report is right where the truth is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.prove_report.__main__ import table
from tests.prove_report.claim import Claim
from tests.prove_report.claims import coverage, false_alarms, overstatement, prove
from tests.prove_report.insights import claims_of, look
from tests.prove_report.plot import plot
from tests.prove_report.runs import look_daily, report_on
from training.worlds.report import CORRUPTED, FEW, NO_EFFECTS, STORIES

HALF = NO_EFFECTS[1]


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    said = [report_on(story, seed) for story in STORIES for seed in range(12)]
    for column in ("sales_covered", "margin_covered"):
        share, n = coverage(said, column)
        # three standard errors of a share of 95%
        assert abs(share - 0.95) < 3 * np.sqrt(0.95 * 0.05 / n)
    assert coverage(said, "always_covered")[0] > 0.97


def test_who_looks_daily_is_not_fooled_by_the_verdict_but_by_the_interval_for_one_look() -> None:
    looks = [look_daily(HALF, seed) for seed in range(24)]
    assert false_alarms(looks) <= 1 / 24
    assert sum(one.by_one_look[-1] for one in looks) > 1


def test_a_corrupted_split_is_refused_and_few_customers_get_no_number() -> None:
    broken = [report_on(CORRUPTED, seed) for seed in range(4)]
    assert {one.verdict for one in broken} == {"arms_do_not_match"}
    few = [report_on(FEW, seed) for seed in range(10)]
    assert {one.incremental for one in few} == {None}


def test_attributed_overstates_as_the_world_says() -> None:
    forward = STORIES[2]
    claim = overstatement(forward, [report_on(forward, seed) for seed in range(20)])
    assert claim.bar == "2.5 times"
    assert claim.kept


def test_large_worlds_get_the_verdict_that_is_true() -> None:
    """Asking drives customers off: attributed sales are 85% of the cost, and it is a loss."""
    gain, loss = (
        report_on(replace(story, customers=120_000), 1)
        for story in (replace(STORIES[1], adds=0.12), STORIES[4])
    )
    assert (gain.verdict, loss.verdict) == ("gain", "loss")
    assert loss.attributed > 0.8
    assert loss.incremental < 0


def test_what_was_planted_is_found_and_what_only_looks_so_is_not() -> None:
    found = [look(seed) for seed in range(8)]
    for name in ("influential_first", "useless_listed", "cheat_marked"):
        assert sum(getattr(one, name) for one in found) >= 7, name
    for name in ("busy_found", "useful_listed", "honest_marked"):
        assert not any(getattr(one, name) for one in found), name
    assert len(list(claims_of(found))) == 7


def test_the_proof_is_a_table_and_a_picture(tmp_path: Path) -> None:
    proof = prove(3, map_pairs)
    plot(proof, tmp_path / "proof.svg")
    assert (tmp_path / "proof.svg").read_text().count("<svg") == 1
    assert len(proof.claims) == 21
    broken = Claim("something", "at most 5%", "9.0% of 100", False)
    assert table([broken]).splitlines()[-1] == "| something | at most 5% | 9.0% of 100 | BROKEN |"


def map_pairs(run, tasks):
    return [run(*task) for task in tasks]
