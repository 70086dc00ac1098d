"""The law as data: which rules hold for a customer on a channel, by the territory of their locale.

The packs are `law/*.toml`; what a rule may require is the closed list of `law_checks.py`. Where
the territory is unknown, the rules of all packs hold together.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from models.domain import CHANNELS
from service.errors import ScriptError
from service.scripts.law_checks import CHECKS

PACKS: Final = Path(__file__).parent / "law"
EVERYWHERE: Final = "everywhere"
UNKNOWN: Final = "unknown"
"""The jurisdiction of a locale with no territory, or with one that no pack names."""
NOWHERE: Final = frozenset({EVERYWHERE, UNKNOWN})
"""Names of packs that are no place."""
ANY_CHANNEL: Final = "any"
STALE_AFTER: Final = timedelta(days=365)
"""Proposed: a rule that nobody compared with its source for a year is reported."""
NEEDED: Final = ("says", "source", "checked", "channels", "requires")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of law.

    Attributes:
        id: pack and name, such as `gb.pecr_22`.
        checked: the day it was last compared with its source.
        requires: names out of CHECKS, all of which must hold.
        hours: between which of the recipient's hours something may be sent later.
    """

    id: str
    says: str
    source: str
    checked: date
    channels: frozenset[str]
    requires: tuple[str, ...]
    hours: tuple[time, time] | None = None

    def holds_on(self, channel: str) -> bool:
        return ANY_CHANNEL in self.channels or channel in self.channels


@dataclass(frozen=True, slots=True)
class Law:
    """The rules of every jurisdiction; `packs` are they and those they inherit from."""

    rules: Mapping[str, tuple[Rule, ...]]
    packs: Mapping[str, frozenset[str]]
    territories: Mapping[str, str]
    _on: dict[tuple[str, str], tuple[Rule, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def jurisdiction(self, locale: str | None) -> str:
        """`gb` for en_GB, `de` for de-DE; UNKNOWN where the locale does not say."""
        return self.territories.get(_territory(locale), UNKNOWN) if locale else UNKNOWN

    def on(self, jurisdiction: str, channel: str) -> tuple[Rule, ...]:
        """The rules that hold on a channel (a shipped one, or the one that it is like)."""
        known = self._on.get((jurisdiction, channel))
        if known is None:
            known = tuple(rule for rule in self.rules[jurisdiction] if rule.holds_on(channel))
            self._on[jurisdiction, channel] = known
        return known

    def hours(self, jurisdiction: str, channel: str) -> tuple[time, time] | None:
        """The recipient's hours in which something may be sent later; the narrowest of all."""
        given = [rule.hours for rule in self.on(jurisdiction, channel) if rule.hours]
        if not given:
            return None
        return max(start for start, _ in given), min(end for _, end in given)

    def stale(self, today: date) -> list[str]:
        """Ids of rules that were last checked more than a year ago."""
        return sorted(
            {
                rule.id
                for rules in self.rules.values()
                for rule in rules
                if today - rule.checked > STALE_AFTER
            }
        )


@lru_cache(maxsize=4_096)
def _territory(locale: str) -> str:
    """`GB` of `en_GB`, `CH` of `de-Latn-CH`; empty when there is none."""
    parts = locale.replace("-", "_").split("_")[1:]
    return next((part.upper() for part in parts if len(part) == 2 and part.isalpha()), "")


@lru_cache(maxsize=8)
def load_law(folder: Path = PACKS) -> Law:
    """Read the packs.

    Raises:
        ScriptError: naming every entry that is wrong, in any pack.
    """
    wrong: list[str] = []
    packs: dict[str, Mapping[str, Any]] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            packs[path.stem] = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            wrong.append(f"{path.name} cannot be read: {error}")
    own = {name: _rules(name, pack, wrong) for name, pack in packs.items()}
    lines = {name: _inherited(name, packs, wrong) for name in packs}
    if EVERYWHERE not in packs:
        wrong.append(f"{EVERYWHERE}.toml is missing: it holds what is law in every jurisdiction")
    if wrong:
        raise ScriptError("Please mend the law packs:\n  " + "\n  ".join(wrong))
    families = {name: frozenset(line) - {EVERYWHERE} for name, line in lines.items()}
    rules = {
        name: tuple(rule for pack in dict.fromkeys([EVERYWHERE, *line]) for rule in own[pack])
        for name, line in lines.items()
    }
    rules[UNKNOWN] = tuple(rule for pack in own.values() for rule in pack)
    families[UNKNOWN] = frozenset()
    territories = {
        place: name for name, pack in packs.items() for place in pack.get("territories", ())
    }
    return Law(rules, families, territories)


def _inherited(name: str, packs: Mapping[str, Mapping[str, Any]], wrong: list[str]) -> list[str]:
    """A pack and those it inherits from; one step, as deep as jurisdictions go here."""
    parents = packs[name].get("inherits", [])
    unknown = [parent for parent in parents if parent not in packs]
    if unknown:
        wrong.append(f"{name}.toml inherits from {', '.join(unknown)}: there is no such pack")
    return [*(parent for parent in parents if parent in packs), name]


def _rules(name: str, pack: Mapping[str, Any], wrong: list[str]) -> tuple[Rule, ...]:
    rules = []
    for key, entry in pack.items():
        if key in ("territories", "inherits"):
            continue
        problems = _wrong(entry)
        wrong.extend(f"{name}.toml [{key}] {what}" for what in problems)
        if not problems:
            hours = entry.get("hours")
            rules.append(
                Rule(
                    f"{name}.{key}",
                    entry["says"],
                    entry["source"],
                    entry["checked"],
                    frozenset(entry["channels"]),
                    tuple(entry["requires"]),
                    (time.fromisoformat(hours[0]), time.fromisoformat(hours[1])) if hours else None,
                )
            )
    return tuple(rules)


def _wrong(entry: Any) -> list[str]:
    if not isinstance(entry, dict):
        return ["is no rule: use a table with says, source, checked, channels and requires"]
    missing = [name for name in NEEDED if name not in entry]
    if missing:
        return [f"needs {', '.join(missing)}"]
    wrong = []
    if unknown := set(entry["channels"]) - {*CHANNELS, ANY_CHANNEL}:
        wrong.append(f"channels {', '.join(sorted(unknown))}: use any, {', '.join(CHANNELS)}")
    if unknown := set(entry["requires"]) - CHECKS.keys():
        wrong.append(f"requires {', '.join(sorted(unknown))}: use {', '.join(CHECKS)}")
    if not isinstance(entry["checked"], date):
        wrong.append("checked: a day such as 2026-11-28 is needed")
    hours = entry.get("hours")
    if hours is not None:
        try:
            start, end = map(time.fromisoformat, hours)
        except (TypeError, ValueError):
            wrong.append('hours: use two times such as ["08:00", "21:00"]')
        else:
            if start >= end:
                wrong.append("hours: the first must be before the second")
    if not entry["requires"] and hours is None:
        wrong.append("requires nothing: name a check, or hours")
    return wrong
