"""Cells of Online Retail II as CSV, Parquet or Excel hold them, turned into values or refused."""

from __future__ import annotations

import re
from datetime import datetime
from math import isfinite
from typing import Any

TICKS = 10_000
"""Prices are kept as whole numbers of 1/10,000 GBP, as exact as the ledger's."""
BIGGEST_QUANTITY = 1_000_000
BIGGEST_PRICE = 10**9
INVOICE = re.compile(r"[A-Z]?\d{1,20}", re.ASCII)
CUSTOMER = re.compile(r"\d{1,20}", re.ASCII)


class Unreadable(Exception):
    """The cell does not hold what its column should; the message says what is expected."""


def text_of(value: Any) -> str:
    """Words of a cell: 13085.0 of a column with gaps is 13085, and NaN is nothing."""
    if isinstance(value, str):
        text = value.strip()
        if not text.isascii() or "\0" in text:
            text = _mended(text)
        return "" if text == "nan" else text
    if value is None or value != value:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _mended(text: str) -> str:
    """Without NUL, and with the bytes that were no UTF-8 read as Windows-1252.

    Copies of the file as CSV come in that encoding too; some descriptions have a pound sign.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode(errors="surrogateescape").decode("cp1252", errors="replace")
    return text.replace("\0", "")


def number_of(pattern: re.Pattern[str], column: str, value: Any) -> str:
    """An invoice's or a customer's number."""
    text = text_of(value).removesuffix(".0").upper()
    if not pattern.fullmatch(text):
        raise Unreadable(f"{column} is {text[:50]!r}; expected a number")
    return text


def whole_of(value: Any) -> int:
    try:
        number = value if isinstance(value, int) else float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not isfinite(number) or number != int(number) or abs(number) > BIGGEST_QUANTITY:
        raise Unreadable(
            f"Quantity is {value!r}; expected a whole number up to {BIGGEST_QUANTITY:,}",
        )
    return int(number)


def ticks_of(value: Any) -> int:
    try:
        exact = float(value) * TICKS
    except (TypeError, ValueError):
        exact = float("nan")
    if (
        not isfinite(exact)
        or abs(exact) > BIGGEST_PRICE * TICKS
        or abs(exact - round(exact)) > 0.01
    ):
        raise Unreadable(f"Price is {value!r}; expected pounds with at most 4 decimals")
    return round(exact)


def time_of(value: Any) -> datetime:
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(text_of(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo or not 1970 < moment.year < 2100:
        raise Unreadable(f"InvoiceDate is {value!r}; expected UK time like 2010-12-01 08:26:00")
    return moment
