"""The linter's look at lengths: each text with the longest values, by the channel's own rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.scripts.channels import (
    AFTER_THE_ANSWER,
    PARTS,
    RULES,
    SERVICE_TURNS,
    SUBJECT_CHARACTERS,
    Rule,
)
from service.scripts.longest import longest_values
from service.scripts.placeholders import Entry, plain, say
from service.scripts.read import Problem, ScriptFile
from service.scripts.render import Open, join, with_subject

LABEL = 30
"""Proposed: what fits a button; Salesforce allows 80 and advises less."""


def length_problems(file: ScriptFile) -> Iterator[Problem]:
    """Texts that cannot fit when everything is as long as it may be, naming the worst case."""
    rule = RULES[file.rules_of]
    values = longest_values(file.rules_of, file.language)
    for table, limit in (("labels", LABEL), ("subject", SUBJECT_CHARACTERS)):
        for key, entry in file.tables.get(table, {}).items():
            if (length := len(say(entry, {}))) > limit:
                what = f"{key} has {length} of {limit} characters: shorten it"
                yield Problem(file.name, table, what)
    if not all(file.tables.get(part) for part in (*PARTS, "service")):
        return
    longest = {part: _longest(file.tables[part], values, rule) for part in (*PARTS, "service")}
    said: Open = {part: plain(text) for part, (_, text) in longest.items()}
    disclosures = file.tables["disclosures"].values()
    asked = {**said, "disclosures": [plain(say(entry, values)) for entry in disclosures]}
    asking = join(asked, rule.turns, rule).fill({})
    yield from _too_long(file, rule, asking, PARTS[:8], longest)
    for part in AFTER_THE_ANSWER:
        yield from _too_long(file, rule, longest[part][1], (part,), longest)
    closing = join({**said, "decline": said["service"]}, SERVICE_TURNS, rule).fill({})
    parts = ("acknowledge", "confirm", "service")
    yield from _too_long(file, rule, closing, parts, longest)
    for entry in file.tables.get("public", {}).values():
        for text in entry:
            yield from _too_long(file, rule, text.source, ("public",), {})


def _longest(table: Mapping[str, Entry], values: Mapping[str, str], rule: Rule) -> tuple[str, str]:
    """(key, filled text) of the longest text in a table."""
    filled = ((key, text.whole.fill(values)) for key, entry in table.items() for text in entry)
    return max(filled, key=lambda found: rule.room_of(found[1]))


def _too_long(
    file: ScriptFile,
    rule: Rule,
    text: str,
    parts: tuple[str, ...],
    longest: Mapping[str, tuple[str, str]],
) -> Iterator[Problem]:
    if subjects := file.tables.get("subject"):
        text = with_subject(text, max((say(entry, {}) for entry in subjects.values()), key=len))
    length = rule.measure(text)
    if length.value <= length.limit:
        return
    sizes = [(rule.room_of(longest[part][1]), part) for part in parts if part in longest]
    worst = ", ".join(f"{part}.{longest[part][0]} {size}" for size, part in sizes)
    table = max(sizes)[1] if sizes else parts[0]
    yield Problem(
        file.name,
        table,
        f"does not fit: with the longest values {length.value} of {length.limit} {length.unit}"
        f" ({worst or 'this text alone'}): shorten the longest of these",
    )
