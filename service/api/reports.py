"""`GET /v1/reports/recovery`: what service cost, and what came back."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from flask import Response

from service.api.current import answer, arguments, now, parts
from service.api.describe import operation, resource
from service.api.schemas import load
from service.api.schemas_reports import RecoveryRequest, RecoveryRequestSchema, RecoverySchema
from service.reports.query import RecoveryQuery
from service.reports.recovery import Report, recovery
from service.reports.tables import to_csv, to_html, to_json

if TYPE_CHECKING:
    from service.parts import Parts

blueprint = resource("reports", "What service cost and brought back.")
QUERY: Final = RecoveryRequestSchema()
LONGEST_SECONDS: Final = 300.0
"""For the year of a large centre on a busy machine."""
HTML_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""The page has its style inside, and nothing else to load."""


@operation(
    blueprint,
    "GET /v1/reports/recovery",
    query=RecoveryRequestSchema,
    gives={200: RecoverySchema},
    media_types={"text/csv": {"type": "string"}, "text/html": {"type": "string"}},
)
def show_recovery() -> Response:
    """Read the recovery report

    Days are whole ones in UTC, both included. `format=csv` and `format=html` say the same. A
    report of more than 10,000 contacts is up to a minute old; `made_at` says of when it is.
    """
    wanted: RecoveryRequest = load(QUERY, arguments())
    report = recovery_of(parts(), wanted.query, now())
    if wanted.format == "csv":
        name = f"recovery-{wanted.query.from_date}-{wanted.query.to_date}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(to_csv(report), mimetype="text/csv", headers=headers)
    if wanted.format == "html":
        headers = {"Content-Security-Policy": HTML_POLICY}
        return Response(to_html(report), mimetype="text/html", headers=headers)
    return answer(to_json(report))


def recovery_of(here: Parts, query: RecoveryQuery, at: datetime) -> Report:
    """The report as of `at`, or a large one as of a moment before (`reports.kept`)."""
    with here.pool.connection() as connection:
        here.see_costs(connection)
    costs = here.costs

    def make() -> Report:
        with here.pool.connection(LONGEST_SECONDS) as connection:
            return recovery(connection, costs, query, at, here.margin_rate)

    return here.reports.get((query, costs.version), at, make)
