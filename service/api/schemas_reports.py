"""The questions that reports answer, as they stand in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from marshmallow import fields, post_load

from service.api.schemas_feed import Strict
from service.api.schemas_fields import REQUIRED, Choice
from service.ledger.report import GROUPS
from service.reports.query import LONGEST_WINDOW_DAYS, RecoveryQuery

FORMATS: Final = ("json", "csv", "html")


class Day(fields.Date):
    """A date of the form 2026-11-23."""

    default_error_messages = REQUIRED | {"invalid": "Write a date, such as 2026-11-23."}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> date:
        try:
            if len(value) != 10 or not value.isascii():  # other ISO forms are not promised
                raise self.make_error("invalid")
            return date.fromisoformat(value)
        except ValueError as error:
            raise self.make_error("invalid") from error


class Digits(fields.Integer):
    """A whole number in an address; the query object says which are valid."""

    default_error_messages = REQUIRED | {"invalid": "Write a whole number in digits."}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> int:
        if not (value.isascii() and value.isdigit() and len(value) <= 9):
            raise self.make_error("invalid")
        return int(value)


@dataclass(frozen=True, slots=True)
class RecoveryRequest:
    query: RecoveryQuery
    format: str


class RecoveryRequestSchema(Strict):
    """Loads to `RecoveryRequest`, from the arguments of the address."""

    from_ = Day(data_key="from", required=True)
    to = Day(required=True)
    window_days = Digits(metadata={"minimum": 1, "maximum": LONGEST_WINDOW_DAYS, "default": 7})
    group_by = Choice(GROUPS)
    format = Choice(FORMATS)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> RecoveryRequest:
        wanted = data.pop("format", "json")
        query = RecoveryQuery(from_date=data.pop("from_"), to_date=data.pop("to"), **data)
        return RecoveryRequest(query, wanted)
