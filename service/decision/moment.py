"""From a request and a profile to the moment that the models look at."""

from __future__ import annotations

from datetime import datetime

from models.domain import SuggestionRequest
from models.moment import Moment
from models.recommender import Recommender
from service.profile import SECONDS_A_DAY, Profile, history_in


def moment_of(
    request: SuggestionRequest, profile: Profile, recommender: Recommender, resolved: datetime
) -> Moment:
    """What was known when the contact was resolved; a later order is not looked at."""
    day = resolved.timestamp() / SECONDS_A_DAY
    ids = recommender.catalogue.ids
    about = ids.find(item.item_id for item in request.interaction.items)
    return Moment(
        history=history_in(profile.bought, ids).until(day),
        day=day,
        topic=request.interaction.topic,
        contact_items=about[about >= 0],
    )
