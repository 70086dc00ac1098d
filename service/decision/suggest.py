"""The way of a request: may we ask, for what, is it worth it, in which arm, with which words.

Called by `service/api/suggestions.py`. A decision is on record before it is answered.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from models.bundle import Bundle
from models.domain import Interaction, SuggestionRequest
from models.recommender import Ranking, Recommender
from service.continuity import Continuity, NotRecordable, Sent
from service.decision.answer import answer_of, record_of
from service.decision.arm import arm_of
from service.decision.barred import limits_of
from service.decision.because import kinds_at
from service.decision.chance.explore import explore
from service.decision.choose import Choice, choose
from service.decision.gates import first_closed
from service.decision.moment import moment_of
from service.decision.rules.lawful import denials, rule_behind
from service.decision.situation import Situation
from service.decision.value.asking import Asking
from service.decision.value.later import now_or_later
from service.decision.verdict import Verdict
from service.decision.words import put_into_words
from service.errors import AlreadyDecided, NoModel, StillRunning
from service.parts import Parts
from service.profile import Profile
from service.record import Kept, body_digest_of, suggestion_id_of

ATTEMPTS = 20
"""Each loses only to another decision about the same customer, which then is on record."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The response body; `verdict` is None when it was sent before."""

    body: bytes
    verdict: Verdict | None


def suggest(request: SuggestionRequest, parts: Parts, now: datetime) -> Answer:
    """Decide, record, answer; for a contact that was decided before, the answer that was sent.

    Raises:
        StillRunning: the same contact is being decided by another request.
        AlreadyDecided: the contact was decided with another request body.
        NoModel: nothing was ever trained.
    """
    started = time.perf_counter()
    bundle = parts.models.serving
    if bundle is None:
        raise NoModel("No model is published yet; run the training, then ask again.")
    suggestion_id = suggestion_id_of(request.interaction.id)
    stores = Continuity(parts.pool, parts.memory, suggestion_id, request.customer.id, now)
    try:
        known = stores.peek() if request.dry_run else stores.begin()
        for _ in range(ATTEMPTS):
            if not isinstance(known, Profile):
                return replay(request, known)
            profile = known.with_request(request.customer, request.orders)
            verdict = decide(request, profile, bundle, parts, now)
            body = answer_of(request, verdict, profile.customer, parts, bundle, stores, started)
            if request.dry_run:
                return Answer(body, verdict)
            record = record_of(request, verdict, profile, parts, bundle, stores, body)
            match stores.keep(record, known):
                case Kept.KEPT:
                    return Answer(body, verdict)
                case Kept.DECIDED:
                    known = stores.stored() or known
                case Kept.OVERTAKEN:
                    known = stores.read_latest()
                case Kept.LEDGER_LOST:
                    pass  # the next attempt uses the spool, and its answer says so
        raise StillRunning("This customer changes too fast to decide; ask again in a second.")
    except NotRecordable:
        verdict = Verdict("not_recordable")
        customer = request.customer
        body = answer_of(request, verdict, customer, parts, bundle, stores, started)
        return Answer(body, verdict)


def decide(
    request: SuggestionRequest, profile: Profile, bundle: Bundle, parts: Parts, now: datetime
) -> Verdict:
    """Gates, candidates and ranking, worth, chance, words, arm. Writes nothing."""
    policy, contact = parts.policy, request.interaction
    resolved = min(contact.resolved_at or now, now)
    situation = Situation(contact, profile, policy, now, resolved)
    closed = first_closed(situation)
    forbidden = denials(contact, profile, parts.library)
    if closed or forbidden:
        reason = closed.reason if closed else forbidden[0].reason
        return Verdict(reason, gate=closed, denied_by=rule_behind(reason, forbidden))

    recommender = bundle.recommender
    moment = moment_of(request, profile, recommender, resolved)
    ranking = recommender.rank(moment)
    parts.catalogue.fetch(_looked_at(ranking, recommender, contact, 2 * policy.shortlist))

    limits = limits_of(situation, request, recommender, parts.catalogue)

    def choice_at(asking: Asking) -> Choice:
        return choose(
            ranking, recommender, parts.catalogue, request, limits, policy, asking,
            parts.uplift.latest, partial(kinds_at, ranking, moment, recommender),
        )  # fmt: skip

    asking, choice, later = now_or_later(request, profile, policy, parts.costs, choice_at, now)
    if choice.reason:
        gate = limits.converted if choice.reason == limits.nothing_left else None
        return Verdict(
            choice.reason, None, ranking, choice, gate=gate, asking=asking, send_later=later
        )

    rules, learned = policy.explore, parts.ask_records.latest
    explored = explore(choice, ranking, contact, request.limit, rules, learned)
    suggestions = put_into_words(
        explored, ranking, moment, recommender, request, profile.customer, parts.library,
        parts.catalogue, now.astimezone(UTC).date(), rules, learned, asking.short,
    )  # fmt: skip
    if not suggestions:
        return Verdict("no_script", ranking=ranking, choice=choice, asking=asking)
    arm = arm_of(profile.customer.id, policy)
    held = "holdout" if arm == "holdout" else None
    return Verdict(
        held, arm, ranking, explored.choice, suggestions, asking=asking, explored=explored
    )


def _looked_at(
    ranking: Ranking, recommender: Recommender, contact: Interaction, likeliest: int
) -> list[str]:
    """Ids of the items that the choice will very likely ask the catalogue for."""
    first = ranking.candidates.items[ranking.order[:likeliest]]
    return [*recommender.catalogue.ids.at(first), *(item.item_id for item in contact.items)]


def replay(request: SuggestionRequest, sent: Sent) -> Answer:
    """The answer that was sent for this contact, if the request is the same as then."""
    body_digest, answer = sent
    if body_digest != body_digest_of(request.body):
        raise AlreadyDecided(
            f"The interaction {request.interaction.id!r} was decided with another request; "
            "send the same body again, or give a new contact a new id.",
            pointer="/interaction/id",
        )
    return Answer(answer, None)
