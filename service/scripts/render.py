"""Joins the chosen texts as the channel wants, and fills them with the facts.

Every number in a script comes from the facts: the library itself holds none.
"""

from __future__ import annotations

from collections.abc import Mapping

from service.scripts.channels import Rule
from service.scripts.placeholders import Sentence, joined

Parts = dict[str, str | list[str]]
Open = dict[str, Sentence | list[Sentence]]
"""The same with their gaps."""


def fill(parts: Open, values: Mapping[str, str]) -> Parts:
    """The parts with their gaps filled."""
    return {
        part: [one.fill(values) for one in said] if isinstance(said, list) else said.fill(values)
        for part, said in parts.items()
    }


def join(parts: Open, turns: tuple[tuple[str, ...], ...], rule: Rule) -> Sentence:
    """The parts of each turn, as many as there are, grouped as on this channel."""
    said = [[_whole(parts[part]) for part in turn if part in parts] for turn in turns]
    return joined(rule.between, [joined(" ", turn) for turn in said if turn])


def _whole(part: Sentence | list[Sentence]) -> Sentence:
    return joined(" ", part) if isinstance(part, list) else part


def with_subject(text: str, subject: str) -> str:
    """An e-mail as it is pasted: the subject as its first line."""
    return f"Subject: {subject}\n\n{text}"
