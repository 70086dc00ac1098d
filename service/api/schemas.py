"""The schemas of the contract, and `load`, which turns their complaints into our own error.

Importers use the same schemas, so that a file is held to the same rules as a request.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marshmallow import Schema, ValidationError

from service import errors
from service.api.schemas_feed import (
    InteractionFeedSchema,
    ItemSchema,
    OrderSchema,
    RateSchema,
)
from service.api.schemas_suggestions import (
    ConsentSchema,
    OutcomeSchema,
    SuggestionRequestSchema,
)

__all__ = [
    "ConsentSchema",
    "InteractionFeedSchema",
    "ItemSchema",
    "OrderSchema",
    "OutcomeSchema",
    "RateSchema",
    "SuggestionRequestSchema",
    "load",
]


def load(schema: Schema, data: Any) -> Any:
    """What `schema` builds from `data`.

    Raises:
        errors.InvalidFields: with a JSON Pointer and a hint for every wrong field.
    """
    try:
        return schema.load(data)
    except ValidationError as error:
        raise errors.InvalidFields(tuple(_faults(error.messages))) from error


def _faults(messages: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Flatten marshmallow's nested messages to (JSON Pointer, hint) pairs."""
    if isinstance(messages, str):
        yield pointer, messages
    elif isinstance(messages, list):
        for message in messages:
            yield from _faults(message, pointer)
    else:
        for name, inner in messages.items():
            step = "" if name == "_schema" else "/" + _escaped(str(name))
            yield from _faults(inner, pointer + step)


def _escaped(name: str) -> str:
    """A reference token of RFC 6901; a foreign name is cut, and kept to what JSON can carry."""
    printable = name[:100].encode("utf-8", "replace").decode()
    return printable.replace("~", "~0").replace("/", "~1")
