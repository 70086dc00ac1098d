"""The record of a decision in the spool."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from models.domain import Customer, Interaction
from service.record import DecisionRecord, pack_record, unpack_record


def test_a_decision_that_waits_survives_an_update_of_encore() -> None:
    """What the older release did not know is empty."""
    record = DecisionRecord(
        "sug_1", Interaction("c1", "phone", "return", "resolved"), Customer("lea"), 1,
        datetime(2026, 11, 1, tzinfo=UTC), "offer", None, True, "treatment", ["b1"], "repeat",
        "phone.return.repeat.calm", 30, "v1", "1", False, "{}", b"", b"", 0.25, 0.5, "b",
        Decimal("1.53"),
    )  # fmt: skip
    assert unpack_record(pack_record(record)) == record
    older = msgspec.msgpack.decode(pack_record(record))
    for name in ("probability", "propensity", "script_variant", "worth"):
        del older[name]
    read = unpack_record(msgspec.msgpack.encode(older))
    assert (read.propensity, read.script_variant, read.answer) == (None, None, b"")
