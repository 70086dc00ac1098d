"""The way of a request: may we ask, for what, is it worth it, in which arm, with which words.

Called by `service/api/suggestions.py`. The decision is on record before it is answered.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from models.domain import SuggestionRequest
from service.continuity import Continuity, LedgerLost, NotRecordable
from service.decision.arm import arm_of
from service.decision.choose import choose
from service.decision.compose import Composer
from service.decision.gates import Situation, first_closed
from service.decision.moment import moment_of
from service.decision.record import DecisionRecord, body_digest_of, suggestion_id_of
from service.errors import AlreadyDecided, NoModel, StillRunning
from service.ledger.decisions import Decided, Stale
from service.parts import Parts
from service.profile import Profile

ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """The response body; `replayed` when it was sent before."""

    body: bytes
    replayed: bool


def suggest(request: SuggestionRequest, parts: Parts, now: datetime) -> Answer:
    """Decide, record, answer; for a contact that was decided before, the stored answer.

    Raises:
        StillRunning: the same contact is being decided by another request.
        AlreadyDecided: the contact was decided with another request body.
        NoModel: nothing was ever trained.
    """
    started = time.perf_counter()
    suggestion_id = suggestion_id_of(request.interaction.id)
    stores = Continuity(parts, suggestion_id, request.customer.id, now)
    try:
        if request.dry_run:
            return Answer(decide(request, stores.peek(), stores, started).answer, replayed=False)
        return decide_and_keep(request, stores, started)
    except NotRecordable:
        return Answer(Composer(request, stores, started).not_recordable(), replayed=False)
    finally:
        stores.release()


def decide_and_keep(request: SuggestionRequest, stores: Continuity, started: float) -> Answer:
    """Decide until a decision could be kept that nothing has overtaken meanwhile."""
    profile = stores.begin()
    for _ in range(ATTEMPTS):
        record = decide(request, profile, stores, started)
        try:
            stores.keep(record, profile)
            return Answer(record.answer, replayed=False)
        except LedgerLost:
            continue
        except Stale:
            profile = stores.read_latest()
        except Decided:
            return replay(request, stores)
    raise StillRunning("This customer changes too fast to decide; ask again in a second.")


def decide(
    request: SuggestionRequest, profile: Profile, stores: Continuity, started: float
) -> DecisionRecord:
    """Gates, candidates, ranking, worth, arm, script; pure but for the clock of `took_ms`."""
    parts, now = stores.parts, stores.now
    policy, bundle = parts.policy, parts.models.serving
    if bundle is None:
        raise NoModel("No model is published yet; run the training, then ask again.")
    profile = profile.with_request(request.customer, request.orders)
    composer = Composer(request, stores, started, profile, bundle)

    resolved = min(request.interaction.resolved_at or now, now)
    closed = first_closed(Situation(request.interaction, profile, policy, now, resolved))
    if closed:
        return composer.no_offer(closed, eligible=False)

    moment = moment_of(request, profile, bundle.recommender, resolved)
    ranking = bundle.recommender.rank(moment)
    channel, employer = policy.channel(request.interaction.channel), request.interaction.employer
    cost_of_asking = parts.costs.of_seconds(channel.seconds, channel.name, employer)
    choice = choose(
        ranking, bundle.recommender, parts.catalogue, request, profile, policy, cost_of_asking, now
    )
    if choice.reason:
        return composer.no_offer(choice.reason, eligible=False, ranking=ranking, choice=choice)

    suggestions = composer.put_into_words(choice, ranking, moment)
    if arm_of(profile.customer.id, policy) == "holdout":
        return composer.held_out(suggestions, ranking, choice)
    return composer.offer(suggestions, ranking, choice)


def replay(request: SuggestionRequest, stores: Continuity) -> Answer:
    """The answer that was sent for this contact, if the request is the same as then."""
    stored = stores.stored()
    if stored is None:
        raise NotRecordable
    body_digest, answer = stored
    if body_digest != body_digest_of(request.body):
        raise AlreadyDecided(
            f"The interaction {request.interaction.id!r} was decided with another request; "
            "send the same body again, or give a new contact a new id.",
            pointer="/interaction/id",
        )
    return Answer(answer, replayed=True)
