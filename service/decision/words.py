"""Puts what was chosen into words: kind, reason and script of each item, and words to end on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from models.domain import Customer, Interaction, Item, Money, SuggestionRequest
from models.features import NEVER
from models.moment import GIVING_BACK, Moment
from models.purchases import Floats
from models.recommender import Ranking, Recommender
from service.decision.because import PLACE, Because, because, kind_of
from service.decision.chance.explore import Drawn, draw_variant
from service.decision.chance.learned import Learned
from service.decision.choose import Chosen
from service.decision.policy_file.explore import Explore
from service.decision.verdict import Suggestion
from service.profile import day_of
from service.scripts.facts import Facts, ServiceFacts, Words
from service.scripts.library import Library, words_by


def put_into_words(
    explored: Drawn,
    ranking: Ranking,
    moment: Moment,
    recommender: Recommender,
    request: SuggestionRequest,
    customer: Customer,
    library: Library,
    catalogue: Mapping[str, Item],
    today: date,
    rules: Explore,
    learned: Learned,
    short: bool,
) -> Sequence[Suggestion]:
    """One suggestion for each chosen item that may be put into words, in the same order.

    The first is said in words drawn by chance, the others in the first approved ones.

    Args:
        short: whether others wait meanwhile.
    """

    chosen, contact = explored.choice.chosen, request.interaction
    reasons = _reasons(chosen, ranking, moment, recommender, catalogue)
    returned = returned_name(contact, catalogue)
    suggestions = list[Suggestion]()
    for one, (row, reason) in zip(chosen, reasons, strict=True):
        item, kind = one.item, kind_of(row, moment, reason.code)
        since = float(row[PLACE["days_since_item"]])
        facts = Facts(
            channel=contact.channel,
            topic=contact.topic,
            kind=kind,
            mood=contact.mood,
            fault=contact.fault,
            locale=customer.locale,
            first_name=customer.first_name,
            item_name=item.name,
            price=Money(item.price, item.currency),
            because=reason.text,
            returned_item_name=returned,
            last_bought_on=day_of(moment.day - since) if since < NEVER else None,
            today=today,
            short=short,
        )
        plans = library.lawful(facts)
        if not plans:
            continue
        variants, probability = tuple(plans), 1.0
        plan = plans[variants[0]]
        if not suggestions:
            draw = explored.script_draw
            variant, probability = draw_variant(plan.id, variants, draw, rules, learned)
            plan = plans[variant]
        suggestions.append(Suggestion(one, kind, reason, words_by(plan, facts), probability))
    return suggestions


def _reasons(
    chosen: Sequence[Chosen],
    ranking: Ranking,
    moment: Moment,
    recommender: Recommender,
    catalogue: Mapping[str, Item],
) -> Iterable[tuple[Floats, Because]]:
    """(The item's features, its main reason) of each chosen item."""

    def name_of(position: int) -> str | None:
        item = catalogue.get(recommender.catalogue.ids[position])
        return item.name if item else None

    places = [one.place for one in chosen]
    table, positions = ranking.table.take(places, 0), ranking.candidates.items.take(places)
    reasons = because(table, positions.tolist(), moment, recommender, name_of)
    return zip(table, reasons, strict=True)


def words_to_end_on(
    contact: Interaction, customer: Customer, reason: str | None, library: Library
) -> Words:
    """What to say where nothing is asked; the reason itself is never said."""
    return library.close_kindly(
        ServiceFacts(
            channel=contact.channel,
            topic=contact.topic,
            mood=contact.mood,
            fault=contact.fault,
            reason=reason,
            public=contact.public,
            first_name=customer.first_name,
            locale=customer.locale,
            status=contact.status,
        )
    )


def returned_name(contact: Interaction, catalogue: Mapping[str, Item]) -> str | None:
    """The name of what came back, where that is known."""
    if contact.topic not in GIVING_BACK or not contact.items:
        return None
    item = catalogue.get(contact.items[0].item_id)
    return item.name if item else None
