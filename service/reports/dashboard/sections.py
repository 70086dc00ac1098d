"""Which function makes the report behind each section of the manager's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from psycopg import Connection

from service.reports.adherence import adherence
from service.reports.harm import harm
from service.reports.insight import Asked, Insight
from service.reports.lost import lost_opportunities
from service.reports.retention import retention
from service.reports.touchpoints import touchpoints

Make = Callable[[Connection[Any], Asked], Insight[Any]]
MAKERS: Final[Mapping[str, Make]] = {
    "touchpoints": touchpoints,
    "adherence": adherence,
    "lost-opportunities": lost_opportunities,
    "harm": harm,
    "retention": retention,
}
"""By the name that the report has in its address."""
