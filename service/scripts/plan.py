"""All of a script that does not depend on the single customer, put together once and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from service.scripts.channels import AFTER_THE_ANSWER, PARTS, RULES, SERVICE_TURNS, Rule
from service.scripts.choose import choose
from service.scripts.facts import Words
from service.scripts.law import Rule as Law
from service.scripts.law_checks import Asked, broken
from service.scripts.placeholders import Entry, Sentence, say, sayable
from service.scripts.read import BASE, ScriptFile
from service.scripts.render import Open, fill, join, with_subject
from service.scripts.tone import UNSETTLED, Tone

Chosen = dict[str, Entry | list[Entry]]
"""What is said in each part, in their order; of `disclosures` there are several."""


LEFT_OUT: Final = ("bridge", "benefit")
"""Of a short script; permission, price, disclosures and the easy no stay."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentences that can be said with what is known: each part, and all that asks as one."""

    parts: Open
    text: Sentence


@dataclass(frozen=True, slots=True)
class Plan:
    """The texts for one sort of contact, with their gaps still open."""

    id: str
    version: int
    locale: str
    rules_of: str
    turns: tuple[tuple[str, ...], ...]
    chosen: Chosen
    subject: str | None
    accept_label: str
    decline_label: str
    variant: str
    edition: str
    short: bool
    rules: tuple[str, ...] = ()
    broken: str | None = None
    """The first rule of law that the text does not meet; then it is not said."""
    wordings: dict[frozenset[str], Wording] = field(default_factory=dict)
    """By what is known of a customer: at most one for each set of placeholders."""

    @property
    def rule(self) -> Rule:
        return RULES[self.rules_of]

    def asked(self) -> tuple[object, ...]:
        """What tells the words before the answer from those of another variant."""
        parts = (part for part in self.chosen if part not in AFTER_THE_ANSWER)
        return tuple(
            tuple(entry) if isinstance(entry := self.chosen[part], list) else entry
            for part in parts
        )

    def write(self, values: Mapping[str, str]) -> Words:
        """The words for one customer: filled, joined and measured."""
        known = frozenset(values)
        wording = self.wordings.get(known)
        if wording is None:
            wording = self.wordings[known] = self._wording(known)
        text = wording.text.fill(values)
        if self.subject is not None:
            text = with_subject(text, self.subject)
        return Words(
            self.id, self.version, self.locale, fill(wording.parts, values), text,
            *self.rule.measure(text), self.accept_label, self.decline_label, self.subject,
            self.variant, self.edition, self.rules, self.short,
        )  # fmt: skip

    def _wording(self, known: frozenset[str]) -> Wording:
        parts: Open = {
            part: [sayable(one, known) for one in entry]
            if isinstance(entry, list)
            else sayable(entry, known)
            for part, entry in self.chosen.items()
        }
        return Wording(parts, join(parts, self.turns, self.rule))


def ask_plan(
    file: ScriptFile,
    kind: str,
    topic: str,
    mood: str,
    fault: str,
    packs: frozenset[str],
    short: bool,
    rules: Sequence[Law],
    tone: Tone | None,
) -> Plan:
    """The ten parts of an ask; without bridge and benefit where it must be short.

    Args:
        packs: the law packs of the place where the customer lives.
        rules: what the law of that place asks of this channel.
        tone: the word lists of the language, by which the rules are checked.
    """
    true_of_it = frozenset((topic, kind, mood, fault)) | packs
    chosen: Chosen = {}
    for part in PARTS:
        if short and part in LEFT_OUT:
            continue
        if part == "disclosures":
            chosen[part] = list(file.tables[part].values())
        else:
            chosen[part] = choose(file.tables[part], true_of_it)
    letter = "" if file.variant == BASE else f".{file.variant}"
    script_id = f"{file.channel}.{topic}.{kind}.{mood}{letter}"
    plan = _plan(script_id, file, topic, chosen, asks=True, short=short)
    return plan if tone is None else _held_against(plan, file, topic, rules, tone)


def _held_against(
    plan: Plan, file: ScriptFile, topic: str, rules: Sequence[Law], tone: Tone
) -> Plan:
    """The plan with the rules that it meets, or the one that it breaks."""
    parts = {part: it if isinstance(it, list) else [it] for part, it in plan.chosen.items()}
    subjects = file.tables.get("subject")
    subject = [choose(subjects, frozenset((topic,)))] if subjects else []
    asked = Asked(parts, plan.turns, subject, tone)
    failing = next((rule.id for rule in rules if broken(rule.requires, asked)), None)
    return replace(plan, rules=tuple(rule.id for rule in rules if rule.requires), broken=failing)


def service_plan(
    file: ScriptFile, topic: str, reason: str, mood: str, fault: str, resolved: bool
) -> Plan:
    """Acknowledge, confirm where that is true, and the closing line."""
    true_of_it = frozenset((topic, reason, mood, fault))
    chosen: Chosen = {"acknowledge": choose(file.tables["acknowledge"], true_of_it)}
    if resolved and reason not in UNSETTLED:
        chosen["confirm"] = choose(file.tables["confirm"], true_of_it)
    chosen["decline"] = choose(file.tables["service"], true_of_it)
    return _plan(f"{file.channel}.{topic}.service.{mood}", file, topic, chosen)


def public_plan(file: ScriptFile, topic: str, mood: str) -> Plan:
    """An invitation to a private message; nothing of it is personal."""
    chosen: Chosen = dict(file.tables["public"])
    return _plan(f"{file.channel}.{topic}.service.{mood}", file, topic, chosen)


def _plan(
    script_id: str,
    file: ScriptFile,
    topic: str,
    chosen: Chosen,
    asks: bool = False,
    short: bool = False,
) -> Plan:
    turns = RULES[file.rules_of].turns if asks else SERVICE_TURNS
    subject = None
    if "subject" in file.tables:
        subject = say(choose(file.tables["subject"], frozenset((topic,))), {})
    accept, decline = (say(file.tables["labels"][key], {}) for key in ("accept", "decline"))
    return Plan(
        script_id, file.version, file.locale, file.rules_of, turns, chosen, subject, accept,
        decline, file.variant, file.edition, short,
    )  # fmt: skip
