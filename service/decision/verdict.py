"""What was decided about one contact, before it is put on record and answered."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from models.recommender import Ranking
from service.decision.asking import Asking
from service.decision.because import Because
from service.decision.choose import Choice, Chosen
from service.decision.situation import Closed
from service.scripts.facts import Words


class Suggestion(msgspec.Struct, frozen=True):
    """A chosen item with its kind, its reason and its words."""

    chosen: Chosen
    kind: str
    because: Because
    words: Words


class Verdict(msgspec.Struct, frozen=True):
    """An offer, or the reason why there is none.

    Attributes:
        reason: one of NO_OFFER_REASONS; None is an offer.
        arm: set once the contact turned out to be eligible.
        ranking, choice: None where a gate closed before anything was scored.
        suggestions: best first; in the holdout the shadow decision.
        asking: what one ask costs in this contact; None where none was weighed.
        send_later: the channel on which to ask when nobody waits, if it is not worth it now.
        denied_by: the rule of law behind the reason, where there is one.
        gate: that closed, with its evidence.
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
    def shown(self) -> Sequence[Suggestion]:
        return () if self.reason else self.suggestions
