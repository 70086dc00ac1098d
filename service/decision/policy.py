"""The limits of `policy.toml` as values, checked once at start-up."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from models.domain import CHANNELS, MOODS, RETURN_REASONS, SEVERITIES, TOPICS
from service.errors import UnknownChannel

SHIPPED: Final = Path(__file__).with_name("policy.toml")


class BadPolicy(SystemExit):
    """The file cannot be used; names every entry that is wrong."""


@dataclass(frozen=True, slots=True)
class Channel:
    """`asks` within `Policy.fatigue`; `seconds` an ask takes; `like` names a shipped channel."""

    name: str
    asks: int
    seconds: int
    like: str


@dataclass(frozen=True, slots=True)
class Explore:
    """What chance may decide; see `service/decision/explore.py`.

    `within` is the share of the best's worth that an item may lack, `among` the most items that are
    compared; `item_asks` and `script_asks` weigh what is thought before any ask is made; asks count
    for `window`, once they are `matured`.
    """

    enabled: bool
    floor: float
    within: float
    among: int
    item_asks: float
    script_asks: float
    window: timedelta
    matured: timedelta
    salt: str

    @property
    def looked_at(self) -> int:
        """So many items must be known for the draw."""
        return self.among if self.enabled else 1


@dataclass(frozen=True, slots=True)
class Policy:
    version: str
    channels: Mapping[str, Channel]
    fatigue: timedelta
    declined_silence: timedelta
    declined_often: int
    declined_often_within: timedelta
    declined_often_silence: timedelta
    declined_item: timedelta
    converted: timedelta
    severe: frozenset[str]
    angry: frozenset[str]
    returned: frozenset[str]
    nothing_dearer: frozenset[str]
    holdout_share: float
    holdout_experiment: str
    holdout_salt: str
    margin_rate: float
    shortlist: int
    expires: timedelta
    explore: Explore

    def channel(self, name: str) -> Channel:
        """Raises UnknownChannel, naming those that exist."""
        try:
            return self.channels[name]
        except KeyError:
            known = ", ".join(sorted(self.channels))
            raise UnknownChannel(
                f"{name!r} is not a channel of this policy; use one of {known}, or declare it"
            ) from None


def load_policy(path: Path | None = None) -> Policy:
    """Read the shipped policy or one of the operator's own.

    Raises:
        BadPolicy: naming every entry that is missing, unknown or out of range.
    """
    path = path or SHIPPED
    try:
        tables = tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadPolicy(f"{path} cannot be read: {error}") from error
    reader = _Reader(tables)
    channels = {name: _channel(reader, name) for name in reader.tables("channels")}
    policy = Policy(
        version=reader.text("version"),
        channels=channels,
        fatigue=timedelta(days=reader.number("fatigue.days", 1, 3650)),
        declined_silence=timedelta(days=reader.number("declined.silence_days", 0, 3650)),
        declined_often=int(reader.number("declined.often", 1, 100)),
        declined_often_within=timedelta(days=reader.number("declined.often_within_days", 0, 3650)),
        declined_often_silence=timedelta(
            days=reader.number("declined.often_silence_days", 0, 3650)
        ),
        declined_item=timedelta(days=reader.number("declined.item_days", 0, 3650)),
        converted=timedelta(hours=reader.number("converted.hours", 0, 24 * 365)),
        severe=reader.choices("severity.blocks", SEVERITIES),
        angry=reader.choices("mood.blocks", MOODS),
        returned=reader.choices("returned.blocks", RETURN_REASONS),
        nothing_dearer=reader.choices("trouble.nothing_dearer", TOPICS),
        holdout_share=reader.number("holdout.share", 0, 0.5),
        holdout_experiment=reader.text("holdout.experiment"),
        holdout_salt=reader.text("holdout.salt"),
        margin_rate=reader.number("worth.margin_rate", 0, 1),
        shortlist=int(reader.number("worth.shortlist", 1, 1000)),
        expires=timedelta(minutes=reader.number("answer.expires_minutes", 1, 24 * 60)),
        explore=_explore(reader),
    )
    reader.finish(path)
    return policy


def _channel(reader: _Reader, name: str) -> Channel:
    like = reader.optional(f"channels.{name}.like", name)
    if like not in CHANNELS:
        reader.wrong.append(f"channels.{name}.like: use one of {', '.join(CHANNELS)}")
    seconds = int(reader.number(f"channels.{name}.seconds", 0, 600))
    asks = int(reader.number(f"channels.{name}.asks", 0, 1000))
    return Channel(name, asks, seconds, like)


def _explore(reader: _Reader) -> Explore:
    return Explore(
        enabled=reader.flag("explore.enabled"),
        floor=reader.number("explore.floor", 0.001, 0.1),
        within=reader.number("explore.within", 0, 1),
        among=int(reader.number("explore.among", 1, 10)),
        item_asks=reader.number("explore.item_asks", 1, 100_000),
        script_asks=reader.number("explore.script_asks", 1, 100_000),
        window=timedelta(days=reader.number("explore.days", 1, 3650)),
        matured=timedelta(hours=reader.number("explore.matured_hours", 0, 24 * 90)),
        salt=reader.text("explore.salt"),
    )


class _Reader:
    """Takes entries out of nested tables and remembers what was wrong or left over."""

    def __init__(self, tables: dict[str, Any]) -> None:
        self._entries = dict(_flatten("", tables))
        self.wrong: list[str] = []

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

    def flag(self, key: str) -> bool:
        value = self._entries.pop(key, None)
        if not isinstance(value, bool):
            self.wrong.append(f"{key}: true or false is needed")
        return value is True

    def text(self, key: str) -> str:
        value = self._entries.pop(key, None)
        if not isinstance(value, str) or not value:
            self.wrong.append(f"{key}: a text is needed")
            return ""
        return value

    def choices(self, key: str, allowed: tuple[str, ...]) -> frozenset[str]:
        value = self._entries.pop(key, None)
        if not isinstance(value, list) or not set(value) <= set(allowed):
            self.wrong.append(f"{key}: a list out of {', '.join(allowed)} is needed")
            return frozenset()
        return frozenset(value)

    def finish(self, path: Path) -> None:
        self.wrong += [f"{key}: there is no such entry" for key in self._entries]
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
