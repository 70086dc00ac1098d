"""Renders scripts for many item names, and says how many fit and what one takes.

    python -m tests.bench.words NAMES.txt    one name per line; absent, 10,000 made ones

Each name is said on every channel, for every kind and every mood in which asking is allowed;
country, topic, fault, wording, price and short form take turns.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path

from models.domain import CHANNELS, FAULTS, KINDS, MOODS, TOPICS, Money
from service.decision.policy import load_policy
from service.scripts.facts import Facts
from service.scripts.library import load_library
from service.scripts.money import FORMATS

MADE = 10_000
LOCALES = tuple(locale for locales in FORMATS.values() for locale in locales)
CURRENCIES = ("GBP", "EUR", "USD", "CHF")


def made_names(rng: random.Random) -> Iterator[str]:
    words = ("oak", "Étagère", "Bücherregal", "SET OF", "silla", "white", "30", "x", "cm", "½", "✿")
    for _ in range(MADE):
        yield " ".join(rng.choices(words, k=rng.randint(1, 20)))


def facts_of(names: Sequence[str], rng: random.Random) -> Iterator[Facts]:
    moods = [mood for mood in MOODS if mood not in load_policy().angry]
    turn = 0
    for name in names:
        for channel, kind, mood in product(CHANNELS, KINDS, moods):
            turn += 1
            yield Facts(
                channel=channel,
                topic=TOPICS[turn % len(TOPICS)],
                kind=kind,
                item_name=name,
                price=Money(Decimal(rng.randint(10, 99_999)) / 100, CURRENCIES[turn % 4]),
                mood=mood,
                locale=LOCALES[turn % len(LOCALES)],
                fault=FAULTS[turn % len(FAULTS)],
                first_name="Lea",
                returned_item_name=names[turn * 7 % len(names)],
                last_bought_on=date(2026, 1 + turn % 12, 1 + turn % 28),
                short=turn % 5 == 0,
            )


def main(arguments: Sequence[str]) -> None:
    rng = random.Random(1)
    path = Path(arguments[0]) if arguments else None
    names = path.read_text(encoding="utf-8").splitlines() if path else list(made_names(rng))
    library, counted, took = load_library(), Counter[str](), []
    for turn, facts in enumerate(facts_of(names, rng)):
        began = time.thread_time()
        variants = library.variants(facts)
        words = library.write(facts, variants[turn % len(variants)])
        took.append(time.thread_time() - began)
        counted["rendered"] += 1
        counted["within the limit"] += words.length_value <= words.length_limit
        counted["text messages"] += facts.channel == "sms"
        counted["of them in plain letters"] += words.length_unit == "septets"
    took.sort()
    print(f"{len(names):,} names")
    for what, count in counted.items():
        print(f"{count:,} {what}")
    at = {"median": 0.5, "99 of 100": 0.99, "999 of 1,000": 0.999}
    figures = (f"{name} {took[int(len(took) * share)] * 1e6:.0f} us" for name, share in at.items())
    print("processor time of one script: " + ", ".join(figures))


if __name__ == "__main__":
    main(sys.argv[1:])
