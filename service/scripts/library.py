"""The approved words: loaded and checked once, then written for one suggestion after another.

The decision calls `write` for an offer and `close_kindly` for every contact that ends without one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from models.domain import FAULTS, KINDS, MOODS, NO_OFFER_REASONS, TOPICS
from service.errors import ScriptError
from service.scripts.facts import Facts, ServiceFacts, Words
from service.scripts.lint import FOLDER, check
from service.scripts.plan import Plan, ask_plan, public_plan, service_plan
from service.scripts.read import ANY, BASE, ENGLISH, FALLBACK, PUBLIC, ScriptFile, language_of
from service.scripts.values import known_name, values_of


def load_library(folder: Path | None = None, like: Mapping[str, str] | None = None) -> Library:
    """Read and check the scripts of a folder; absent, the ones that come with Encore.

    Args:
        folder: holds one TOML file per channel and language.
        like: for channels with no script of their own, the channel whose script they use.

    Raises:
        ScriptError: with everything that is wrong in any file.
    """
    files, problems = check(folder or FOLDER)
    if problems:
        raise ScriptError("Please mend the scripts:\n  " + "\n  ".join(map(str, problems)))
    return Library(files, like or {})


class Library:
    """Checked script files, and a plan for each sort of contact met so far."""

    def __init__(self, files: list[ScriptFile], like: Mapping[str, str]) -> None:
        self._files: dict[tuple[str, str], dict[str, ScriptFile]] = {}
        """The variants by language and channel, in the order of their letters."""
        for file in sorted(files, key=lambda file: file.variant):
            self._files.setdefault((file.language, file.channel), {})[file.variant] = file
        self._like = dict(like)
        self._plans: dict[tuple[str, ...], Plan] = {}
        """At most one for each file, topic, kind or reason, mood and fault: closed lists, all."""
        self._variants: dict[tuple[str, ...], tuple[str, ...]] = {}

    def channel_like(self, name: str) -> str:
        """The channel whose words serve the named one: itself, the one it is like, or chat."""
        if (ENGLISH, name) in self._files:
            return name
        other = self._like.get(name, FALLBACK)
        return other if (ENGLISH, other) in self._files else FALLBACK

    def variants(self, facts: Facts) -> tuple[str, ...]:
        """The variants that say this in different words, `a` first."""
        files = self._of(facts.channel, facts.locale)
        topic, mood, fault = _sort_of_contact(facts)
        key = (files[BASE].name, topic, facts.kind, mood, fault, "short" if facts.short else "")
        known = self._variants.get(key)
        if known is None:
            different: dict[object, str] = {}
            for variant in files:
                asked = self._ask_plan(facts, variant).asked()
                different.setdefault(asked, variant)
            known = self._variants[key] = tuple(different.values())
        return known

    def write(self, facts: Facts, variant: str = BASE) -> Words:
        """The words for one suggestion.

        Raises:
            ValueError: when `kind` is none of KINDS, or there is no such variant.
        """
        plan = self._ask_plan(facts, variant)
        return plan.write(values_of(facts, plan.rule, plan.rules_of, plan.locale))

    def _ask_plan(self, facts: Facts, variant: str) -> Plan:
        if facts.kind not in KINDS:
            raise ValueError(f"kind is {facts.kind!r}: use one of {', '.join(KINDS)}")
        files = self._of(facts.channel, facts.locale)
        file = files.get(variant)
        if file is None:
            raise ValueError(f"variant is {variant!r}: use one of {', '.join(files)}")
        topic, mood, fault = _sort_of_contact(facts)
        key = (file.name, topic, facts.kind, mood, fault, "short" if facts.short else "")
        plan = self._plans.get(key)
        if plan is None:
            plan = ask_plan(file, topic, facts.kind, mood, fault, facts.short)
            self._plans[key] = plan
        return plan

    def close_kindly(self, facts: ServiceFacts) -> Words:
        """The words for a contact that ends without an offer; the reason itself is never said."""
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
            self._plans[key] = plan
        return plan.write(known_name(facts.first_name, plan.rule))

    def _of(self, channel: str, locale: str | None) -> Mapping[str, ScriptFile]:
        """The variants of a channel in the customer's language, or in English."""
        channel = self.channel_like(channel)
        own = self._files.get((language_of(locale), channel)) if locale else None
        return own or self._files[ENGLISH, channel]


def _sort_of_contact(facts: Facts | ServiceFacts) -> tuple[str, str, str]:
    """Topic, mood and fault; what is unknown counts as the plainest of its kind."""
    return (
        facts.topic if facts.topic in TOPICS else "other",
        facts.mood if facts.mood in MOODS else "calm",
        facts.fault if facts.fault in FAULTS else "none",
    )
