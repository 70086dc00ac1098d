"""The reports beside the recovery report: each is one address, as JSON or CSV."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from flask import Response
from psycopg import Connection

from service.api.current import answer, arguments, now, parts
from service.api.describe import operation, resource
from service.api.schemas import load
from service.api.schemas_insights import (
    GroupedInsightRequestSchema,
    InsightRequest,
    InsightRequestSchema,
    insight_schema,
)
from service.reports.adherence import AdherenceRow, adherence
from service.reports.channels import ChannelRow, channels
from service.reports.coaching import CoachingRow, coaching
from service.reports.efforts import EffortRow, efforts
from service.reports.harm import HarmRow, harm
from service.reports.insight import Asked, Insight
from service.reports.insight_tables import insight_csv, insight_json
from service.reports.integrity import IntegrityRow, integrity
from service.reports.lost import LostRow, lost_opportunities
from service.reports.query import RecoveryQuery
from service.reports.retention import RetentionRow, retention
from service.reports.touchpoints import TouchpointRow, touchpoints

if TYPE_CHECKING:
    from service.parts import Parts

blueprint = resource("insights", "What drives it, and how it is done.")
Make = Callable[[Connection[Any], Asked], Insight[Any]]


def _report(name: str, make: Make, row: type[Any], told: str, grouped: bool = False) -> None:
    """Put a report at its address; `told` is its description."""
    query = GroupedInsightRequestSchema if grouped else InsightRequestSchema
    schema: Final = query()

    def show() -> Response:
        wanted: InsightRequest = load(schema, arguments())
        report = insight_of(parts(), make, wanted.query, now())
        if wanted.format == "json":
            return answer(insight_json(report))
        file = f"{name}-{wanted.query.from_date}-{wanted.query.to_date}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{file}"'}
        return Response(insight_csv(report), mimetype="text/csv", headers=headers)

    show.__name__ = f"show_{name.replace('-', '_')}"
    show.__doc__ = told
    operation(
        blueprint,
        f"GET /v1/reports/{name}",
        query=query,
        gives={200: insight_schema(row)},
        media_types={"text/csv": {"type": "string"}},
    )(show)


def insight_of(here: Parts, make: Make, query: RecoveryQuery, at: datetime) -> Insight[Any]:
    """The report as of `at`, or a large one as of a moment before (`reports.kept`)."""
    with here.pool.connection() as connection:
        here.see_costs(connection)
    asked = Asked(query, here.costs, at, here.margin_rate)

    def fresh() -> Insight[Any]:
        with here.pool.connection() as connection:
            return make(connection, asked)

    return here.reports.get((make, query, here.costs.version), at, fresh)


_report(
    "touchpoints",
    touchpoints,
    TouchpointRow,
    """Read which touchpoints matter

    Channel, topic and stage, ranked by what asking brings per contact and not by volume.
    """,
)
_report(
    "adherence",
    adherence,
    AdherenceRow,
    """Read how often asks were made

    Of the contacts in which an ask was allowed: asked, skipped and why, unreported, held out.
    """,
    grouped=True,
)
_report(
    "lost-opportunities",
    lost_opportunities,
    LostRow,
    """Read what was not asked for

    Contacts in which an ask was allowed and not made, by reason, with what was expected of it.
    """,
    grouped=True,
)
_report(
    "harm",
    harm,
    HarmRow,
    """Read whether asking drives customers off

    Opt-outs, complaints, repeat contacts and returns against the holdout, each with a limit.
    """,
)
_report(
    "retention",
    retention,
    RetentionRow,
    """Read who is won and who comes back

    First, second and further orders, sales and lifetime value, against the holdout.
    """,
)
_report(
    "efforts",
    efforts,
    EffortRow,
    """Read which efforts nobody notices

    What each effort cost, and how its contacts differ from their like without it. An association.
    """,
)
_report(
    "channels",
    channels,
    ChannelRow,
    """Read cost beside satisfaction

    By channel: cost, grades, repeat contacts, and what self-service saved net of them.
    """,
)
_report(
    "coaching",
    coaching,
    CoachingRow,
    """Read how agents ask

    Adjusted for the contacts that each agent gets; by agent id, without ranks.
    """,
)
_report(
    "integrity",
    integrity,
    IntegrityRow,
    """Read which acceptances to look at

    Agents whose acceptances have no orders, or are cancelled or returned, beyond chance.
    """,
)
