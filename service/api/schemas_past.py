"""Asks that another system made, as the importers read them; the API makes its own."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, validates_schema

from models import domain
from service.api.schemas_feed import MoneySchema, Strict, nested
from service.api.schemas_fields import Array, Choice, Measure, Moment, Text, Whole
from service.ledger import past_asks


class PastSuggestionSchema(Strict):
    builds = past_asks.PastSuggestion

    item_id = Text(required=True)
    kind = Choice(domain.KINDS, allow_none=True)
    price = nested(MoneySchema, allow_none=True)
    probability = Measure(allow_none=True)
    worth = nested(MoneySchema, allow_none=True)

    @validates_schema(skip_on_field_errors=True)
    def has_a_chance(self, data: dict[str, Any], **_: Any) -> None:
        if not 0 <= (data.get("probability") or 0) <= 1:
            raise ValidationError("Write a share from 0 to 1.", "probability")


class PastDecisionSchema(Strict):
    """A row of `decisions`. Loads to `PastDecision`."""

    builds = past_asks.PastDecision

    suggestion_id = Text(required=True)
    interaction_id = Text(required=True)
    customer_id = Text(required=True)
    decided_at = Moment(required=True)
    decision = Choice(("offer", "no_offer"), required=True)
    reason = Choice(domain.NO_OFFER_REASONS, allow_none=True)
    arm = Choice(("treatment", "holdout"), allow_none=True)
    suggestions = Array(nested(PastSuggestionSchema), 100, allow_none=True)
    script_id = Text(allow_none=True)
    ask_seconds = Whole(0, 86_400, allow_none=True)
    model_version = Text(allow_none=True)

    @validates_schema(skip_on_field_errors=True)
    def is_of_a_piece(self, data: dict[str, Any], **_: Any) -> None:
        """Offers show something and have no reason against it; only eligible contacts have arms."""
        reason, arm, shown = data.get("reason"), data.get("arm"), data.get("suggestions") or ()
        ids = [one.item_id for one in shown]
        if len(set(ids)) < len(ids):
            raise ValidationError("An item stands here twice.", "suggestions")
        if data["decision"] == "offer":
            if not shown:
                raise ValidationError("Say what was offered, best first.", "suggestions")
            if reason:
                raise ValidationError("An offer has no reason against it.", "reason")
            if arm == "holdout":
                raise ValidationError("In the holdout nothing is offered.", "arm")
        elif reason is None:
            reasons = ", ".join(domain.NO_OFFER_REASONS)
            raise ValidationError(f"Say why not with one of: {reasons}.", "reason")
        elif arm != ("holdout" if reason == "holdout" else None):
            raise ValidationError(
                "`holdout` is both the reason and the arm; with another reason there is no arm.",
                "arm",
            )
        elif shown and arm is None:
            raise ValidationError("Nothing was offered, so leave this out.", "suggestions")


def currencies_of(decision: past_asks.PastDecision) -> list[tuple[str, str]]:
    """Every (JSON Pointer, currency) that the row names."""
    return [
        (f"/suggestions/{place}/{name}/currency", money.currency)
        for place, one in enumerate(decision.suggestions)
        for name, money in (("price", one.price), ("worth", one.worth))
        if money is not None
    ]
