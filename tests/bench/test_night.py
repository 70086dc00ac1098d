"""The made shop's files, written as an export, teach the night what the ledger's export does."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.bench.night import write_export
from tests.conftest import Trained
from training.load import load


def test_an_export_without_the_ledger_is_the_ledgers(trained: Trained, tmp_path: Path) -> None:
    write_export(trained.shop, tmp_path / "export")
    ours, ledgers = load(tmp_path / "export"), load(trained.export)
    for name in ("customers", "days", "quantities", "prices"):
        np.testing.assert_array_equal(
            getattr(ours.purchases, name), getattr(ledgers.purchases, name)
        )
    items = [[data.item_ids[item] for item in data.purchases.items] for data in (ours, ledgers)]
    assert items[0] == items[1]
    assert len(ours.contacts.days) == len(ledgers.contacts.days) > 0
    about = [
        [data.item_ids[item] for place in range(len(data.contacts.days))
         for item in data.contacts.items[place]]
        for data in (ours, ledgers)
    ]  # fmt: skip
    assert about[0] == about[1]
