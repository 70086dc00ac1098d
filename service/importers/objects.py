"""Rows of CSV and Parquet to validated domain values, by the same schemas as the API's.

A row that does not pass is told to the tally with its line, and the next one is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from service import errors
from service.api import schemas, schemas_past
from service.api.checks import check_channel, check_currencies, check_currency
from service.exchange import RateOf, interaction_in, order_in
from service.importers.report import Tally
from service.importers.row import Row

SCHEMAS: Final = {
    "orders": schemas.OrderSchema,
    "items": schemas.ItemSchema,
    "interactions": schemas.InteractionFeedSchema,
    "rates": schemas.RateSchema,
    "decisions": schemas_past.PastDecisionSchema,
    "outcomes": schemas.OutcomeSchema,
}
KINDS: Final = tuple(SCHEMAS)
IDS: Final = {"decisions": "suggestion_id", "outcomes": "event_id"}
"""The column that names a row, where it is not `id`."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a row must be: of this kind, of a channel there is, in a currency we can convert."""

    kind: str
    currency: str
    channels: Collection[str]
    rate_of: RateOf = lambda currency, day: None
    """By default no rate is known."""

    @property
    def columns(self) -> list[str]:
        """Every field of the kind."""
        return list(SCHEMAS[self.kind]().fields)

    @property
    def id_column(self) -> str:
        return IDS.get(self.kind, "id")

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
                customer_id, contact = value
                check_channel(contact, self.channels)
                now = datetime.now(UTC)
                return customer_id, interaction_in(contact, self.currency, self.rate_of, now)
            if self.kind == "orders":
                return order_in(value, self.currency, self.rate_of)
            if self.kind == "items":
                check_currency(value, self.currency)
            elif self.kind == "decisions":
                check_currencies(schemas_past.currencies_of(value), self.currency)
            elif self.kind == "rates" and value.currency == self.currency:
                raise errors.BadInput(
                    f"{self.currency} is the ledger's own currency; rates are of others.",
                    pointer="/currency",
                )
            return value

        return build


def read_objects(
    rows: Iterable[Row], rules: Rules, shape: Callable[[dict[str, Any]], Any], tally: Tally
) -> Iterator[Any]:
    """The domain values of the good rows, one per row.

    Args:
        shape: turns cells into data for the schema: `values.from_csv` or `from_parquet`.
    """
    return (value for _, value in read_numbered(rows, rules, shape, tally))


def read_numbered(
    rows: Iterable[Row], rules: Rules, shape: Callable[[dict[str, Any]], Any], tally: Tally
) -> Iterator[tuple[int | str, Any]]:
    """(line, domain value) of the good rows; as `read_objects`."""
    build = rules.builder()
    for row in rows:
        row_id = row.cells.get(rules.id_column)
        if row.fault:
            tally.reject(row.line, row_id, *row.fault)
            continue
        try:
            value = build(shape(row.cells))
        except errors.BadInput as error:
            tally.reject(row.line, row_id, error.code, errors.in_one_line(error))
        else:
            yield row.line, value


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
