"""Words that a service conversation must not hold, by language, with what to do instead.

A language without a list here is read by people only; add its list with its scripts.
"""

from __future__ import annotations

import re
from typing import Final

UNSETTLED: Final = frozenset({"unresolved", "reopened", "escalated"})
"""With these reasons nothing may be said to be settled."""


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


NEVER: Final = {
    "en": (
        (_words("just"), "makes the request sound smaller than it is: leave the word out"),
        (_words("polic(?:y|ies)"), "hides behind a rule: say what we do and why"),
        (_words("valued customers?"), "is said to everybody: use {first_name} or nothing"),
        (
            _words("(?:while|since|as) (?:i|we)(?:'ve| have)(?: got)? you"),
            "makes the customer's trouble our chance: ask for permission instead",
        ),
        (
            _words(
                "hurry|last chance|act (?:now|fast)|limited[- ]time|today only|only today"
                "|ends (?:today|tonight|soon)|expires|before it(?:'s| is) (?:gone|too late)"
                "|right now|don't wait|immediately"
            ),
            "is false urgency: leave it out",
        ),
        (
            _words(
                "selling (?:out|fast)|while (?:stocks?|supplies) lasts?|almost gone"
                "|only (?:a )?few|(?:few|last one) left|limited (?:stock|supply|edition)|in demand"
                "|exclusive(?:ly)?|don't miss(?: out)?|miss out|once in a lifetime"
            ),
            "is false scarcity: leave it out",
        ),
        (
            _words(
                "after (?:all|everything) (?:i|we)|disappoint(?:ed|ing)? (?:me|us)|you owe"
                "|least you (?:can|could)|do (?:me|us) a favour|it would be a (?:shame|pity)"
                "|you(?:'ll| will) regret|let (?:me|us) down|help me (?:out|reach)|my target"
                "|are you sure|why not"
            ),
            "lays guilt or pressure on the customer: leave it out",
        ),
        (
            _words("hold-?outs?|control groups?|test groups?|experiments?|a/b"),
            "tells of the measurement: a customer is never told about it",
        ),
    ),
}
"""Tone rules for all texts: (pattern, what is wrong and what to do)."""

SELLING: Final = {
    "en": _words(
        "buy|buying|sell|selling|sale|sales|purchas\\w*|offers?|offered|suggest\\w*|recommend\\w*"
        "|deals?|discounts?|bargains?|shopping|vouchers?|add it"
    ),
}
"""Not in words for contacts that end without an offer."""

SETTLED: Final = {
    "en": _words(
        "(?:re)?solved|sorted|settled|fixed|done|completed?|finished|taken care of|put right"
        "|all set|in order|corrected|arranged|closed"
    ),
}
"""Not where the contact is unsettled, or may be."""

PERSON: Final = {
    "en": _words("person|people|colleagues?|team|supervisor|call us|phone us|speak to us"),
}
"""A way to a human being, as self-service and the hard cases must give."""

PURPOSE: Final = {"en": _words("buy|buying|purchases?|sell|sale|order|ordering")}
"""The permission ask names that it is about selling."""
