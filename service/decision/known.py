"""What the ranking knew of an item, rounded: for whoever reads a record or an explanation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.candidates import SOURCES
from models.compiled import compiled
from models.features import FEATURES
from models.purchases import Floats
from models.recommender import Ranking

NAMES: Final = tuple(source.name for source in SOURCES)


def known_of(ranking: Ranking, places: Sequence[int]) -> list[tuple[list[float], dict[str, float]]]:
    """(Features in the order of `FEATURES`, scores by source) of the items at these places.

    Features have four decimals, scores five; a source that gave the item nothing is left out.
    """
    rounded = np.empty((len(places), len(FEATURES) + len(NAMES)))
    _round(ranking.table, ranking.candidates.scores, np.array(places), rounded)
    return [
        (
            row[: len(FEATURES)],
            {name: score for name, score in zip(NAMES, row[len(FEATURES) :], strict=True) if score},
        )
        for row in rounded.tolist()
    ]


@compiled
def _round(
    table: Floats, scores: Floats, places: NDArray[np.int64], rounded: NDArray[np.float64]
) -> None:
    """Features and scores side by side, into float64[places, features + sources].

    As doubles, since a rounded float32 would show more digits. No score is rounded to nothing.
    """
    features = table.shape[1]
    for row in range(len(places)):
        place = places[row]
        for column in range(features):
            rounded[row, column] = np.rint(np.float64(table[place, column]) * 1e4) / 1e4
        for source in range(len(scores)):
            score = np.float64(scores[source, place])
            some = max(np.rint(score * 1e5), 1.0) / 1e5
            rounded[row, features + source] = some if score > 0 else 0.0
