"""The shape of the house: which way imports point, and that examples in docstrings are true."""

from __future__ import annotations

import ast
import doctest
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("service", "models", "training")
MODULES = sorted(
    path.relative_to(ROOT)
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            yield node.module


def importers_of(library: str) -> set[str]:
    return {
        path.as_posix()
        for path in MODULES
        if any(name == library or name.startswith(library + ".") for name in imports(path))
    }


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [("models", ("service", "training")), ("service", ("training",)), ("training", ("service",))],
)
def test_imports_point_towards_the_models(package: str, forbidden: tuple[str, ...]) -> None:
    for path in MODULES:
        if path.parts[0] == package:
            assert not [name for name in imports(path) if name.split(".")[0] in forbidden], path


def test_the_web_stays_at_the_edge() -> None:
    edge = importers_of("flask") | importers_of("flask_smorest") | importers_of("werkzeug")
    outside = {name for name in edge if not name.startswith("service/api/")}
    assert outside <= {"service/app.py", "service/wsgi.py"}


def test_schemas_are_marshmallows_only_home() -> None:
    allowed = ("service/api/schemas", "service/api/problems.py", "service/api/describe.py")
    assert all(name.startswith(allowed) for name in importers_of("marshmallow"))


def test_redis_is_one_file_and_the_embedded_server() -> None:
    assert importers_of("redis") <= {"service/memory.py", "service/embedded.py"}


def test_the_file_of_the_items_is_one_file() -> None:
    assert importers_of("lmdb") == {"service/item_file.py"}


def test_sql_lives_in_the_ledger() -> None:
    words = ("SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM")
    for path in MODULES:
        if path.as_posix().startswith("service/ledger/"):
            continue
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not node.value.lstrip().startswith(words), f"{path}: {node.value[:60]}"


def test_nothing_that_serves_can_load_a_pickle() -> None:
    for library in ("pickle", "joblib", "skops", "cloudpickle", "dill", "marshal", "shelve"):
        assert importers_of(library) == set()


def test_serving_needs_neither_scikit_learn_nor_implicit_nor_faiss() -> None:
    served = importers_of("sklearn") | importers_of("implicit") | importers_of("faiss")
    assert all(
        name.startswith("training/") or name == "models/candidates/similar.py" for name in served
    )


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        path for path in MODULES if not ast.get_docstring(ast.parse((ROOT / path).read_text()))
    ]
    assert silent == []


@pytest.mark.parametrize(
    "path", [path for path in MODULES if ">>> " in (ROOT / path).read_text()], ids=str
)
def test_examples_in_docstrings_are_true(path: Path) -> None:
    module = importlib.import_module(".".join(path.with_suffix("").parts))
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0
