"""The approved words: loaded and checked once, then written for one suggestion after another.

The decision calls `write` for an offer and `close_kindly` for every contact that ends without one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

from models.domain import CHANNELS, FAULTS, KINDS, MOODS, NO_OFFER_REASONS, TOPICS
from service.errors import ScriptError
from service.scripts.approved import read_served
from service.scripts.facts import Facts, ServiceFacts, Words
from service.scripts.law import load_law
from service.scripts.lint import FOLDER, check
from service.scripts.plan import Plan, ask_plan, public_plan, service_plan
from service.scripts.read import ANY, BASE, ENGLISH, FALLBACK, PUBLIC, ScriptFile, language_of
from service.scripts.tone import tone_of
from service.scripts.values import known_name, values_of

PLANS_KEPT: Final = 16_384
"""Three kilobytes and a fifth of a millisecond each; a centre meets a few hundred of them."""
Key = TypeVar("Key")
Value = TypeVar("Value")


def load_library(folder: Path | None = None, like: Mapping[str, str] | None = None) -> Library:
    """Read and check the approved scripts of a folder; absent, the ones that come with Encore.

    Args:
        folder: holds the drafts, one TOML file per channel, language and variant, and `approved/`.
        like: for channels with no script of their own, the channel whose script they use.

    Raises:
        ScriptError: with everything that is wrong in any approved script.
    """
    folder = folder or FOLDER
    served = read_served(folder)
    return Library(served.files, like or {}, folder, served.notes)


def load_drafts(folder: Path | None = None, like: Mapping[str, str] | None = None) -> Library:
    """The scripts as they are being written, for a look before they are approved.

    Raises:
        ScriptError: with everything that is wrong in any file.
    """
    folder = folder or FOLDER
    files, problems = check(folder)
    if problems:
        raise ScriptError("Please mend the scripts:\n  " + "\n  ".join(map(str, problems)))
    return Library(files, like or {}, folder)


class Library:
    """Checked script files, and a plan for each sort of contact met so far.

    Attributes:
        notes: what an operator should know: drafts that wait for approval, variants left out.
    """

    def __init__(
        self,
        files: Sequence[ScriptFile],
        like: Mapping[str, str],
        folder: Path = FOLDER,
        notes: Sequence[str] = (),
    ) -> None:
        self._files: dict[tuple[str, str], dict[str, ScriptFile]] = {}
        """The variants by language and channel, in the order of their letters."""
        for file in sorted(files, key=lambda file: file.variant):
            self._files.setdefault((file.language, file.channel), {})[file.variant] = file
        for channel in CHANNELS:
            if (ENGLISH, channel) not in self._files:
                raise ScriptError(f"There is no approved English script for {channel}: approve one")
        self.notes = notes
        self.law = load_law()
        self._folder = folder
        self._like = dict(like)
        self._plans: dict[tuple[str, ...], Plan] = {}
        """By file, topic, kind or reason, mood, fault and law: closed lists, all."""
        self._lawful: dict[tuple[str, ...], Mapping[str, Plan]] = {}

    def channel_like(self, name: str) -> str:
        """The channel whose words serve the named one: itself, the one it is like, or chat."""
        if (ENGLISH, name) in self._files:
            return name
        other = self._like.get(name, FALLBACK)
        return other if (ENGLISH, other) in self._files else FALLBACK

    def expired(self, today: date) -> list[str]:
        """Files that may no longer be used to ask."""
        return sorted(
            file.name
            for files in self._files.values()
            for file in files.values()
            if not _lives(file, today)
        )

    def lawful(self, facts: Facts) -> Mapping[str, Plan]:
        """The variants that may be said to this customer today, each in words of its own.

        None where all have expired, or none of them says what the law asks for.
        """
        files = self._for_asking(facts)
        if not files:
            return {}
        key = (*self._key(next(iter(files.values())), facts), *files)
        known = self._lawful.get(key)
        if known is None:
            different: dict[object, tuple[str, Plan]] = {}
            for variant, file in files.items():
                plan = self._ask_plan(file, facts)
                if plan.broken is None:
                    different.setdefault(plan.asked(), (variant, plan))
            known = keep(self._lawful, key, dict(different.values()))
        return known

    def variants(self, facts: Facts) -> tuple[str, ...]:
        """Their letters."""
        return tuple(self.lawful(facts))

    def broken(self, facts: Facts) -> str | None:
        """The rule of law that keeps an ask with no lawful variant from being made."""
        files = self._for_asking(facts)
        plans = (self._ask_plan(file, facts) for file in files.values())
        return next((plan.broken for plan in plans if plan.broken), None)

    def write(self, facts: Facts, variant: str = BASE) -> Words:
        """The words for one suggestion.

        Raises:
            ValueError: when `kind` is none of KINDS, or there is no such variant.
        """
        files = self._for_asking(facts)
        file = files.get(variant)
        if file is None:
            raise ValueError(f"variant is {variant!r}: use one of {', '.join(files) or 'none'}")
        return words_by(self._ask_plan(file, facts), facts)

    def _key(self, file: ScriptFile, facts: Facts) -> tuple[str, ...]:
        if facts.kind not in KINDS:
            raise ValueError(f"kind is {facts.kind!r}: use one of {', '.join(KINDS)}")
        place, short = self.law.jurisdiction(facts.locale), "short" if facts.short else ""
        return (file.name, facts.kind, *_sort_of_contact(facts), place, short)

    def _ask_plan(self, file: ScriptFile, facts: Facts) -> Plan:
        key = self._key(file, facts)
        plan = self._plans.get(key)
        if plan is None:
            _, kind, topic, mood, fault, place, _ = key
            packs, rules = self.law.packs[place], self.law.on(place, file.rules_of)
            tone = tone_of(file.language, self._folder)
            plan = ask_plan(file, kind, topic, mood, fault, packs, facts.short, rules, tone)
            keep(self._plans, key, plan)
        return plan

    def close_kindly(self, facts: ServiceFacts) -> Words:
        """The words for a contact that ends without an offer; the reason itself is never said.

        They never expire: a customer is not left without an answer.
        """
        file = self._of(facts.channel, facts.locale)[BASE]
        topic, mood, fault = _sort_of_contact(facts)
        reason = facts.reason if facts.reason in NO_OFFER_REASONS else ANY
        if facts.public or reason == "public_channel":
            has_own = "public" in file.tables
            source = file if has_own else self._of(PUBLIC, facts.locale)[BASE]
            return public_plan(source, topic, mood).write({})
        resolved = facts.status == "resolved"
        key = (file.name, topic, reason, mood, fault, facts.status if resolved else "")
        plan = self._plans.get(key)
        if plan is None:
            plan = service_plan(file, topic, reason, mood, fault, resolved)
            keep(self._plans, key, plan)
        return plan.write(known_name(facts.first_name, plan.rule))

    def _of(self, channel: str, locale: str | None) -> Mapping[str, ScriptFile]:
        """The variants of a channel in the customer's language, or in English."""
        channel = self.channel_like(channel)
        own = self._files.get((language_of(locale), channel)) if locale else None
        return own or self._files[ENGLISH, channel]

    def _for_asking(self, facts: Facts) -> Mapping[str, ScriptFile]:
        """The variants that have not expired; in English where the customer's language has none."""
        today = facts.today
        for locale in (facts.locale, None):
            files = self._of(facts.channel, locale)
            if today is None:
                return files
            living = {letter: file for letter, file in files.items() if _lives(file, today)}
            if living:
                return living
        return {}


def words_by(plan: Plan, facts: Facts) -> Words:
    """The words for one suggestion, by one of the plans that are lawful."""
    return plan.write(values_of(facts, plan.rule, plan.rules_of, plan.locale))


def keep(kept: dict[Key, Value], key: Key, value: Value) -> Value:
    """Keep a value, and begin anew where there would be too many: all are made again in no time."""
    if len(kept) >= PLANS_KEPT:
        kept.clear()
    kept[key] = value
    return value


def _lives(file: ScriptFile, today: date) -> bool:
    return file.expires_on is None or today <= file.expires_on


def _sort_of_contact(facts: Facts | ServiceFacts) -> tuple[str, str, str]:
    """Topic, mood and fault; what is unknown counts as the plainest of its kind."""
    return (
        facts.topic if facts.topic in TOPICS else "other",
        facts.mood if facts.mood in MOODS else "calm",
        facts.fault if facts.fault in FAULTS else "none",
    )
