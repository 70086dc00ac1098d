"""The model in service: polled, verified, warmed and then swapped in one step."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any

import numpy as np

from models import bundle
from models.bundle import BadBundle, Bundle
from models.features import FEATURES
from models.moment import Moment
from models.purchases import no_history
from service.decision.known import known_of
from service.errors import BadInput, ModelInUse, NotFound
from service.profile import SECONDS_A_DAY, bought_of, history_in

log = logging.getLogger(__name__)
ONE_GROUP = np.zeros(len(FEATURES), dtype=np.int32)


class ModelKeeper:
    """Holds one bundle. A bad one is refused, counted and shown; the old one goes on serving."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.serving: Bundle | None = None
        self.refused: dict[str, str] = {}
        """Versions that were found unfit, and why; forgotten when `CURRENT` is written again."""
        self._seen: tuple[int, int] | None = None
        self._lock = threading.Lock()

    def poll(self) -> None:
        """Serve what `CURRENT` names, if it changed and is good."""
        with self._lock:
            mark = self._mark()
            if mark is None or mark == self._seen:
                return
            self._seen, self.refused = mark, {}
            serving = self.serving.version if self.serving else None
            version = "?"
            try:
                version = bundle.current(self.folder) or "?"
                if version != serving:
                    loaded = bundle.load(self.folder, version)
                    warm(loaded)
                    self.serving = loaded
            except Exception as error:  # a bundle is foreign input, and may be wrong in any way
                self.refused[version] = str(error)
                log.error("model %s refused, %s goes on serving: %s", version, serving, error)

    def _mark(self) -> tuple[int, int] | None:
        """Changes whenever `CURRENT` is replaced, also by what it was before."""
        try:
            found = (self.folder / "CURRENT").stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    def versions(self) -> list[dict[str, Any]]:
        """Every published version, newest first, with its state and what it measured."""
        listed: list[dict[str, Any]] = []
        for version in bundle.versions(self.folder):
            try:
                manifest = bundle.read_manifest(self.folder, version)
            except BadBundle as error:
                listed.append({"version": version, "state": "refused", "detail": str(error)})
                continue
            listed.append(
                {
                    "version": version,
                    "state": self._state(version),
                    "trained_at": manifest.get("trained_at"),
                    "data_until": manifest.get("data_until"),
                    "rows": manifest.get("rows"),
                    "metrics": manifest.get("metrics"),
                }
            )
        return listed

    def activate(self, version: str) -> None:
        """Make a version the current one; every worker swaps to it within seconds.

        Raises:
            NotFound: there is no such version.
            BadInput: it was retired, or is not fit to serve.
        """
        self._must_exist(version)
        if bundle.is_retired(self.folder, version):
            raise BadInput(f"{version} was retired; activate another version.")
        try:
            bundle.load(self.folder, version)
        except BadBundle as error:
            raise BadInput(f"{version} cannot serve: {error}") from error
        bundle.activate(self.folder, version)
        self.poll()

    def retire(self, version: str) -> None:
        """Take a version out of use for good.

        Raises:
            NotFound: there is no such version.
            ModelInUse: it is the current one.
        """
        self._must_exist(version)
        if bundle.current(self.folder) == version:
            raise ModelInUse(f"{version} is in service; activate another version first.")
        bundle.retire(self.folder, version)

    def _must_exist(self, version: str) -> None:
        if version not in bundle.versions(self.folder):
            raise NotFound(f"There is no model {version!r}; GET /v1/models lists them.")

    def _state(self, version: str) -> str:
        if self.serving is not None and self.serving.version == version:
            return "serving"
        if version in self.refused:
            return "refused"
        return "retired" if bundle.is_retired(self.folder, version) else "available"


def warm(loaded: Bundle) -> None:
    """Rank for a stranger and for a customer with orders, so that no caller waits for a page, or
    for what is still to be compiled."""
    ids = loaded.recommender.catalogue.ids
    lines = [(20_000.0 * SECONDS_A_DAY, ids[place], 1.0, 1.0) for place in range(min(len(ids), 20))]
    history = history_in(bought_of(lines, [], []), ids)
    for known in (no_history(), history):
        ranking = loaded.recommender.rank(Moment(known, 20_010.0, "return", history.items[:1]))
        loaded.recommender.ranker.contributions(ranking.table[:1], ONE_GROUP)
        known_of(ranking, [0])
        if not np.isfinite(ranking.probabilities).all():
            raise BadBundle(f"{loaded.version} answers with values that are not numbers")
