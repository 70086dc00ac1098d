"""The table `[explore]` of the policy: what chance may decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from service.decision.policy_file.reader import Reader


@dataclass(frozen=True, slots=True)
class Explore:
    """See `explore.py`.

    `within` is the share of the best's worth that an item may lack, `among` the most items that are
    compared; `item_asks` and `script_asks` weigh what is thought before any ask is made; asks count
    for `window`, once they are `matured`.
    """

    enabled: bool
    floor: float
    within: float
    among: int
    item_asks: float
    script_asks: float
    window: timedelta
    matured: timedelta
    salt: str

    @property
    def looked_at(self) -> int:
        """So many items must be known for the draw."""
        return self.among if self.enabled else 1


def read_explore(reader: Reader) -> Explore:
    return Explore(
        enabled=reader.flag("explore.enabled", False),
        floor=reader.number("explore.floor", 0.001, 0.1),
        within=reader.number("explore.within", 0, 1),
        among=int(reader.number("explore.among", 1, 10)),
        item_asks=reader.number("explore.item_asks", 1, 100_000),
        script_asks=reader.number("explore.script_asks", 1, 100_000),
        window=timedelta(days=reader.number("explore.days", 1, 3650)),
        matured=timedelta(hours=reader.number("explore.matured_hours", 0, 24 * 90)),
        salt=reader.text("explore.salt"),
    )
