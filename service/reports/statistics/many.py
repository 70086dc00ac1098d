"""Who looks at twenty groups finds one by chance: the false discovery rate over groups."""

from __future__ import annotations

from collections.abc import Sequence


def discoveries(p_values: Sequence[float | None], rate: float = 0.05) -> list[bool]:
    """Which groups count as found, so that at most `rate` of all that are found are false.

    The largest k with p(k) <= rate * k / groups, and all that are no larger than p(k) (Benjamini
    and Hochberg 1995, JRSS B 57). A group without a p-value (None) is one more group in which
    nothing was found.
    """
    given = [1.0 if p is None else p for p in p_values]
    limit = max(
        (p for rank, p in enumerate(sorted(given), 1) if p <= rate * rank / len(given)),
        default=-1.0,
    )
    return [p <= limit for p in given]
