"""The answer of `POST /v1/suggestions` and the record kept beside it, as JSON.

Amounts are Decimals of whole cents, which are encoded as strings.
"""

from __future__ import annotations

import time
from datetime import UTC
from typing import Any, Final

import msgspec

from models.bundle import Bundle
from models.domain import Customer, SuggestionRequest
from models.features import FEATURES
from service.continuity import Continuity
from service.decision.choose import Chosen
from service.decision.fitting.words import constraints, fit_json, in_detail
from service.decision.known import known_of
from service.decision.remedies import remedies_of
from service.decision.rules.authority import authority_of
from service.decision.value.money import cents
from service.decision.verdict import Suggestion, Verdict
from service.decision.words import words_to_end_on
from service.ledger.feature_names import KEY
from service.parts import Parts
from service.profile import Profile
from service.record import DecisionRecord, body_digest_of

_encode: Final = msgspec.json.Encoder().encode


def answer_of(
    request: SuggestionRequest,
    verdict: Verdict,
    customer: Customer,
    parts: Parts,
    bundle: Bundle,
    stores: Continuity,
    started: float,
) -> bytes:
    """The response body; without a `suggestion_id` where nothing is recorded to refer to."""
    recorded = not request.dry_run and verdict.reason != "not_recordable"
    suggestions = [suggestion_json(rank, one) for rank, one in enumerate(verdict.shown, 1)]
    authority = authority_of(request.interaction, parts.policy)
    for entry, one in zip(suggestions, verdict.shown, strict=True):
        entry["needs_supervisor"] = authority is not None and one.chosen.item.price > authority
    ending = words_to_end_on(request.interaction, customer, verdict.reason, parts.library)
    answer: dict[str, Any] = {
        "suggestion_id": stores.suggestion_id if recorded else None,
        "decision": verdict.decision,
        "reason": verdict.reason,
        "arm": verdict.arm,
        "suggestions": suggestions,
        "service_script": {"parts": ending.parts, "text": ending.text},
    }
    if verdict.send_later:
        answer["send_later"] = {"channel": verdict.send_later}
    if remedies := remedies_of(request.interaction, verdict):
        answer["remedies"] = remedies
    answer |= fit_json(verdict, parts.catalogue)
    if request.explain:
        answer["excluded"] = in_detail(excluded_json(verdict), verdict, parts.catalogue)
        answer["constraints"] = constraints(verdict)
        answer |= rules_json(verdict) | gate_json(verdict)
        answer |= weighed_json(verdict, parts.settings.currency)
        for entry, explained in zip(suggestions, explanations_json(verdict), strict=False):
            entry |= explained | spelled_out(explained, entry["price"]["currency"])
    expires_at = (stores.now + parts.policy.expires).astimezone(UTC)
    answer |= {
        "model_version": bundle.version,
        "policy_version": parts.policy.version,
        "degraded": bool(stores.degraded),
        "degraded_reasons": stores.degraded,
        "expires_at": expires_at.isoformat(timespec="seconds"),
        "took_ms": round((time.perf_counter() - started) * 1000, 1),
    }
    return _encode(answer)


def record_of(
    request: SuggestionRequest,
    verdict: Verdict,
    profile: Profile,
    parts: Parts,
    bundle: Bundle,
    stores: Continuity,
    body: bytes,
) -> DecisionRecord:
    """The row that is kept before the answer is sent."""
    best = verdict.suggestions[0] if verdict.suggestions else None
    return DecisionRecord(
        suggestion_id=stores.suggestion_id,
        interaction=request.interaction,
        customer=profile.customer,
        expected_version=profile.version,
        decided_at=stores.now,
        decision=verdict.decision,
        reason=verdict.reason,
        eligible=verdict.eligible,
        arm=verdict.arm,
        item_ids=[one.chosen.item.id for one in verdict.shown],
        kind=best.kind if best else None,
        script_id=best.words.id if best else None,
        ask_seconds=verdict.asking.seconds if verdict.shown and verdict.asking else None,
        model_version=bundle.version,
        policy_version=parts.policy.version,
        degraded=bool(stores.degraded),
        record=_encode(record_json(verdict, parts.settings.currency)).decode(),
        body_digest=body_digest_of(request.body),
        answer=body,
        probability=best.chosen.probability if best else None,
        propensity=verdict.propensity,
        script_variant=best.words.variant if best else None,
        worth=best.chosen.worth.total if best else None,
    )


def record_json(verdict: Verdict, currency: str) -> dict[str, Any]:
    """What is kept of a decision: `suggestions`, or in the holdout the `shadow` of them.

    Terms are in the currency of the price; `feature_names` says where those of the features are.
    """
    kept = [
        {
            "rank": rank,
            "item_id": one.chosen.item.id,
            "kind": one.kind,
            "price": {"amount": one.chosen.item.price, "currency": one.chosen.item.currency},
            "probability": one.chosen.probability,
            "worth": one.chosen.worth.total,
            "because": one.because.code,
            "script": f"{one.words.id}@{one.words.edition}",
            "variant": one.words.variant,
            **explained,
        }
        for rank, (one, explained) in enumerate(
            zip(verdict.suggestions, explanations_json(verdict), strict=True), 1
        )
    ]
    name = "shadow" if verdict.reason else "suggestions"
    left_out = {"excluded": verdict.choice.excluded if verdict.choice else {}}
    named = {"feature_names": KEY} if kept else {}
    chance = {"exploration": exploration_json(verdict)} if verdict.explored else {}
    why = gate_json(verdict) | rules_json(verdict) | weighed_json(verdict, currency)
    return {name: kept, **left_out, **why, **named, **chance}


def exploration_json(verdict: Verdict) -> dict[str, Any]:
    """What chance decided: out of what, knowing what, and with which probabilities, unrounded."""
    explored = verdict.explored
    assert explored is not None
    return {
        "eligible": explored.eligible,
        "propensity": verdict.propensity,
        "variant_probability": verdict.suggestions[0].variant_probability,
        "context": explored.context,
    }


def rules_json(verdict: Verdict) -> dict[str, Any]:
    """The rules of law that the ask meets, or the one that forbids it."""
    denied = {"denied_by": verdict.denied_by} if verdict.denied_by else {}
    return {"rules": verdict.rules, **denied}


def suggestion_json(rank: int, suggestion: Suggestion) -> dict[str, Any]:
    """One entry of `suggestions`, without the explanation."""
    chosen, words = suggestion.chosen, suggestion.words
    short = {"short": True} if words.short else {}
    return {
        "rank": rank,
        "item_id": chosen.item.id,
        "name": chosen.item.name,
        "kind": suggestion.kind,
        "price": {"amount": chosen.item.price, "currency": chosen.item.currency},
        "probability": round(chosen.probability, 4),
        "worth": {"amount": chosen.worth.total, "currency": chosen.item.currency},
        "because": [{"code": suggestion.because.code, "text": suggestion.because.text}],
        "fit": chosen.fit.verdict if chosen.fit else None,
        "accept_label": words.accept_label,
        "decline_label": words.decline_label,
        "script": {
            "id": words.id,
            "version": words.version,
            "variant": words.variant,
            "edition": words.edition,
            "locale": words.locale,
            "parts": words.parts,
            "text": words.text,
            **short,
            "length": {
                "unit": words.length_unit,
                "value": words.length_value,
                "limit": words.length_limit,
            },
        },
    }


def explanations_json(verdict: Verdict) -> list[dict[str, Any]]:
    """Where each suggestion came from: every term of its worth, its features, its sources."""
    ranking = verdict.ranking
    if ranking is None or not verdict.suggestions:
        return []
    known = known_of(ranking, [one.chosen.place for one in verdict.suggestions])
    return [
        explanation_json(one.chosen, features, sources)
        for one, (features, sources) in zip(verdict.suggestions, known, strict=True)
    ]


def explanation_json(
    chosen: Chosen, features: list[float], sources: dict[str, float]
) -> dict[str, Any]:
    """One of them, as it is kept: terms without their currency, features without their names."""
    prospect = chosen.worth.prospect
    return {
        "terms": chosen.worth.terms,
        "uplift": prospect.uplift,
        "uplift_from": prospect.uplift_from,
        "margin_from": prospect.margin_from,
        "pieces": prospect.pieces,
        "pieces_from": prospect.pieces_from,
        "return_rate": prospect.return_rate,
        "features": features,
        "sources": sources,
    }


def spelled_out(explained: dict[str, Any], currency: str) -> dict[str, Any]:
    """The terms and features of an explanation, as they are answered."""
    terms = explained["terms"].items()
    return {
        "terms": {name: {"amount": amount, "currency": currency} for name, amount in terms},
        "features": dict(zip(FEATURES, explained["features"], strict=True)),
    }


def weighed_json(verdict: Verdict, currency: str) -> dict[str, Any]:
    """What went into every worth of this contact: the ask's seconds, the queue, the levers."""
    asking, choice = verdict.asking, verdict.choice
    if asking is None or choice is None:
        return {}
    weighed: dict[str, Any] = {
        "asking": {
            "seconds": asking.seconds,
            "short": asking.short,
            "queue": asking.queue.state,
            "queue_price_per_minute": {
                "amount": cents(60 * asking.queue.per_second), "currency": currency,
            },
        }
    }  # fmt: skip
    if choice.levers:
        weighed["levers"] = {
            "applied": choice.levers.applied,
            "first_without": choice.levers.first_without,
            "cost": {"amount": choice.levers.cost, "currency": currency},
        }
    return weighed


def excluded_json(verdict: Verdict) -> list[dict[str, str]]:
    """Likely items that were left out, and why."""
    if verdict.choice is None:
        return []
    return [{"item_id": item, "reason": why} for item, why in verdict.choice.excluded.items()]


def gate_json(verdict: Verdict) -> dict[str, Any]:
    """`gate`: the one that closed, what it found and where its rule is from."""
    return {"gate": msgspec.structs.asdict(verdict.gate)} if verdict.gate else {}
