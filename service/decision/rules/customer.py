"""Gates that look at the customer: their own no, what they were asked and what they answered."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from datetime import UTC, datetime

from service.decision.policy_file.gates import NOTHING
from service.decision.rules.returners import net_margin
from service.decision.situation import Closed, Situation, counted
from service.profile import Reply

PEGA = "Pega's default for adaptive suppression; the shorter silence is proposed"


def objected(situation: Situation) -> Closed | None:
    """An objection to direct marketing is absolute: GDPR art. 21(2) and (3).

    Nothing is scored for it and nothing derived is kept: neither in the record nor in the memory.
    """
    if not situation.customer.objected:
        return None
    return Closed("objected", "the customer objected to direct marketing", "GDPR art. 21(2)-(3)")


def opted_out(situation: Situation) -> Closed | None:
    """A customer who was never asked may be asked in a contact they began themselves."""
    if situation.customer.marketing is not False:
        return None
    evidence = "the customer does not want offers"
    return Closed("opted_out", evidence, "Consent: UK PECR reg. 22, 47 CFR 64.1200")


def vulnerable(situation: Situation) -> Closed | None:
    """FCA FG21/1: vulnerability blocks."""
    if not situation.customer.vulnerable:
        return None
    return Closed("vulnerable", "the customer is on record as vulnerable", "FCA FG21/1")


def fatigue(situation: Situation) -> Closed | None:
    """Asks of all channels count jointly; this one must still fit under the cap of its channel.

    Godfrey, Seiders and Voss, Journal of Marketing 2011: contacts by several channels wear out
    together.
    """
    policy, since = situation.policy, situation.now - situation.policy.fatigue
    here = situation.interaction.channel
    names = [ask.channel for ask in situation.profile.asks if ask.at > since]
    caps = [policy.channels[name].asks if name in policy.channels else 1 for name in [*names, here]]
    used = sum(1 / cap if cap else 2.0 for cap in caps)
    if used <= 1 + 1e-9:
        return None
    told = ", ".join(f"{n} by {name}" for name, n in sorted(Counter(names).items())) or "none"
    evidence = (
        f"{counted(len(names), 'ask')} in {policy.fatigue.days} days ({told}); another by {here} "
        f"passes its cap of {caps[-1]}, which asks on other channels use up, too"
    )
    return Closed("fatigue", evidence, "Godfrey, Seiders and Voss, Journal of Marketing 2011")


def declined_recently(situation: Situation) -> Closed | None:
    """One no ends it for a while, several for longer, and in one journey for good.

    A no counts on every channel: what was declined in a chat is not asked again on the phone.
    """
    policy, now = situation.policy, situation.now
    declined = [reply for reply in situation.profile.replies if reply.result == "declined"]
    if not declined:
        return None
    declined.sort(key=lambda reply: reply.at)
    last = declined[-1]
    if now - last.at < policy.declined_silence:
        return _declined(f"{counted(1, 'decline')} at {_told(last)}")
    journey = situation.interaction.journey_id
    if journey is not None:
        for reply in declined:
            if reply.journey_id == journey:
                return _declined(f"declined in this journey at {_told(reply)}")
    n = policy.declined_often
    for first, last in zip(declined, declined[n - 1 :], strict=False):
        close = last.at - first.at <= policy.declined_often_within
        if close and now - last.at < policy.declined_often_silence:
            return _declined(f"{counted(n, 'decline')}, the last at {_told(last)}")
    return None


def _declined(evidence: str) -> Closed:
    return Closed("declined_recently", evidence, PEGA)


def just_converted(situation: Situation) -> Closed | None:
    """An accepted suggestion is enough for today; so may be an order shortly before the contact.

    After an order the policy may let complements of it pass: `barred.py` then looks for them.
    """
    policy = situation.policy.gates
    for reply in situation.profile.replies:
        if reply.result == "accepted" and situation.now - reply.at < policy.converted:
            return converted(f"a suggestion was accepted at {_told(reply)}")
    ordered = newest_order(situation)
    if ordered is None or policy.then != NOTHING:
        return None
    return converted(f"ordered at {_at(ordered)}")


def converted(evidence: str) -> Closed:
    return Closed("just_converted", evidence, "Whoever has just ordered is left alone; proposed")


def newest_order(situation: Situation) -> datetime | None:
    """When the customer last ordered, if that was just before the contact was resolved."""
    moment = situation.moment
    ordered, at = situation.profile.bought.ordered, moment.timestamp()
    before = bisect_right(ordered, at)
    if before and at - ordered[before - 1] < situation.policy.gates.converted.total_seconds():
        return datetime.fromtimestamp(ordered[before - 1], UTC)
    return None


def unprofitable(situation: Situation) -> Closed | None:
    """Whoever sends back more than they leave is not asked for more.

    One in five who buy across the range costs money, and together they cause some 70% of the loss
    through customers: Shah and Kumar 2012. The margin is looked at only where sending back is a
    habit: one return, of a first order perhaps, is what a shop must expect.
    """
    limit = situation.policy.gates.returners
    found = net_margin(situation)
    if found is None or found.margin >= 0:
        return None
    evidence = (
        f"net margin of {limit.within.days} days is {found.margin:.2f}: "
        f"{counted(found.orders, 'order')}, {counted(found.returned, 'piece')} sent back"
    )
    source = "Shah and Kumar, Harvard Business Review 2012: unprofitable cross-buyers"
    return Closed("not_worth_it", evidence, source)


def _told(reply: Reply) -> str:
    item = f" ({reply.item_id})" if reply.item_id else ""
    return f"{_at(reply.at)}{item}"


def _at(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")
