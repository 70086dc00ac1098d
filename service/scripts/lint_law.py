"""The linter's look at the law: what a text must say where its language is spoken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from service.scripts.channels import PARTS, RULES
from service.scripts.choose import words_of
from service.scripts.law import Law, load_law
from service.scripts.law_checks import Asked, broken
from service.scripts.money import FORMATS
from service.scripts.placeholders import Entry
from service.scripts.read import Problem, ScriptFile
from service.scripts.tone import Tone

ADVICE: Final = {
    "permission_before_offer": ("permission", "ask for permission before the offer"),
    "purpose_named": ("permission", "say that it is about buying something"),
    "goods_named": ("offer", "name the {item_name}"),
    "price_before_consent": ("offer", "state the {price} before the closing question"),
    "terms_before_consent": ("disclosures", "say what delivery costs and how an item goes back"),
    "easy_no": ("close", "let the customer say no"),
    "total_in_recap": ("recap", "state the total, {price}"),
    "no_more_named": ("disclosures", "say how to get no more such ideas"),
    "withdrawal_named": ("recap", "name the right to cancel within fourteen days, in words"),
    "way_to_a_person": ("disclosures", "say how to reach a person"),
    "no_card_data": ("", "ask for no card data"),
    "service_first": ("subject", "put the service first, under a subject that sells nothing"),
}
"""Where each check of the text is best met, and how."""


def law_problems(file: ScriptFile, tone: Tone, law: Law) -> Iterator[Problem]:
    """Each rule that a file may break in a place where its language is spoken, told once."""
    if not set(PARTS) <= file.tables.keys():
        return
    told = set()
    locales = (file.locale, *FORMATS.get(file.language, ()))
    for jurisdiction in dict.fromkeys(map(law.jurisdiction, locales)):
        asked = asked_in(file, tone, law.packs[jurisdiction])
        for rule in law.on(jurisdiction, file.rules_of):
            for name in broken(rule.requires, asked):
                if (rule.id, name) not in told:
                    told.add((rule.id, name))
                    table, what = ADVICE[name]
                    yield Problem(file.name, table, f"breaks {rule.id} ({rule.source}): {what}")


def asked_in(file: ScriptFile, tone: Tone, packs: frozenset[str]) -> Asked:
    """All that may be said of a file in a jurisdiction."""
    places = frozenset(load_law().packs)
    parts = {part: list(_heard(file.tables[part], packs, places)) for part in PARTS}
    subjects = list(file.tables.get("subject", {}).values())
    return Asked(parts, RULES[file.rules_of].turns, subjects, tone)


def _heard(
    table: Mapping[str, Entry], packs: frozenset[str], places: frozenset[str]
) -> Iterator[Entry]:
    """The entries of a table that may be chosen: none that an entry for this place replaces."""
    keys = {words_of(key): key for key in table}
    for words, key in keys.items():
        if words & places - packs:
            continue
        if any(words | {pack} in keys for pack in packs - words):
            continue
        yield table[key]
