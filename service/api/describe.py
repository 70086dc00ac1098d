"""Declares the calls: address, what a view takes and gives, and what follows from its roles.

`operation` puts a view at its address; `complete` adds to the finished document what is the same
everywhere. None of it checks a request: the views call the schemas themselves, because
flask-smorest's own checking costs more than the rest of a request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, TypeVar

from flask_smorest import Blueprint  # type: ignore[import-untyped]

from service.api import access, problems

View = TypeVar("View", bound=Callable[..., Any])

JSON: Final = "application/json"
PROBLEM: Final = {"$ref": "#/components/responses/Problem"}
_CONVERTER = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")


def resource(name: str, description: str) -> Any:
    """A blueprint whose calls are described under one heading."""
    return Blueprint(name, __name__, description=description)


def operation(
    blueprint: Any,
    call: str,
    *,
    gives: Mapping[int, Any],
    takes: Any = None,
    many: int | None = None,
    problems: Sequence[int] = (),
    query: Any = None,
    replayable: bool = False,
    media_types: Mapping[str, Any] | None = None,
) -> Callable[[View], View]:
    """Put a view at its address; its docstring says what it is for.

    Args:
        call: method and rule, such as "GET /v1/models", as in `access.ROUTES`.
        gives: the schema of the answer for each status that is no problem.
        takes: the schema of the body, if it has one.
        many: the body is an array of up to so many.
        problems: statuses beyond those that follow from the route itself.
        query: the schema of the address's arguments, if it takes any.
        replayable: the answer may be a stored one, which a header tells.
        media_types: what else than JSON an answer may be, each with its schema.
    """
    responses: dict[str, Any] = {str(status): PROBLEM for status in problems}
    for status, schema in gives.items():
        kinds = ({JSON: schema} if schema else {}) | dict(media_types or {})
        content = {media_type: {"schema": kind} for media_type, kind in kinds.items()}
        responses[str(status)] = {"description": "As asked for.", "content": content}
        if replayable:
            header = {"schema": {"type": "string", "enum": ["true"]}}
            responses[str(status)]["headers"] = {"Idempotent-Replayed": header}
    described: dict[str, Any] = {"responses": responses}
    if takes is not None:
        schema = {"type": "array", "items": takes, "maxItems": many} if many else takes
        described["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    if query is not None:
        described["parameters"] = [{"in": "query", "schema": query}]
    method, rule = call.split(" ", 1)

    def put(view: View) -> View:
        blueprint.route(rule, methods=[method])(blueprint.doc(**described)(view))
        return view

    return put


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """Add to every call who may make it and which problems may come back."""
    for unused in ("Error", "PaginationMetadata"):  # flask-smorest's own
        del document["components"]["schemas"][unused]
    roles = {_CONVERTER.sub(r"{\1}", call): allowed for call, allowed in access.ROUTES.items()}
    for path, operations in document["paths"].items():
        for method, described in operations.items():
            if method == "parameters":
                continue
            allowed = roles[f"{method.upper()} {path}"]
            for status in _usual_problems(path, described, allowed):
                described["responses"].setdefault(str(status), PROBLEM)
            described["responses"] = dict(sorted(described["responses"].items()))
            described["security"] = [] if allowed is access.PUBLIC else [{"key": []}]
            if allowed is access.NEARBY:
                described["security"].append({})
            if allowed is not access.PUBLIC:
                named = ", ".join(sorted((allowed | {"admin"}) - access.NOT_ROLES))
                told = described.get("description", "")
                described["description"] = f"{told}\n\nRoles: {named}.".strip()
    return document


def localise(document: dict[str, Any], channels: Collection[str], currency: str) -> dict[str, Any]:
    """Put this installation's channels and currency in place of any word."""
    for schema in document["components"]["schemas"].values():
        properties = schema.get("properties", {})
        if schema.get("additionalProperties") is False:  # a request
            for name, values in (("channel", channels), ("currency", [currency])):
                priced = name == "currency" and "price" not in properties  # is converted
                if name in properties and name in schema["required"] and not priced:
                    properties[name] = {"type": "string", "enum": list(values)}
    return document


def _usual_problems(path: str, described: Mapping[str, Any], allowed: access.Roles) -> set[int]:
    statuses = {500}
    if allowed is not access.PUBLIC:
        statuses |= {401, 403, 503}
    if "requestBody" in described:
        statuses |= {400, 413, 415, 422}
    if any(parameter["in"] == "query" for parameter in described.get("parameters", ())):
        statuses.add(422)
    if "{" in path:
        statuses.add(404)
    return statuses


def components(api: Any, problem: Any) -> None:
    """Name the problem answer and the way to authenticate.

    Args:
        api: a `flask_smorest.Api`.
        problem: the schema of a problem.
    """
    api.DEFAULT_ERROR_RESPONSE_NAME = None  # its default is no problem+json
    content = {problems.MEDIA_TYPE: {"schema": problem}}
    api.spec.components.response("Problem", {"description": "A problem.", "content": content})
    scheme = {"type": "http", "scheme": "bearer", "description": "A key: enc_…"}
    api.spec.components.security_scheme("key", scheme)
