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
from service.scripts.read import ANY, ENGLISH, FALLBACK, PUBLIC, ScriptFile, language_of
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
        self._files = {(file.language, file.channel): file for file in files}
        self._like = dict(like)
        self._plans: dict[tuple[str, ...], Plan] = {}
        """At most one for each file, topic, kind or reason, mood and fault: closed lists, all."""

    def channel_like(self, name: str) -> str:
        """The channel whose words serve the named one: itself, the one it is like, or chat."""
        if (ENGLISH, name) in self._files:
            return name
        other = self._like.get(name, FALLBACK)
        return other if (ENGLISH, other) in self._files else FALLBACK

    def variants(self, facts: Facts) -> tuple[str, ...]:
        """The approved variants of the script for a suggestion, at least one."""
        return ("a",)

    def write(self, facts: Facts, variant: str = "a") -> Words:
        """The words for one suggestion.

        Raises:
            ValueError: when `kind` is none of KINDS.
        """
        if facts.kind not in KINDS:
            raise ValueError(f"kind is {facts.kind!r}: use one of {', '.join(KINDS)}")
        file = self._file(facts.channel, facts.locale)
        topic, mood, fault = _sort_of_contact(facts)
        key = (file.name, topic, facts.kind, mood, fault)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = ask_plan(file, topic, facts.kind, mood, fault)
        return plan.write(values_of(facts, plan.rule, plan.locale))

    def close_kindly(self, facts: ServiceFacts) -> Words:
        """The words for a contact that ends without an offer; the reason itself is never said."""
        file = self._file(facts.channel, facts.locale)
        topic, mood, fault = _sort_of_contact(facts)
        reason = facts.reason if facts.reason in NO_OFFER_REASONS else ANY
        if facts.public or reason == "public_channel":
            source = file if "public" in file.tables else self._file(PUBLIC, facts.locale)
            return public_plan(source, topic, mood).write({})
        resolved = facts.status == "resolved"
        key = (file.name, topic, reason, mood, fault, facts.status if resolved else "")
        plan = self._plans.get(key)
        if plan is None:
            plan = service_plan(file, topic, reason, mood, fault, resolved)
            self._plans[key] = plan
        return plan.write(known_name(facts.first_name, plan.rule))

    def _file(self, channel: str, locale: str | None) -> ScriptFile:
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
