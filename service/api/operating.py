"""For those who run it: `/livez`, `/readyz` and `/metrics`."""

from __future__ import annotations

from flask import Response
from prometheus_client import CONTENT_TYPE_LATEST

from service.api import problems
from service.api.current import answer, metrics, parts
from service.api.describe import operation, resource
from service.api.schemas_answers import ReadinessSchema, StateSchema

blueprint = resource("operating", "For those who run it.")


@operation(blueprint, "GET /livez", gives={200: StateSchema})
def live() -> Response:
    """Ask whether the process answers

    Touches nothing else.
    """
    return answer({"status": "alive"})


@operation(blueprint, "GET /readyz", gives={200: ReadinessSchema}, problems=(503,))
def ready() -> Response:
    """Ask whether suggestions can be answered

    Lists what is degraded. 503 before the model and the ledger's tables are there, and while
    draining.
    """
    possible, reasons = parts().ready()
    if possible:
        return answer({"status": "ready", "degraded_reasons": reasons})
    detail = f"Not ready yet: {', '.join(reasons)}."
    refusal = problems.problem(503, "not_ready", detail)
    refusal.headers["Retry-After"] = "1"
    return refusal


@operation(
    blueprint, "GET /metrics", gives={200: None}, media_types={"text/plain": {"type": "string"}}
)
def measure() -> Response:
    """Read the metrics, for Prometheus

    From the machine itself it needs no key.
    """
    return Response(metrics().text(parts()), content_type=CONTENT_TYPE_LATEST)
