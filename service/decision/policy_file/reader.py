"""Takes the entries out of a policy file and gathers all that is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

LONGEST_DAYS: Final = 396
"""How far a limit may look back: a customer's profile knows little more than a year."""


class BadPolicy(SystemExit):
    """The file cannot be used; names every entry that is wrong."""


class Reader:
    """Takes entries out of nested tables and remembers what was wrong or left over."""

    def __init__(self, tables: dict[str, Any]) -> None:
        self._entries = dict(_flatten("", tables))
        self.wrong: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def tables(self, prefix: str) -> list[str]:
        return sorted({key.split(".")[1] for key in self._entries if key.startswith(prefix + ".")})

    def optional(self, key: str, default: Any) -> Any:
        return self._entries.pop(key, default)

    def number(self, key: str, low: float, high: float) -> float:
        value = self._entries.pop(key, None)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong.append(f"{key}: a number from {low} to {high} is needed")
            return low
        if not low <= value <= high:
            self.wrong.append(f"{key} is {value}: use {low} to {high}")
        return float(value)

    def days(self, key: str, least: int) -> timedelta:
        return timedelta(days=self.number(key, least, LONGEST_DAYS))

    def money(self, key: str) -> Decimal:
        return Decimal(str(self.number(key, 0, 1_000_000_000)))

    def clock(self, key: str) -> time:
        value = self._entries.pop(key, None)
        if not isinstance(value, time):
            self.wrong.append(f"{key}: a time of day such as 21:00:00 is needed, without quotes")
            return time()
        return value

    def flag(self, key: str, default: bool) -> bool:
        value = self._entries.pop(key, default)
        if not isinstance(value, bool):
            self.wrong.append(f"{key}: true or false is needed")
            return default
        return value

    def text(self, key: str) -> str:
        value = self._entries.pop(key, None)
        if not isinstance(value, str) or not value:
            self.wrong.append(f"{key}: a text is needed")
            return ""
        return value

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        value = self._entries.pop(key, None)
        if value not in allowed:
            self.wrong.append(f"{key}: one of {', '.join(allowed)} is needed")
            return allowed[0]
        return str(value)

    def choices(self, key: str, allowed: tuple[str, ...]) -> frozenset[str]:
        value = self._entries.pop(key, None)
        if not isinstance(value, list) or not set(value) <= set(allowed):
            self.wrong.append(f"{key}: a list out of {', '.join(allowed)} is needed")
            return frozenset()
        return frozenset(value)

    @property
    def all_right(self) -> bool:
        """Whether every entry so far could be used, so that they can be held against each other."""
        return not self.wrong

    def left_over(self) -> list[str]:
        return [f"{key}: there is no such entry" for key in self._entries]

    def finish(self, path: Path) -> None:
        """Raises BadPolicy with all that is wrong, what nobody asked for included."""
        self.wrong += self.left_over()
        if self.wrong:
            raise BadPolicy(f"{path} needs mending:\n  " + "\n  ".join(sorted(self.wrong)))


def _flatten(prefix: str, tables: Mapping[str, Any]) -> list[tuple[str, Any]]:
    flat: list[tuple[str, Any]] = []
    for key, value in tables.items():
        flat += (
            _flatten(f"{prefix}{key}.", value)
            if isinstance(value, dict)
            else [(prefix + key, value)]
        )
    return flat
