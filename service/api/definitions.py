"""`GET /v1/definitions`: what the numbers of the reports mean, for whoever has a key."""

from __future__ import annotations

from flask import Response

from service.api.current import answer
from service.api.describe import operation, resource
from service.api.schemas_reports import DefinitionsSchema
from service.reports.definitions import DEFINITIONS, VERSION

blueprint = resource("definitions", "What the numbers mean.")


@operation(blueprint, "GET /v1/definitions", gives={200: DefinitionsSchema})
def show_definitions() -> Response:
    """Read what the numbers mean

    Each says whether it serves acquisition, retention or lifetime value (`ltv`).
    """
    listed = [
        {"name": name, "meaning": one.meaning, "serves": list(one.serves)}
        for name, one in DEFINITIONS.items()
    ]
    return answer({"version": VERSION, "definitions": listed})
