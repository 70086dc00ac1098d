"""A bundle comes back as it was saved; a damaged one is refused before it is used."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models import bundle
from models.bundle import BadBundle
from models.candidates import SOURCES
from models.catalogue import FACTS, Catalogue
from models.features import FEATURES
from models.ids import Ids
from models.moment import Moment
from models.purchases import no_history
from models.ranker import DEPTH, Ranker
from models.recommender import Recommender
from tests.contract.test_sources import N_ITEMS, TODAY, a_past, history_of

VERSION = "20261123T0200Z-5f2c"


@pytest.fixture(scope="module")
def recommender() -> Recommender:
    rng = np.random.default_rng(1)
    catalogue = Catalogue(
        ids=Ids.of([f"item-ä-{n}" for n in range(N_ITEMS)]),
        categories=np.zeros(N_ITEMS, dtype=np.int32),
        facts=np.ones((N_ITEMS, len(FACTS)), dtype=np.float32),
        seasons=np.zeros((N_ITEMS, 12), dtype=np.float32),
        return_rates=np.full(N_ITEMS, 0.1, dtype=np.float32),
    )
    ranker = Ranker(
        features=rng.integers(0, len(FEATURES), (4, 2**DEPTH - 1)).astype(np.int16),
        thresholds=rng.normal(size=(4, 2**DEPTH - 1)).astype(np.float32),
        values=rng.normal(size=(4, 2 ** (DEPTH + 1) - 1)).astype(np.float32),
        baseline=np.zeros(1, dtype=np.float32),
        raw=np.array([-3, 3], dtype=np.float32),
        calibrated=np.array([0.1, 0.9], dtype=np.float32),
    )
    sources = tuple(kind.fit(a_past(), seed=1) for kind in SOURCES)
    return Recommender(catalogue, sources, ranker)


@pytest.fixture
def published(tmp_path: Path, recommender: Recommender) -> Path:
    bundle.save(tmp_path, VERSION, recommender, {"trained_at": "2026-11-23T02:00:00+00:00"})
    bundle.activate(tmp_path, VERSION)
    return tmp_path


def test_what_was_saved_ranks_the_same(published: Path, recommender: Recommender) -> None:
    loaded = bundle.load(published, VERSION).recommender
    for moment in (Moment(no_history(), TODAY), Moment(history_of(0, 2, 4), TODAY, "return")):
        expected, got = recommender.rank(moment), loaded.rank(moment)
        np.testing.assert_array_equal(expected.order, got.order)
        np.testing.assert_array_equal(expected.probabilities, got.probabilities)
    assert list(loaded.catalogue.ids) == list(recommender.catalogue.ids)


def test_all_that_serving_needs_is_compiled_before_there_are_workers(published: Path) -> None:
    """One set of types for each function: another would be compiled in the middle of a request."""
    program = """
import os, sys
from pathlib import Path
import numpy as np
from service import gunicorn_conf, profile
from models import bundle, features, ids as codes_of, purchases, ranker
from models.candidates import alike, base, neighbourhood
from models.moment import Moment
from service.decision.because import _GROUPS
from service.profile import bought_of, history_in

files = (features, codes_of, purchases, profile, ranker, alike, base, neighbourhood)
def types():
    return {
        f"{file.__name__}.{name}": len(found.signatures)
        for file in files for name, found in vars(file).items() if hasattr(found, "py_func")
    }
os.environ |= {"ENCORE_BUNDLES": sys.argv[1], "PROMETHEUS_MULTIPROC_DIR": sys.argv[1] + "/m"}
gunicorn_conf.on_starting(None)
loaded = bundle.load(Path(sys.argv[1]), sys.argv[2])
before, ids = types(), loaded.recommender.catalogue.ids
codes = list(ids)
for known in ([], codes[:1], codes, [*codes, "stranger"] * 9):
    lines = [(86_400.0 * (i // 4), code, 1 + i, 2.5) for i, code in enumerate(known)]
    history = history_in(bought_of(lines, [], []), ids)
    for contact in ([], [3, 4]):
        for topic in (None, "return"):
            about = np.array(contact, dtype=np.int32)
            for day in (20_000.5, 3.0):
                moment = Moment(history.until(day), day, topic, about)
                ranking = loaded.recommender.rank(moment)
                loaded.recommender.ranker.contributions(ranking.table[:3], _GROUPS)
assert len(before) == 18, before
assert types() == before and max(before.values()) == 1, (before, types())
"""
    command = [sys.executable, "-c", program, published, VERSION]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


def test_arrays_are_mapped_not_copied_and_cannot_be_written(published: Path) -> None:
    facts = bundle.load(published, VERSION).recommender.catalogue.facts
    with pytest.raises(ValueError, match="read-only"):
        facts[0] = 2


def test_current_and_versions_follow_the_store(published: Path, recommender: Recommender) -> None:
    assert bundle.current(published) == VERSION
    newer = "20261124T0200Z-aaaa"
    bundle.save(published, newer, recommender, {})
    assert bundle.versions(published) == [newer, VERSION]
    assert bundle.current(published) == VERSION
    assert bundle.current(published / "nowhere") is None


@pytest.mark.parametrize("name", ["ranker.values.npy", "ids.codes.npy", "manifest.json"])
def test_truncation_anywhere_is_refused(published: Path, name: str) -> None:
    path = published / VERSION / name
    whole = path.read_bytes()
    for cut in range(0, len(whole), max(1, len(whole) // 24)):
        path.write_bytes(whole[:cut])
        with pytest.raises(BadBundle):
            bundle.load(published, VERSION)


def test_flipped_bits_are_refused(published: Path) -> None:
    rng = random.Random(5)
    files = sorted((published / VERSION).glob("*.npy"))
    for _ in range(60):
        path = rng.choice(files)
        whole = bytearray(path.read_bytes())
        whole[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
        original = path.read_bytes()
        path.write_bytes(whole)
        with pytest.raises(BadBundle):
            bundle.load(published, VERSION)
        path.write_bytes(original)


def change_manifest(folder: Path, **changes: object) -> None:
    path = folder / VERSION / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"schema": 1},
        {"version": "20261123T0200Z-0000"},
        {"features": ["another"]},
        {"tree_depth": 9},
        {"files": []},
        {"files": {}},
        {"files": {"../../etc/passwd": {"bytes": 1, "sha256": "", "dtype": "", "shape": []}}},
    ],
)
def test_a_manifest_that_says_something_else_is_refused(
    published: Path, changes: dict[str, object]
) -> None:
    change_manifest(published, **changes)
    with pytest.raises(BadBundle):
        bundle.load(published, VERSION)


def test_a_header_that_claims_gigabytes_is_refused_before_any_of_it_is_read(
    published: Path,
) -> None:
    """An .npy header may claim any shape; what it claims must be what lies there."""
    path = published / VERSION / "catalogue.facts.npy"
    with path.open("wb") as file:
        claim = {"descr": "<f4", "fortran_order": False, "shape": (2 << 30,)}
        np.lib.format.write_array_header_1_0(file, claim)
        file.write(b"\0" * 64)
    manifest = json.loads((published / VERSION / "manifest.json").read_text())
    fact = manifest["files"]["catalogue.facts.npy"]
    fact["bytes"] = path.stat().st_size
    fact["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    change_manifest(published, files=manifest["files"])
    with pytest.raises(BadBundle, match="claims more"):
        bundle.load(published, VERSION)


def test_pickled_objects_are_refused(published: Path) -> None:
    path = published / VERSION / "catalogue.facts.npy"
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(BadBundle):
        bundle.load(published, VERSION)


def test_a_link_out_of_the_folder_is_refused(published: Path, tmp_path: Path) -> None:
    path = published / VERSION / "catalogue.facts.npy"
    elsewhere = tmp_path / "elsewhere.npy"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    with pytest.raises(BadBundle):
        bundle.load(published, VERSION)


def test_values_that_are_no_numbers_are_refused(tmp_path: Path, recommender: Recommender) -> None:
    facts = recommender.catalogue.facts.copy()
    facts[3, 1] = np.nan
    broken = Recommender(
        Catalogue(**{**_fields(recommender.catalogue), "facts": facts}),
        recommender.sources,
        recommender.ranker,
    )
    bundle.save(tmp_path, VERSION, broken, {})
    with pytest.raises(BadBundle, match="not numbers"):
        bundle.load(tmp_path, VERSION)


def test_arrays_of_different_catalogues_are_refused(
    tmp_path: Path, recommender: Recommender
) -> None:
    fields = _fields(recommender.catalogue)
    fields["facts"] = recommender.catalogue.facts[:-1]
    mixed = Recommender(Catalogue(**fields), recommender.sources, recommender.ranker)
    bundle.save(tmp_path, VERSION, mixed, {})
    with pytest.raises(BadBundle, match="do not fit"):
        bundle.load(tmp_path, VERSION)


@pytest.mark.parametrize("version", ["../x", "", "20261123T0200Z", "CURRENT"])
def test_a_version_is_a_version(published: Path, version: str) -> None:
    with pytest.raises(BadBundle):
        bundle.load(published, version)


def _fields(catalogue: Catalogue) -> dict[str, object]:
    return {name: getattr(catalogue, name) for name in Catalogue.__dataclass_fields__}
