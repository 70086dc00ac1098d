"""Rows of CSV and Parquet to validated domain values, by the same schemas as the API's.

A row that does not pass is told to the tally with its line, and the next one is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from service import errors
from service.api import schemas
from service.api.checks import check_channel, check_currency
from service.importers.report import Tally
from service.importers.row import Row

SCHEMAS: Final = {
    "orders": schemas.OrderSchema,
    "items": schemas.ItemSchema,
    "interactions": schemas.InteractionFeedSchema,
}
KINDS: Final = tuple(SCHEMAS)


@dataclass(frozen=True, slots=True)
class Rules:
    """What a row must be: of this kind, in the ledger's currency, of a channel there is."""

    kind: str
    currency: str
    channels: Collection[str]

    @property
    def columns(self) -> list[str]:
        """Every field of the kind."""
        return list(SCHEMAS[self.kind]().fields)

    @property
    def required(self) -> list[str]:
        """The fields that no row may lack."""
        return [name for name, field in SCHEMAS[self.kind]().fields.items() if field.required]

    def builder(self) -> Callable[[dict[str, Any]], Any]:
        """A function that makes a domain value of a row's data, or raises `errors.BadInput`."""
        schema = SCHEMAS[self.kind]()

        def build(data: dict[str, Any]) -> Any:
            value = schemas.load(schema, data)
            if self.kind == "interactions":
                _, interaction = value
                check_channel(interaction, self.channels)
                check_currency(interaction, self.currency)
            else:
                check_currency(value, self.currency)
            return value

        return build


def read_objects(
    rows: Iterable[Row], rules: Rules, shape: Callable[[dict[str, Any]], Any], tally: Tally
) -> Iterator[Any]:
    """The domain values of the good rows, one per row.

    Args:
        shape: turns cells into data for the schema: `values.from_csv` or `from_parquet`.
    """
    build = rules.builder()
    for row in rows:
        if row.fault:
            tally.reject(row.line, row.cells.get("id"), *row.fault)
            continue
        try:
            value = build(shape(row.cells))
        except errors.BadInput as error:
            tally.reject(row.line, row.cells.get("id"), error.code, errors.in_one_line(error))
        else:
            yield value


def check_columns(
    path: Path, columns: Collection[str], known: Collection[str], required: Collection[str]
) -> None:
    """Refuse a file that lacks a column, or has one that nobody would read.

    Raises:
        errors.BadInput: naming the columns that are wrong and those there may be.
    """
    missing = [name for name in required if name not in columns]
    if missing:
        raise errors.BadInput(
            f"{path} has no column {', '.join(missing)}; it has {', '.join(map(repr, columns))}."
        )
    foreign = [name for name in columns if name not in known]
    if foreign:
        raise errors.BadInput(
            f"{path} has columns that nobody knows: {', '.join(map(repr, foreign))}; "
            f"there may be {', '.join(known)}."
        )
