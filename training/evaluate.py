"""Step 4: measure on a later period, beside the baselines that a shop could have for nothing.

Recall, NDCG and PHR (any hit) at 3 and 10 over all items, on the moments that an order followed;
repeat and explore apart (Li et al., "A Next Basket Recommendation Reality Check", TOIS 2023);
calibration over all moments, those without an order included.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from models.catalogue import Catalogue
from models.moment import Moment
from models.purchases import Ints
from models.recommender import Recommender
from training.examples import Example
from training.tenths import tenths

CUTS = (3, 10)
RESAMPLES = 1000
Ranked = Callable[[Moment], Ints]
"""Positions of items, best first; at least 10 where there are as many."""


def evaluate(recommender: Recommender, examples: Sequence[Example], seed: int) -> dict[str, Any]:
    """Metrics of the model and of the baselines on the same examples.

    Returns:
        `model`, `personal_frequency`, `popular`: each `{recall@3, …, ndcg@10_low, ndcg@10_high}`
        with 95% bootstrap intervals; `calibration`; `n`, `moments`.
    """
    followed = [example for example in examples if len(example.target)]
    best_sellers = by_popularity(recommender.catalogue)
    methods: dict[str, Ranked] = {
        "model": lambda moment: _by_model(recommender, moment),
        "personal_frequency": lambda moment: personal_frequency(
            recommender.catalogue, best_sellers, moment
        ),
        "popular": lambda moment: best_sellers,
    }
    measured: dict[str, Any] = {
        name: _measure(rank, followed, seed, name) for name, rank in methods.items()
    }
    measured["calibration"] = calibration(recommender, examples)
    return {**measured, "n": len(followed), "moments": len(examples)}


def recall(hits: NDArray[np.bool_], relevant: int) -> float:
    """Share of the relevant items found.

    >>> recall(np.array([True, False, True]), 4)
    0.5
    """
    return float(hits.sum() / relevant)


def ndcg(hits: NDArray[np.bool_], relevant: int) -> float:
    """Discounted gain over that of the best possible list of the same length.

    >>> round(ndcg(np.array([False, True]), 1), 4)  # 1 / log2(3)
    0.6309
    """
    discounts = 1 / np.log2(np.arange(2, len(hits) + 2))
    return float((hits * discounts).sum() / discounts[: min(relevant, len(hits))].sum())


def personal_frequency(catalogue: Catalogue, best_sellers: Ints, moment: Moment) -> Ints:
    """The customer's own items by number of orders, then what is popular: a strong baseline."""
    items, counts = np.unique(moment.history.items, return_counts=True)
    own = items[np.lexsort((-catalogue.fact("recent")[items], -counts))]
    rest = best_sellers[~np.isin(best_sellers, own)]
    return np.concatenate([own, rest]).astype(np.int32)


def by_popularity(catalogue: Catalogue) -> Ints:
    """The best sellers of late; the same for everybody."""
    top = np.argsort(-catalogue.fact("recent"), kind="stable")[: max(CUTS)]
    return top.astype(np.int32)


def calibration(recommender: Recommender, examples: Sequence[Example]) -> dict[str, Any]:
    """Predicted against realised for the three that an agent would see; see `tenths`."""
    predicted, realised = [], []
    for example in examples:
        ranking = recommender.rank(example.moment)
        top = ranking.order[: CUTS[0]]
        predicted.append(ranking.probabilities[top])
        realised.append(np.isin(ranking.candidates.items[top], example.target))
    return tenths(np.concatenate(predicted).astype(np.float64), np.concatenate(realised))


def _by_model(recommender: Recommender, moment: Moment) -> Ints:
    ranking = recommender.rank(moment)
    return np.asarray(ranking.candidates.items[ranking.order[: max(CUTS)]])


def _measure(rank: Ranked, examples: Sequence[Example], seed: int, name: str) -> dict[str, float]:
    rows: dict[str, list[float]] = {}
    for example in tqdm(examples, desc=f"evaluating {name}", unit="moment", disable=None):
        ranked, target = rank(example.moment), example.target
        owned = np.isin(target, example.moment.history.items)
        parts = {"": target, "repeat_": target[owned], "explore_": target[~owned]}
        for part, wanted in parts.items():
            if not len(wanted):
                continue
            hits = np.isin(ranked, wanted)
            for cut in CUTS:
                found = hits[:cut]
                rows.setdefault(f"{part}recall@{cut}", []).append(recall(found, len(wanted)))
                rows.setdefault(f"{part}ndcg@{cut}", []).append(ndcg(found, len(wanted)))
                rows.setdefault(f"{part}phr@{cut}", []).append(float(found.any()))
    measured = {metric: float(np.mean(values)) for metric, values in rows.items()}
    rng = np.random.default_rng(seed)
    for metric in ("recall@10", "ndcg@10"):
        values = np.asarray(rows.get(metric, [0.0]))
        means = values[rng.integers(0, len(values), (RESAMPLES, len(values)))].mean(axis=1)
        low, high = np.quantile(means, [0.025, 0.975])
        measured |= {f"{metric}_low": float(low), f"{metric}_high": float(high)}
    return measured
