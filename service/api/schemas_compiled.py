"""A short way through a schema, for documents that are right.

Marshmallow takes its time to gather every fault with its place, also where there is none. A
compiled schema asks the same fields and runs the same methods, so that it can neither know other
rules nor build another value; at the first fault it gives up, and marshmallow decides and explains.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from marshmallow import ValidationError, fields

from service.api.schemas import load
from service.api.schemas_feed import Strict
from service.api.schemas_fields import Array

Read = Callable[..., Any]
"""Called as fields are: with the value, and what Encore's fields make no use of."""


def loader(schema: Strict) -> Callable[[Any], Any]:
    """`load` with this schema, quick where the document is right."""
    read = compiled(schema)

    def load_document(document: Any) -> Any:
        with suppress(ValidationError):
            return read(document)
        return load(schema, document)

    return load_document


def compiled(schema: Strict) -> Read:
    """A function that builds what `schema.load` builds, or raises some `ValidationError`.

    Fields may say `required`, `allow_none` and `data_key`, and mean by the rest of their class;
    the schema may have checks, and one `post_load`.
    """
    known = {
        field.data_key or name: (name, _reader(field), field.allow_none)
        for name, field in schema.load_fields.items()
    }
    required = {key for key, (name, *_) in known.items() if schema.load_fields[name].required}
    checks = [getattr(schema, name) for name, *_ in schema._hooks["validates_schema"]]
    [(name, _, options)] = schema._hooks["post_load"]
    build, takes_document = getattr(schema, name), options["pass_original"]

    def read(document: Any, *_: Any) -> Any:
        if not isinstance(document, dict) or not document.keys() >= required:
            raise ValidationError("This is no object, or a field is missing.")
        data = {}
        for key, value in document.items():
            if key not in known:
                raise ValidationError("There is no such field.")
            name, read_value, may_be_null = known[key]
            data[name] = None if value is None and may_be_null else read_value(value, None, None)
        for check in checks:
            check(data)
        return build(data, document) if takes_document else build(data)

    return read


def _reader(field: fields.Field[Any]) -> Read:
    if isinstance(field, fields.Nested) and isinstance(field.schema, Strict):
        return compiled(field.schema)
    if isinstance(field, Array):
        return _array_reader(field)
    return field._deserialize


def _array_reader(array: Array) -> Read:
    read_entry = _reader(array.inner)

    def read(value: Any, *_: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or not array.fewest <= len(value) <= array.most:
            raise ValidationError("This is no list, or not of such a length.")
        return tuple([read_entry(entry, None, None) for entry in value])

    return read
