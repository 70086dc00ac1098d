"""All of a script that does not depend on the single customer, put together once and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.scripts.channels import PARTS, RULES, SERVICE_TURNS, Rule
from service.scripts.choose import choose
from service.scripts.facts import Words
from service.scripts.placeholders import Entry, constant, say
from service.scripts.read import ScriptFile
from service.scripts.render import Chosen, Ready, fill, join, with_subject
from service.scripts.tone import UNSETTLED


@dataclass(frozen=True, slots=True)
class Plan:
    """The texts for one sort of contact, with their gaps still open."""

    id: str
    version: int
    locale: str
    rule: Rule
    turns: tuple[tuple[str, ...], ...]
    chosen: Chosen
    subject: str | None
    accept_label: str
    decline_label: str

    def write(self, values: Mapping[str, str]) -> Words:
        """The words for one customer: filled, joined and measured."""
        parts = fill(self.chosen, values)
        text = join(parts, self.turns, self.rule)
        if self.subject is not None:
            text = with_subject(text, self.subject)
        return Words(
            self.id, self.version, self.locale, parts, text, *self.rule.measure(text),
            self.accept_label, self.decline_label, self.subject,
        )  # fmt: skip


def ask_plan(file: ScriptFile, topic: str, kind: str, mood: str, fault: str) -> Plan:
    """The ten parts of an ask."""
    true_of_it = frozenset((topic, kind, mood, fault))
    chosen: Chosen = {}
    for part in PARTS:
        if part == "disclosures":
            chosen[part] = [_ready(entry) for entry in file.tables[part].values()]
        else:
            chosen[part] = _ready(choose(file.tables[part], true_of_it))
    return _plan(f"{file.channel}.{topic}.{kind}.{mood}", file, topic, chosen, asks=True)


def service_plan(
    file: ScriptFile, topic: str, reason: str, mood: str, fault: str, resolved: bool
) -> Plan:
    """Acknowledge, confirm where that is true, and the closing line."""
    true_of_it = frozenset((topic, reason, mood, fault))
    chosen: Chosen = {"acknowledge": _ready(choose(file.tables["acknowledge"], true_of_it))}
    if resolved and reason not in UNSETTLED:
        chosen["confirm"] = _ready(choose(file.tables["confirm"], true_of_it))
    chosen["decline"] = _ready(choose(file.tables["service"], true_of_it))
    return _plan(f"{file.channel}.{topic}.service.{mood}", file, topic, chosen)


def public_plan(file: ScriptFile, topic: str, mood: str) -> Plan:
    """An invitation to a private message; nothing of it is personal."""
    chosen: Chosen = {part: _ready(entry) for part, entry in file.tables["public"].items()}
    return _plan(f"{file.channel}.{topic}.service.{mood}", file, topic, chosen)


def _plan(script_id: str, file: ScriptFile, topic: str, chosen: Chosen, asks: bool = False) -> Plan:
    rule = RULES[file.rules_of]
    turns = rule.turns if asks else SERVICE_TURNS
    subject = None
    if "subject" in file.tables:
        subject = say(choose(file.tables["subject"], frozenset((topic,))), {})
    accept, decline = (say(file.tables["labels"][key], {}) for key in ("accept", "decline"))
    return Plan(script_id, file.version, file.locale, rule, turns, chosen, subject, accept, decline)


def _ready(entry: Entry) -> Ready:
    text = constant(entry)
    return entry if text is None else text
