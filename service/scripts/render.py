"""Fills the chosen texts with the facts and joins them as the channel wants.

Every number in a script comes from the facts: the library itself holds none.
"""

from __future__ import annotations

from collections.abc import Mapping

from service.scripts.channels import Rule
from service.scripts.placeholders import Entry, say

Parts = dict[str, str | list[str]]
Ready = Entry | str
"""An entry, or its text where it has no gaps."""
Chosen = dict[str, Ready | list[Ready]]
"""What is said in each part, in their order; of `disclosures` there are several."""


def fill(chosen: Chosen, values: Mapping[str, str]) -> Parts:
    """The parts with their gaps filled."""
    return {
        part: [_fill(one, values) for one in entry]
        if isinstance(entry, list)
        else _fill(entry, values)
        for part, entry in chosen.items()
    }


def _fill(ready: Ready, values: Mapping[str, str]) -> str:
    return ready if isinstance(ready, str) else say(ready, values)


def join(parts: Parts, turns: tuple[tuple[str, ...], ...], rule: Rule) -> str:
    """The parts of each turn, as many as there are, grouped as on this channel."""
    groups = (" ".join(_said(parts[part]) for part in turn if part in parts) for turn in turns)
    return rule.between.join(groups)


def _said(part: str | list[str]) -> str:
    return part if isinstance(part, str) else " ".join(part)


def with_subject(text: str, subject: str) -> str:
    """An e-mail as it is pasted: the subject as its first line."""
    return f"Subject: {subject}\n\n{text}"
