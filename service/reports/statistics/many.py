"""Who looks at twenty groups finds one by chance: the false discovery rate over groups."""

from __future__ import annotations

from collections.abc import Sequence

from scipy.stats import false_discovery_control


def discoveries(p_values: Sequence[float | None], rate: float = 0.05) -> list[bool]:
    """Which groups count as found, so that at most `rate` of all that are found are false.

    Benjamini and Hochberg 1995 (JRSS B 57): p adjusted = p * groups / rank, made monotone. A group
    without a p-value (None) counts as one in which nothing was found.
    """
    if not p_values:
        return []
    given = [1.0 if p is None else p for p in p_values]
    return [bool(p <= rate) for p in false_discovery_control(given)]
