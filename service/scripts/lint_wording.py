"""The linter's look at the wording: no numbers of its own, a fair tone, letters that are cheap."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from service.scripts.channels import RULES
from service.scripts.choose import words_of
from service.scripts.gsm7 import is_gsm7
from service.scripts.placeholders import Text
from service.scripts.proofs import unbacked
from service.scripts.read import Problem, ScriptFile
from service.scripts.tone import Tone

BEFORE_ANYTHING_IS_KNOWN: Final = ("acknowledge", "service", "public")
"""Also said of contacts that are unsettled."""
WITHOUT_AN_OFFER: Final = ("acknowledge", "confirm", "service", "public", "subject")
HARD_CASES: Final = ("angry", "severe", "vulnerable")
SELF_SERVICE: Final = "web"
ON_THE_PAGE: Final = ("labels", "subject")
"""Not part of the message, so they may use any letter."""
NEEDED: Final = {
    ("close", ""): ("easy_no", "must let the customer say no: name both answers as fine"),
    ("permission", ""): ("purpose", "must say that it is about buying something"),
    ("disclosures", "price"): ("delivery", "must say what becomes of the charge for delivery"),
    ("disclosures", "returns"): ("returns", "must say that the item can be returned, and how"),
    ("public", "decline"): ("private", "must invite to a private message"),
}
"""What a text must say, by table and key (empty: all keys): the list, and the advice."""
_DIGIT: Final = re.compile(r"\d|[\u00b2\u00b3\u00b9\u00bc-\u00be]")
_A_REPLY: Final = re.compile(r"\s*(?:re|fwd?|aw|wg|tr|rv)\s*:", re.IGNORECASE)
"""A subject that pretends to answer an e-mail."""


def wording_problems(
    file: ScriptFile, tone: Tone | None, proofs: Sequence[str]
) -> Iterator[Problem]:
    """What must not be said, or must be and is not."""
    if tone is None:
        what = f"its language cannot be checked: add tone/{file.language}.toml with the word lists"
        yield Problem(file.name, "", what)
        return
    for table, entries in file.tables.items():
        for key, entry in entries.items():
            for text in entry:
                for what in _text_problems(file, table, key, text, tone, proofs):
                    yield Problem(file.name, table, f"{key} {what}")
    disclosures = file.tables.get("disclosures")
    if file.channel == SELF_SERVICE and disclosures is not None:
        texts = [text.source for entry in disclosures.values() for text in entry]
        if not any(tone.has("person", text) for text in texts):
            what = "must say how to reach a person, since no agent is there"
            yield Problem(file.name, "disclosures", what)


def _text_problems(
    file: ScriptFile, table: str, key: str, text: Text, tone: Tone, proofs: Sequence[str]
) -> Iterator[str]:
    source = text.source
    if _DIGIT.search(source):
        yield "holds a number: numbers come from the facts only, through a placeholder"
    rule = RULES[file.rules_of]
    if rule.gsm7 and table not in ON_THE_PAGE and not is_gsm7(source):
        letters = " ".join(sorted({letter for letter in source if not is_gsm7(letter)}))
        yield f"holds letters that make a text message dear: replace {letters}"
    for said, what in tone.forbidden(source):
        yield f'says "{said}", which {what}'
    if said := unbacked(tone, source, proofs):
        yield f'promises "{said}": list it in proofs.toml with what backs it, or leave it out'
    yield from _out_of_place(file, table, source, tone)
    yield from _not_said(file, table, key, source, tone)


def _out_of_place(file: ScriptFile, table: str, source: str, tone: Tone) -> Iterator[str]:
    """Words that are fine elsewhere."""
    if table in WITHOUT_AN_OFFER and (said := tone.has("selling", source)):
        yield f'says "{said}", but is also said where nothing is offered: leave it out'
    if table in BEFORE_ANYTHING_IS_KNOWN and (said := tone.has("settled", source)):
        yield f'says "{said}", but may be said while the matter is open: leave it out'
    if table == "public" and (said := tone.has("personal", source)):
        yield f'says "{said}", which is nobody else\'s business: leave it out'
    on_a_page = file.channel == SELF_SERVICE and table not in ON_THE_PAGE
    if on_a_page and (said := tone.has("agent", source)):
        yield f'says "{said}", but no single person speaks on a page: say we'
    if table == "subject" and ("!" in source or _A_REPLY.match(source)):
        yield "must be a plain subject: no exclamation mark, and no reply that it is not"


def _not_said(file: ScriptFile, table: str, key: str, source: str, tone: Tone) -> Iterator[str]:
    """What the place of a text asks for and the text does not say."""
    for where in ((table, ""), (table, key)):
        if where in NEEDED and not tone.has(NEEDED[where][0], source):
            yield NEEDED[where][1]
    if table == "acknowledge" and "ours" in words_of(key) and not tone.has("apology", source):
        yield "must say sorry, since it was our mistake"
    must_lead_on = table == "service" and (key in HARD_CASES or file.channel == SELF_SERVICE)
    if must_lead_on and not tone.has("person", source):
        yield "must say how to reach a person"
