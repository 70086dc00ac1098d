"""The answer of `POST /v1/suggestions` and its explanation, as plain JSON values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from models.candidates import SOURCES
from models.domain import Money
from models.features import FEATURES
from models.recommender import Ranking
from service.decision.because import Because
from service.decision.choose import Chosen
from service.scripts.facts import Words


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A chosen item with its reason and its words."""

    chosen: Chosen
    kind: str
    because: Because
    words: Words


def suggestion_json(rank: int, suggestion: Suggestion) -> dict[str, Any]:
    """One entry of `suggestions`, without the explanation."""
    chosen, words = suggestion.chosen, suggestion.words
    return {
        "rank": rank,
        "item_id": chosen.item.id,
        "name": chosen.item.name,
        "kind": suggestion.kind,
        "price": money_json(Money(chosen.item.price, chosen.item.currency)),
        "probability": round(chosen.probability, 4),
        "worth": money_json(Money(chosen.worth.total, chosen.item.currency)),
        "because": [{"code": suggestion.because.code, "text": suggestion.because.text}],
        "fit": chosen.fit.verdict if chosen.fit else None,
        "accept_label": words.accept_label,
        "decline_label": words.decline_label,
        "script": {
            "id": words.id,
            "version": words.version,
            "locale": words.locale,
            "parts": words.parts,
            "text": words.text,
            "length": {
                "unit": words.length_unit,
                "value": words.length_value,
                "limit": words.length_limit,
            },
        },
    }


def explanation_json(chosen: Chosen, ranking: Ranking) -> dict[str, Any]:
    """Where a suggestion came from: every term of its worth, its features, its sources."""
    place, currency = chosen.place, chosen.item.currency
    scores = ranking.candidates.scores[:, place].tolist()
    return {
        "terms": {
            name: money_json(Money(amount, currency)) for name, amount in chosen.worth.terms.items()
        },
        "margin_from": chosen.worth.margin_from,
        "features": dict(
            zip(FEATURES, (round(x, 4) for x in ranking.table[place].tolist()), strict=True)
        ),
        "sources": {
            kind.name: round(score, 5)
            for kind, score in zip(SOURCES, scores, strict=True)
            if score > 0
        },
    }


def service_script_json(words: Words) -> dict[str, Any]:
    """The words to end on when nothing is asked."""
    return {"parts": words.parts, "text": words.text}


def money_json(money: Money) -> dict[str, str]:
    return {"amount": f"{money.amount:.2f}", "currency": money.currency}


def time_json(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds")


def question_json(suggestions: list[Suggestion]) -> str | None:
    """The one question whose answer settles whether the best of the unknown fits."""
    for suggestion in suggestions:
        fitting = suggestion.chosen.fit
        if fitting is not None and fitting.missing:
            name = suggestion.chosen.item.name
            return f"What is the {fitting.missing[0]} of {name}? It is not listed."
    return None
