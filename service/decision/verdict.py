"""What was decided about one contact, before it is put on record and answered."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from models.recommender import Ranking
from service.decision.because import Because
from service.decision.chance.explore import Drawn
from service.decision.choose import Choice, Chosen
from service.decision.situation import Closed
from service.decision.value.asking import Asking
from service.scripts.facts import Words


class Suggestion(msgspec.Struct, frozen=True):
    """A chosen item with its kind, its reason and its words, and how likely these words were."""

    chosen: Chosen
    kind: str
    because: Because
    words: Words
    variant_probability: float = 1.0


class Verdict(msgspec.Struct, frozen=True):
    """An offer, or the reason why there is none.

    Attributes:
        reason: one of NO_OFFER_REASONS; None is an offer.
        arm: set once the contact turned out to be eligible.
        ranking, choice: None where a gate closed before anything was scored.
        suggestions: as they are shown; in the holdout the shadow decision.
        asking: what one ask costs in this contact; None where none was weighed.
        send_later: the channel on which to ask when nobody waits, if it is not worth it now.
        denied_by: the rule of law behind the reason, where there is one.
        gate: that closed, with its evidence.
        explored: what chance decided, and with which probability.
    """

    reason: str | None
    arm: str | None = None
    ranking: Ranking | None = None
    choice: Choice | None = None
    suggestions: Sequence[Suggestion] = ()
    asking: Asking | None = None
    send_later: str | None = None
    denied_by: str | None = None
    gate: Closed | None = None
    explored: Drawn | None = None

    @property
    def decision(self) -> str:
        return "no_offer" if self.reason else "offer"

    @property
    def eligible(self) -> bool:
        return self.arm is not None

    @property
    def rules(self) -> Sequence[str]:
        """The rules of law that the ask was held against and meets."""
        return self.suggestions[0].words.rules if self.suggestions else ()

    @property
    def propensity(self) -> float | None:
        """With which it came that this item is first; None where it is another than was drawn, as
        there were no words for that one."""
        if self.explored is None or not self.suggestions:
            return None
        drawn = self.suggestions[0].chosen is self.explored.choice.chosen[0]
        return self.explored.propensity if drawn else None

    @property
    def shown(self) -> Sequence[Suggestion]:
        return () if self.reason else self.suggestions
