"""Step 6 and 7: write the bundle, then point `CURRENT` at it. Workers notice within seconds."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models import bundle
from models.recommender import Recommender
from training.load import Dataset

KEPT_VERSIONS = 14
"""To roll back to: two weeks of nights."""


def serving_metrics(bundles: Path) -> Mapping[str, Any] | None:
    """What the model in service had measured; None when none serves or it cannot be read."""
    version = bundle.current(bundles)
    if version is None:
        return None
    try:
        return dict(bundle.read_manifest(bundles, version)["metrics"])
    except (bundle.BadBundle, KeyError):
        return None  # a bad bundle is no bar: what replaces it is measured on its own


def publish(
    bundles: Path,
    recommender: Recommender,
    data: Dataset,
    measured: Mapping[str, Any],
    seed: int,
    now: datetime,
) -> str:
    """Save a new version and activate it; returns the version."""
    version = f"{now:%Y%m%dT%H%MZ}-{secrets.token_hex(2)}"
    facts = {
        "trained_at": now.isoformat(timespec="seconds"),
        "data_until": datetime.fromtimestamp(data.purchases.days[-1] * 86_400, UTC).isoformat(),
        "seed": seed,
        "rows": {
            "lines": len(data.purchases),
            "customers": data.customers,
            "items": len(data.item_ids),
            "contacts": len(data.contacts.days),
        },
        "metrics": measured,
    }
    bundle.save(bundles, version, recommender, facts)
    bundle.load(bundles, version)  # what cannot be loaded here must not be activated
    bundle.activate(bundles, version)
    bundle.prune(bundles, KEPT_VERSIONS)
    return version
