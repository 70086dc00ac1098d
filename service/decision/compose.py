"""Puts a decision into words and into the record: the last step before it is kept and sent."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import msgspec

from models.bundle import Bundle
from models.domain import Customer, Item, Money, SuggestionRequest
from models.features import NEVER
from models.moment import GIVING_BACK, Moment
from models.recommender import Ranking
from service.continuity import Continuity
from service.decision.answer import (
    Suggestion,
    explanation_json,
    question_json,
    service_script_json,
    suggestion_json,
    time_json,
)
from service.decision.because import PLACE, because, kind_of
from service.decision.choose import Choice
from service.decision.record import DecisionRecord, body_digest_of
from service.profile import Profile, day_of, unknown_profile
from service.scripts.facts import Facts, ServiceFacts, Words

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Composer:
    """What every kind of answer to one request shares."""

    request: SuggestionRequest
    stores: Continuity
    started: float
    profile: Profile | None = None
    bundle: Bundle | None = None

    def put_into_words(self, choice: Choice, ranking: Ranking, moment: Moment) -> list[Suggestion]:
        """Kind, reason and script for each chosen item."""
        assert self.bundle is not None
        recommender, catalogue = self.bundle.recommender, self.stores.parts.catalogue
        last = moment.history.orders[-1:] == moment.history.orders
        near = {*moment.contact_items.tolist(), *moment.history.items[last].tolist()}
        ids = recommender.catalogue.ids
        names = {n: catalogue[ids[n]].name for n in near if ids[n] in catalogue}
        suggestions = []
        for chosen in choice.chosen:
            row = ranking.table[chosen.place]
            position = int(ranking.candidates.items[chosen.place])
            kind = kind_of(row, moment)
            reason = because(row, position, moment, recommender, names)
            since = float(row[PLACE["days_since_item"]])
            last_day = moment.day - since if since < NEVER else None
            words = self._words(kind, chosen.item, reason.text, last_day)
            suggestions.append(Suggestion(chosen, kind, reason, words))
        return suggestions

    def offer(
        self, suggestions: list[Suggestion], ranking: Ranking, choice: Choice
    ) -> DecisionRecord:
        """The suggestions are shown."""
        return self._record("offer", None, "treatment", suggestions, suggestions, ranking, choice)

    def held_out(
        self, suggestions: list[Suggestion], ranking: Ranking, choice: Choice
    ) -> DecisionRecord:
        """Nothing is shown; what would have been is on record as the shadow decision."""
        return self._record("no_offer", "holdout", "holdout", [], suggestions, ranking, choice)

    def no_offer(
        self,
        reason: str,
        *,
        eligible: bool,
        ranking: Ranking | None = None,
        choice: Choice | None = None,
    ) -> DecisionRecord:
        """A gate closed, or nothing was left to ask for."""
        return self._record("no_offer", reason, None, [], [], ranking, choice, eligible=eligible)

    def not_recordable(self) -> bytes:
        """The answer when nobody could account for an ask: none is made."""
        answer = self._answer("no_offer", "not_recordable", None, [], None, None)
        return _encode(answer)

    def _record(
        self,
        decision: str,
        reason: str | None,
        arm: str | None,
        shown: list[Suggestion],
        decided: list[Suggestion],
        ranking: Ranking | None,
        choice: Choice | None,
        *,
        eligible: bool = True,
    ) -> DecisionRecord:
        request, policy = self.request, self.stores.parts.policy
        assert self.profile is not None
        assert self.bundle is not None
        excluded = (
            [{"item_id": i, "reason": why} for i, why in choice.excluded.items()] if choice else []
        )
        kept = {
            "suggestions" if shown else "shadow": [
                self._kept(rank, one, ranking) for rank, one in enumerate(decided, 1)
            ],
            "excluded": excluded,
        }
        best = decided[0] if decided else None
        return DecisionRecord(
            suggestion_id=self.stores.suggestion_id,
            interaction=request.interaction,
            customer=self.profile.customer,
            expected_version=self.profile.version,
            decided_at=self.stores.now,
            decision=decision,
            reason=reason,
            eligible=eligible,
            arm=arm,
            item_ids=[one.chosen.item.id for one in shown],
            kind=best.kind if best else None,
            script_id=best.words.id if best else None,
            ask_seconds=policy.channel(request.interaction.channel).seconds if shown else None,
            model_version=self.bundle.version,
            policy_version=policy.version,
            degraded=bool(self.stores.degraded),
            record=_encode(kept).decode(),
            body_digest=body_digest_of(request.body),
            answer=_encode(self._answer(decision, reason, arm, shown, ranking, excluded)),
        )

    def _kept(self, rank: int, one: Suggestion, ranking: Ranking | None) -> dict[str, Any]:
        assert ranking is not None
        return {
            "rank": rank,
            "item_id": one.chosen.item.id,
            "kind": one.kind,
            "price": {"amount": str(one.chosen.item.price), "currency": one.chosen.item.currency},
            "probability": one.chosen.probability,
            "worth": str(one.chosen.worth.total),
            "because": one.because.code,
            "script": f"{one.words.id}@{one.words.version}",
            **explanation_json(one.chosen, ranking),
        }

    def _answer(
        self,
        decision: str,
        reason: str | None,
        arm: str | None,
        shown: list[Suggestion],
        ranking: Ranking | None,
        excluded: list[dict[str, str]] | None,
    ) -> dict[str, Any]:
        request, stores = self.request, self.stores
        policy = stores.parts.policy
        suggestions = [suggestion_json(rank, one) for rank, one in enumerate(shown, 1)]
        if request.explain and ranking is not None:
            for entry, one in zip(suggestions, shown, strict=True):
                entry |= explanation_json(one.chosen, ranking)
        answer: dict[str, Any] = {
            "suggestion_id": None
            if request.dry_run or reason == "not_recordable"
            else stores.suggestion_id,
            "decision": decision,
            "reason": reason,
            "arm": arm,
            "suggestions": suggestions,
            "service_script": service_script_json(self._service_words(reason)),
        }
        question = question_json(shown)
        if question:
            answer["question"] = question
        if request.explain:
            answer["excluded"] = excluded or []
        return answer | {
            "model_version": self.bundle.version if self.bundle else None,
            "policy_version": policy.version,
            "degraded": bool(stores.degraded),
            "degraded_reasons": list(stores.degraded),
            "expires_at": time_json(stores.now + policy.expires),
            "took_ms": round((time.perf_counter() - self.started) * 1000, 1),
        }

    def _words(self, kind: str, item: Item, why: str, last_day: float | None) -> Words:
        it, customer, catalogue = (
            self.request.interaction,
            self._customer(),
            self.stores.parts.catalogue,
        )
        returned = None
        if it.topic in GIVING_BACK and it.items and it.items[0].item_id in catalogue:
            returned = catalogue[it.items[0].item_id].name
        return self.stores.parts.library.write(
            Facts(
                channel=it.channel,
                topic=it.topic,
                kind=kind,
                mood=it.mood,
                fault=it.fault,
                locale=customer.locale,
                first_name=customer.first_name,
                item_name=item.name,
                price=Money(item.price, item.currency),
                because=why,
                last_bought_on=day_of(last_day) if last_day is not None else None,
                returned_item_name=returned,
            )
        )

    def _service_words(self, reason: str | None) -> Words:
        it, customer = self.request.interaction, self._customer()
        return self.stores.parts.library.close_kindly(
            ServiceFacts(
                channel=it.channel,
                topic=it.topic,
                mood=it.mood,
                fault=it.fault,
                reason=reason,
                public=it.public,
                first_name=customer.first_name,
                locale=customer.locale,
                status=it.status,
            )
        )

    def _customer(self) -> Customer:
        return (self.profile or unknown_profile(self.request.customer.id)).customer
