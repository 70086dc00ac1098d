"""Everything learned, in one value: the catalogue, the candidate sources and the ranker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.candidates.base import Candidates, Source, gather
from models.catalogue import Catalogue
from models.features import features
from models.moment import Moment
from models.purchases import Floats
from models.ranker import Ranker


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates with what was computed of them; every array is aligned with `candidates.items`.

    Attributes:
        order: places into the arrays, most likely first, int64[n].
        table: the features, float32[n, len(FEATURES)].
        probabilities: calibrated, float32[n].
    """

    candidates: Candidates
    order: NDArray[np.int64]
    table: Floats
    probabilities: Floats


@dataclass(frozen=True)
class Recommender:
    """Proposes and ranks; holds no state that a request could change."""

    catalogue: Catalogue
    sources: tuple[Source, ...]
    ranker: Ranker

    def rank(self, moment: Moment) -> Ranking:
        """All candidates for a moment, most likely first; ties in the order of the catalogue."""
        candidates = gather(self.sources, moment)
        table = features(moment, candidates, self.catalogue)
        log_odds = self.ranker.log_odds(table)
        return Ranking(
            candidates=candidates,
            order=(-log_odds).argsort(kind="stable"),
            table=table,
            probabilities=self.ranker.probability(log_odds),
        )
