"""The kinds of value that a request is made of; each refuses what the ledger could not keep.

Used by the schemas beside this file. A JSON `null` in an optional field means the same as leaving
the field out. Limits are written into the field's metadata, and so into `/openapi.json`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marshmallow import fields

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
FUTURE_ALLOWANCE: Final = timedelta(days=1)
"""Clocks differ and time zones get mixed up; more than a day ahead is a mistake."""
BIGGEST_QUANTITY: Final = 1_000_000
BIGGEST_MEASURE: Final = Decimal(10**12)

_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{1,30}(/[A-Za-z0-9_+-]{1,30}){0,2}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)

REQUIRED: Final[dict[str, Any]] = {
    "required": "This field is required.",
    "null": "This must not be null.",
}


class Text(fields.String):
    """Words or an id: `shortest` to `longest` characters, no control characters among them."""

    default_error_messages = REQUIRED | {
        "invalid": "Write this as a string.",
        "length": "Write {shortest} to {longest} characters; this has {length}.",
        "characters": "Remove NUL, other control characters and lone surrogates.",
        "pattern": "Write this like {example}.",
    }

    def __init__(
        self,
        longest: int = 200,
        *,
        shortest: int = 1,
        pattern: str | None = None,
        example: str = "",
        **options: Any,
    ) -> None:
        documented: dict[str, Any] = {"minLength": shortest, "maxLength": longest}
        if pattern:
            documented |= {"pattern": f"^{pattern}$", "example": example}
        else:
            documented["pattern"] = r"^[^\u0000]*$"
        super().__init__(metadata=documented, **options)
        self.longest, self.shortest, self.example = longest, shortest, example
        self.pattern = re.compile(pattern, re.ASCII) if pattern else None

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if not self.shortest <= len(value) <= self.longest:
            raise self.make_error(
                "length", shortest=self.shortest, longest=self.longest, length=len(value)
            )
        if _CONTROL.search(value) or (not value.isascii() and _SURROGATE.search(value)):
            raise self.make_error("characters")
        if self.pattern and not self.pattern.fullmatch(value):
            raise self.make_error("pattern", example=self.example)
        return value


class Choice(fields.String):
    """One of a closed list of words."""

    default_error_messages = REQUIRED | {"choice": "Use one of: {choices}."}

    def __init__(self, choices: Sequence[str], **options: Any) -> None:
        documented = [*choices, None] if options.get("allow_none") else [*choices]
        super().__init__(metadata={"enum": documented}, **options)
        self.choices = tuple(choices)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        if not isinstance(value, str) or value not in self.choices:
            raise self.make_error("choice", choices=", ".join(self.choices))
        return value


class Flag(fields.Boolean):
    """true or false, and nothing that merely looks like it."""

    default_error_messages = REQUIRED | {"invalid": "Write true or false."}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Whole(fields.Integer):
    """A whole number from `least` to `most`; neither 1.0 nor "1"."""

    default_error_messages = REQUIRED | {
        "invalid": "Write a whole number.",
        "range": "Write a whole number from {least} to {most}.",
    }

    def __init__(self, least: int, most: int, **options: Any) -> None:
        super().__init__(metadata={"minimum": least, "maximum": most}, **options)
        self.least, self.most = least, most

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.make_error("invalid")
        if not self.least <= value <= self.most:
            raise self.make_error("range", least=self.least, most=self.most)
        return value


class Amount(fields.Decimal):
    """Money as a decimal string, at most ten digits before the point and twelve in all.

    A float cannot hold 0.10, so numbers are refused; `Decimal` is taken from importers.
    """

    default_error_messages = REQUIRED | {
        "invalid": 'Write money as a decimal string such as "12.75": not negative, no exponent, '
        "at most {places} decimals and 12 digits.",
    }

    def __init__(self, places: int = 2, **options: Any) -> None:
        # bare `places` is no argument of the parent's: rounding money would hide a mistake
        pattern = rf"\d{{1,10}}(\.\d{{1,{places}}})?"
        documented = {"type": "string", "pattern": f"^{pattern}$", "example": "12.75"}
        super().__init__(metadata=documented, as_string=True, **options)
        self.decimals, self.pattern = places, re.compile(pattern, re.ASCII)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Decimal:
        text = format(value, "f") if isinstance(value, Decimal) else value
        if not isinstance(text, str) or not self.pattern.fullmatch(text) or len(text) > 13:
            raise self.make_error("invalid", places=self.decimals)
        return Decimal(text)


class Factor(fields.Decimal):
    """A rate above zero, as a decimal string with up to ten decimals."""

    default_error_messages = REQUIRED | {
        "invalid": 'Write a number above 0 such as "0.8412", with at most 10 decimals.',
    }
    pattern: Final = re.compile(r"\d{1,9}(\.\d{1,10})?", re.ASCII)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Decimal:
        text = format(value, "f") if isinstance(value, int | Decimal) else value
        if not isinstance(text, str) or not self.pattern.fullmatch(text) or not Decimal(text):
            raise self.make_error("invalid")
        return Decimal(text)


class Measure(fields.Decimal):
    """A plain number, such as a width; taken as it was written, not as binary fractions."""

    default_error_messages = REQUIRED | {
        "invalid": "Write a number between -1e12 and 1e12.",
    }

    def __init__(self, **options: Any) -> None:
        documented = {"minimum": float(-BIGGEST_MEASURE), "maximum": float(BIGGEST_MEASURE)}
        super().__init__(metadata=documented, **options)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Decimal:
        if not isinstance(value, int | float | Decimal) or isinstance(value, bool):
            raise self.make_error("invalid")
        number = value if isinstance(value, Decimal) else Decimal(repr(value))
        if not number.is_finite() or abs(number) > BIGGEST_MEASURE:
            raise self.make_error("invalid")
        return number


class Moment(fields.DateTime):
    """A time of RFC 3339 with its offset, turned into UTC; at most a day ahead."""

    default_error_messages = REQUIRED | {
        "invalid": "Write a time with its offset, such as 2026-11-23T10:31:00+00:00.",
        "future": "This lies more than a day ahead; write when it happened.",
        "past": "This lies before 1970; write when it happened.",
    }

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> datetime:
        try:
            if not isinstance(value, datetime):
                if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
                    raise self.make_error("invalid")
                value = datetime.fromisoformat(value.upper())
            if value.tzinfo is None:
                raise self.make_error("invalid")
            moment: datetime = value.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            # marshmallow's ValidationError is a ValueError of its own; the rest are bad dates
            raise self.make_error("invalid") from error
        if moment < EARLIEST:
            raise self.make_error("past")
        if moment > datetime.now(UTC) + FUTURE_ALLOWANCE:
            raise self.make_error("future")
        return moment


class TimeZone(fields.String):
    """The name of a time zone as the IANA keeps them."""

    default_error_messages = REQUIRED | {
        "zone": "Write the name of an IANA time zone, such as Europe/London.",
    }

    def __init__(self, **options: Any) -> None:
        documented = {"pattern": f"^{_ZONE.pattern}$", "example": "Europe/London"}
        super().__init__(metadata=documented, **options)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        if not isinstance(value, str) or not _ZONE.fullmatch(value):
            raise self.make_error("zone")
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # a folder of zones is none
            raise self.make_error("zone") from error
        return value


class Day(fields.Date):
    """A date of the form 2026-11-23."""

    default_error_messages = REQUIRED | {"invalid": "Write a date, such as 2026-11-23."}

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> date:
        try:
            if type(value) is date:  # of Parquet
                return value
            # Python reads other forms of ISO 8601 too, which nobody was promised
            if not isinstance(value, str) or not _DAY.fullmatch(value):
                raise self.make_error("invalid")
            return date.fromisoformat(value)
        except ValueError as error:
            raise self.make_error("invalid") from error


class Array(fields.List[Any]):
    """A list of `fewest` to `most` values, as a tuple; its length is looked at first."""

    default_error_messages = REQUIRED | {
        "invalid": "Write a list.",
        "length": "Write {fewest} to {most} entries; this has {length}.",
    }

    def __init__(self, inner: fields.Field[Any], most: int, *, fewest: int = 0, **options: Any):
        super().__init__(inner, metadata={"minItems": fewest, "maxItems": most}, **options)
        self.fewest, self.most = fewest, most

    def _deserialize(  # type: ignore[override]  # frozen values hold tuples
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple):
            raise self.make_error("invalid")
        if not self.fewest <= len(value) <= self.most:
            raise self.make_error("length", fewest=self.fewest, most=self.most, length=len(value))
        return tuple(super()._deserialize(value, attr, data, **kwargs))
