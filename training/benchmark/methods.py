"""Who takes part, by name."""

from __future__ import annotations

from itertools import product as combinations

from training.benchmark.factors import Als, Bpr
from training.benchmark.frequency import Personal, Popular
from training.benchmark.neighbours import ItemNeighbours
from training.benchmark.product import product
from training.benchmark.task import Method
from training.benchmark.tifu_knn import TifuKnn
from training.benchmark.tuning import tuned
from training.benchmark.up_cf import UserPopularity

PRODUCT = "Encore"

TIFU_KNN = [
    TifuKnn(group, within, between, neighbours, own)
    for (group, within, between), neighbours, own in combinations(
        [(7, 0.9, 0.7), (3, 0.9, 0.7), (3, 0.9, 0.6), (3, 0.9, 0.9), (7, 0.95, 0.9)],
        [300, 100, 900],
        [0.7, 0.4, 0.2, 0.1, 0.05, 0.02],
    )
]
UP_CF = [
    UserPopularity(recency, asymmetry, locality)
    for recency, asymmetry, locality in combinations(
        [5, 25], [0.25, 0.0, 0.5, 0.75], [5, 1, 2, 3, 10]
    )
]

BASELINES: dict[str, Method] = {
    "most popular": tuned("most popular", [Popular(float("inf"))]),
    "most popular, last 30 days": tuned("most popular, last 30 days", [Popular(30.0)]),
    "personal frequency": tuned("personal frequency", [Personal(newest_first=True)]),
    "personal + global frequency": tuned("personal + global frequency", [Personal()]),
    "personal frequency, decayed": tuned(
        "personal frequency, decayed", [Personal(decay) for decay in (0.9, 0.95, 0.8, 0.7, 0.6)]
    ),
    "TIFU-KNN": tuned("TIFU-KNN", TIFU_KNN),
    "UP-CF@r": tuned("UP-CF@r", UP_CF),
    "ALS": tuned("ALS", [Als(*chosen) for chosen in combinations([64, 128, 32], [1.0, 4.0, 16.0])]),
    "BPR": tuned("BPR", [Bpr(*chosen) for chosen in combinations([64, 16], [0.05, 0.02, 0.01])]),
    "BM25 item neighbours": tuned(
        "BM25 item neighbours", [ItemNeighbours("bm25", k) for k in (100, 20, 500)]
    ),
    "cosine item neighbours": tuned(
        "cosine item neighbours", [ItemNeighbours("cosine", k) for k in (100, 20, 500)]
    ),
}

METHODS: dict[str, Method] = {PRODUCT: product, **BASELINES}
"""The product, under the name `PRODUCT`, and the baselines."""
