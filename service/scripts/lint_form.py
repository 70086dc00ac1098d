"""The linter's look at the form of a script: its ten parts, their order, their keys, their gaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from service.scripts.channels import PARTS
from service.scripts.choose import ASK_DIMENSIONS, SERVICE_DIMENSIONS, words_of
from service.scripts.law import NOWHERE, load_law
from service.scripts.placeholders import CERTAIN, PLACEHOLDERS, Entry, always_says
from service.scripts.read import ANY, Problem, ScriptFile

NEEDED_TABLES: Final = ("labels", *PARTS, "service")
NEEDED_KEYS: Final = {
    "labels": ("accept", "decline"),
    "disclosures": ("price", "returns"),
    "service": (ANY, "unresolved", "reopened", "escalated", "angry", "severe", "vulnerable"),
    "public": ("acknowledge", "decline"),
}
"""All other tables need `any`."""
FIXED_KEYS: Final = ("labels", "public")
NAMED_FREELY: Final = ("disclosures",)

_NOTHING: Final[frozenset[str]] = frozenset()
_NAME: Final = frozenset({"first_name"})
ALLOWED: Final = {
    "labels": _NOTHING, "subject": _NOTHING, "public": _NOTHING,
    "acknowledge": _NAME, "confirm": _NAME, "service": _NAME,
}  # fmt: skip
"""Placeholders by table; all others may use any. The first three are seen before or by anybody,
the next three are also said where nothing is offered and no item is known."""


def form_problems(file: ScriptFile) -> Iterator[Problem]:
    """What is missing, misplaced or misspelt."""
    for table in NEEDED_TABLES:
        if table not in file.tables:
            yield Problem(file.name, table, "is missing: add the table with its texts")
    yield from out_of_order(file)
    for table, entries in file.tables.items():
        for key in NEEDED_KEYS.get(table, (ANY,)):
            if key not in entries:
                yield Problem(file.name, table, f"needs a text for {key}")
        yield from (Problem(file.name, table, what) for what in _keys(table, entries))
        for key, entry in entries.items():
            yield from (Problem(file.name, table, f"{key} {what}") for what in _gaps(table, entry))
    yield from (Problem(file.name, table, what) for table, what in _facts_that_must_be_said(file))
    email = file.rules_of == "email"
    if email != ("subject" in file.tables):
        what = (
            "is missing: an e-mail needs one" if email else "belongs into e-mails only: remove it"
        )
        yield Problem(file.name, "subject", what)


def out_of_order(file: ScriptFile) -> Iterator[Problem]:
    """The first of the ten parts that does not stand in its place."""
    found = [table for table in file.tables if table in PARTS]
    for table, expected in zip(found, sorted(found, key=PARTS.index), strict=True):
        if table != expected:
            order = ", ".join(PARTS)
            yield Problem(file.name, table, f"stands in the wrong place: the order is {order}")
            return


def _keys(table: str, entries: Mapping[str, Entry]) -> Iterator[str]:
    if table in NAMED_FREELY:
        return
    if table in FIXED_KEYS:
        for key in entries.keys() - NEEDED_KEYS[table]:
            yield f"{key} is not known here: use {', '.join(NEEDED_KEYS[table])}"
        return
    dimensions = SERVICE_DIMENSIONS if table == "service" else ASK_DIMENSIONS
    places = () if table in ("service", "subject") else load_law().packs.keys() - NOWHERE
    known = frozenset(places).union(*dimensions.values())
    seen: dict[frozenset[str], str] = {}
    for key in entries:
        words = words_of(key)
        if unknown := words - known:
            yield (
                f"{key} holds {', '.join(sorted(unknown))}, which is true of no contact:"
                f" use any or words of {', '.join(sorted(known))}"
            )
        for name, values in dimensions.items():
            if len(words & set(values)) > 1 and not words & {"angry"}:
                yield f"{key} names two values of {name}, which are never true together"
        if words in seen:
            yield f"{key} says the same as {seen[words]}: keep one"
        seen[words] = key


def _gaps(table: str, entry: Entry) -> Iterator[str]:
    allowed = ALLOWED.get(table, PLACEHOLDERS.keys())
    for text in entry:
        for name in sorted(text.whole.needs - allowed):
            what = "use {first_name} or none" if allowed else "use none"
            yield f"must not hold {{{name}}} here: {what}"
    certain = CERTAIN & allowed
    if not any(sentence.needs <= certain for sentence in entry[-1].sentences):
        names = ", ".join(f"{{{name}}}" for name in sorted(entry[-1].whole.needs - certain))
        yield f"says nothing when {names} is not known: add an alternative without it at the end"


def _facts_that_must_be_said(file: ScriptFile) -> Iterator[tuple[str, str]]:
    offers, recaps = file.tables.get("offer", {}), file.tables.get("recap", {})
    for key, entry in offers.items():
        if not always_says(entry, "item_name"):
            yield "offer", f"{key} must name the {{item_name}} whatever else is known"
        disclosed = file.tables.get("disclosures", {}).values()
        if not always_says(entry, "price") and not any(
            always_says(disclosure, "price") for disclosure in disclosed
        ):
            yield "offer", f"{key} must state the {{price}}, or a disclosure must"
    for key, entry in recaps.items():
        if not always_says(entry, "price"):
            yield "recap", f"{key} must state the total: {{price}}"
