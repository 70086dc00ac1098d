"""The linter's look at the wording: no numbers of its own, a fair tone, letters that are cheap."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from service.scripts.channels import RULES
from service.scripts.gsm7 import is_gsm7
from service.scripts.read import Problem, ScriptFile
from service.scripts.tone import NEVER, PERSON, PURPOSE, SELLING, SETTLED

Words = Mapping[str, re.Pattern[str]]

BEFORE_ANYTHING_IS_KNOWN = ("acknowledge", "service", "public")
"""Also said of contacts that are unsettled."""
WITHOUT_AN_OFFER = ("acknowledge", "confirm", "service", "public", "subject")
HARD_CASES = ("angry", "severe", "vulnerable")
SELF_SERVICE = "web"
ON_THE_PAGE = ("labels", "subject")
"""Not part of the message, so they may use any letter."""


def wording_problems(file: ScriptFile) -> Iterator[Problem]:
    """What must not be said, or must be and is not."""
    for table, entries in file.tables.items():
        for key, entry in entries.items():
            for text in entry:
                for what in _text_problems(file, table, key, text.source):
                    yield Problem(file.name, table, f"{key} {what}")
    disclosures = file.tables.get("disclosures", {}).values()
    person = PERSON.get(file.language)
    if file.channel == SELF_SERVICE and person:
        texts = [text.source for entry in disclosures for text in entry]
        if not any(map(person.search, texts)):
            what = "must say how to reach a person, since no agent is there"
            yield Problem(file.name, "disclosures", what)


def _text_problems(file: ScriptFile, table: str, key: str, source: str) -> Iterator[str]:
    if any(letter.isdigit() for letter in source):
        yield "holds a number: numbers come from the facts only, through a placeholder"
    rule = RULES[file.rules_of]
    if rule.gsm7 and table not in ON_THE_PAGE and not is_gsm7(source):
        letters = " ".join(sorted({letter for letter in source if not is_gsm7(letter)}))
        yield f"holds letters that make a text message dear: replace {letters}"
    yield from _tone(file, table, key, source)


def _tone(file: ScriptFile, table: str, key: str, source: str) -> Iterator[str]:
    language = file.language
    for pattern, what in NEVER.get(language, ()):
        if found := pattern.search(source):
            yield f'says "{found[0]}", which {what}'
    if table in WITHOUT_AN_OFFER and (found := _found(SELLING, language, source)):
        yield f'says "{found[0]}", but is also said where nothing is offered: leave it out'
    if table in BEFORE_ANYTHING_IS_KNOWN and (found := _found(SETTLED, language, source)):
        yield f'says "{found[0]}", but may be said while the matter is open: leave it out'
    if table == "permission" and language in PURPOSE and not _found(PURPOSE, language, source):
        yield "must say that it is about buying something"
    must_lead_on = table == "service" and (key in HARD_CASES or file.channel == SELF_SERVICE)
    if must_lead_on and language in PERSON and not _found(PERSON, language, source):
        yield "must say how to reach a person"


def _found(words: Words, language: str, source: str) -> re.Match[str] | None:
    """The first of a language's words in the text; None where there are no such words."""
    return words[language].search(source) if language in words else None
