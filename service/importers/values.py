"""Cells of CSV and values of Parquet, turned into what the schemas of the contract read.

Only the form changes here; what is right or wrong is decided by `service/api/schemas.py` alone.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

from service import errors
from service.api.json import parse

WHOLE: Final = frozenset(
    {"quantity", "stock", "handle_seconds", "transfers", "loops", "satisfaction", "ask_seconds"}
)
FLAGS: Final = frozenset({"sellable", "public", "first_contact", "pressed_zero"})
MONEY: Final = frozenset({"price", "unit_cost", "unit_price", "amount", "discount", "rate"})
IDS: Final = frozenset(
    {
        "id",
        "customer_id",
        "item_id",
        "agent_id",
        "team",
        "journey_id",
        "suggestion_id",
        "interaction_id",
        "event_id",
        "order_id",
    }
)
NESTED: Final = frozenset(
    {
        "attributes", "items", "cost", "goodwill", "efforts", "agent_authority", "lines", "refunds",
        "suggestions",
    }
)  # fmt: skip
"""JSON in a cell of CSV; in Parquet lists and structs, or JSON as well."""

_INTEGER = re.compile(r"-?\d{1,18}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,18})?", re.ASCII)


def from_csv(cells: dict[str, str]) -> dict[str, Any]:
    """A row by field; an empty cell is an absent fact.

    Raises:
        errors.BadInput: a cell that must hold JSON does not.
    """
    return {name: _from_cell(name, cell) for name, cell in cells.items() if cell}


def _from_cell(name: str, cell: str) -> Any:
    if name in WHOLE:
        return int(cell) if _INTEGER.fullmatch(cell) else cell
    if name in FLAGS:
        return {"true": True, "false": False}.get(cell.lower(), cell)
    return _from_json(name, cell) if name in NESTED else cell


def _from_json(name: str, text: str) -> Any:
    try:
        return parse(text.encode(errors="surrogateescape"))
    except errors.Malformed as error:
        raise errors.BadInput(f"/{name}: must hold JSON: {error.detail}") from error


def from_parquet(value: Any, name: str = "") -> Any:
    """A row, or a value of the field `name`, in the types that the schemas expect.

    Raises:
        errors.BadInput: a string in the place of a list or struct is no JSON.
    """
    if isinstance(value, dict):
        if name == "attributes":
            return _attributes(value.items())
        return {inner: from_parquet(content, inner) for inner, content in value.items()}
    if isinstance(value, list):
        # a map arrives as a list of pairs
        return _attributes(value) if name == "attributes" else [from_parquet(one) for one in value]
    if isinstance(value, str):
        return _from_json(name, value) if name in NESTED else value
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        # 2.9500 of decimal128(14, 4) is 2.95; a column of whole numbers with gaps holds floats
        value = value.normalize() if value.is_finite() else value
        return int(value) if name in WHOLE and value == value.to_integral_value() else value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value) if name in MONEY else str(value) if name in IDS else value
    return value


def _attributes(pairs: Any) -> dict[str, Any]:
    """`{name: {value, unit}}`. A column has one type for all values, often string: what has a unit
    and reads like a number is one. Attributes that the item does not have are null."""
    attributes = {}
    for name, content in pairs:
        if not isinstance(content, dict):
            if content is not None:
                attributes[name] = content
            continue
        value, unit = content.get("value"), content.get("unit")
        if value is None:
            continue
        if unit and isinstance(value, str) and _NUMBER.fullmatch(value):
            value = Decimal(value)
        attributes[name] = {**content, "value": from_parquet(value)}
    return attributes
