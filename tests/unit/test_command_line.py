"""`python -m service`: keys, import and export as an operator types them; errors in one line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psycopg
import pytest

from models.arm import Experiment
from service.first_fill import Source, fill, is_filled, steps_for
from service.ledger.made import is_made, made_truth

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment(clean_stores: tuple[str, str], tmp_path: Path) -> dict[str, str]:
    """What `make run` writes to `var/env`."""
    database_url, redis_url = clean_stores
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "ENCORE_DATABASE_URL": database_url,
        "ENCORE_REDIS_URL": redis_url,
        "ENCORE_BUNDLES": str(tmp_path / "bundles"),
    }


def encore(
    environment: Mapping[str, str], folder: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "service", *arguments],
        env=dict(environment), cwd=folder, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_a_key_is_shown_once_listed_without_its_secret_and_revoked(
    environment: dict[str, str], tmp_path: Path
) -> None:
    made = encore(
        environment, tmp_path,
        "keys", "create", "--role", "agent", "--label", "north desk", "--expires-in-days", "30",
    )  # fmt: skip
    key = made.stdout.strip()
    assert re.fullmatch(r"enc_[0-9a-f]{12}_\S{43}", key), made
    number = key.split("_")[1]
    listed = encore(environment, tmp_path, "keys", "list").stdout
    assert re.search(rf"^{number} +agent +\d{{4}}-\d\d-\d\d +expires .* +north desk$", listed, re.M)
    assert key not in listed
    assert encore(environment, tmp_path, "keys", "revoke", number).returncode == 0
    assert "revoked" in encore(environment, tmp_path, "keys", "list").stdout.splitlines()[-1]
    again = encore(environment, tmp_path, "keys", "revoke", number)
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)


def test_the_key_of_links_is_changed_unless_it_is_the_operators_own(
    environment: dict[str, str], tmp_path: Path
) -> None:
    done = encore(environment, tmp_path, "rotate-link-key")
    assert (done.returncode, "new key" in done.stdout) == (0, True)
    own = encore({**environment, "ENCORE_LINK_KEY": "k" * 32}, tmp_path, "rotate-link-key")
    assert own.returncode == 2
    assert "put a new key before the old one" in own.stderr


def test_a_file_is_imported_by_the_end_of_its_name_and_exported(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "items.csv").write_text("id,name,price,currency\nA,Chair,12.50,GBP\n")
    loaded = encore(environment, tmp_path, "import", "items", "items.csv")
    assert "1 accepted" in loaded.stdout, loaded
    written = encore(environment, tmp_path, "export", "night")
    assert written.returncode == 0, written
    assert (tmp_path / "night" / "items.parquet").exists()


def test_a_made_shop_is_marked_and_a_real_ledger_never_is(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "items.csv").write_text("id,name,price,currency\nA,Chair,12.50,GBP\n")
    assert encore(environment, tmp_path, "import", "items", "items.csv").returncode == 0
    with psycopg.connect(environment["ENCORE_DATABASE_URL"], autocommit=True) as ledger:
        assert (is_made(ledger), made_truth(ledger)) == (False, None)
        for seed in (1, 2):  # the last word stays
            (tmp_path / "truth.json").write_text(f'{{"seed": {seed}}}')
            marked = encore(environment, tmp_path, "made-data", "truth.json")
            assert marked.returncode == 0, marked
        assert (is_made(ledger), made_truth(ledger)) == (True, {"seed": 2})
    (tmp_path / "truth.json").write_text("true")
    assert "no JSON object" in encore(environment, tmp_path, "made-data", "truth.json").stderr


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["fly"], "invalid choice: 'fly'"),
        ([], "COMMAND"),
        (["run", "--port", "70000"], "1 to 65535"),
        (["run", "--orders", "missing.csv"], "No such file"),
        (["run", "--orders", "orders.docx"], ".parquet, .csv, .xlsx"),
        (["run", "--orders", "a.csv", "--shop=--seed 2"], "one of ORDERS and SHOP"),
        (["clear", "--folder", "elsewhere"], "holds no data"),
        (["keys", "create", "--role", "king"], "agent"),
        (["keys", "create", "--role", "agent", "--expires-in-days", "-1"], "number of days"),
        (["import", "items", "missing.csv"], "missing.csv"),
        (["import", "items", "items.txt"], "use csv, parquet, online-retail"),
        (["import", "wishes", "items.csv"], "orders"),
    ],
)
def test_every_error_is_one_line_that_says_what_to_do(
    environment: dict[str, str], tmp_path: Path, arguments: list[str], hint: str
) -> None:
    told = encore(environment, tmp_path, *arguments)
    assert told.returncode == 2, told
    assert told.stdout == ""
    assert told.stderr.count("\n") == 1, told.stderr
    assert hint in told.stderr


def test_without_an_address_of_the_ledger_it_says_where_one_is(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """`make run` writes the addresses of its own servers to `var/env`."""
    del environment["ENCORE_DATABASE_URL"]
    told = encore(environment, tmp_path, "keys", "list")
    assert told.returncode == 2
    assert told.stderr == (
        "encore: ENCORE_DATABASE_URL is not set; set it to postgresql://user:secret@host/database.\n"
    )
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "env").touch()
    assert "type `. var/env`" in encore(environment, tmp_path, "migrate").stderr


def test_a_ledger_that_is_away_is_one_line(environment: dict[str, str], tmp_path: Path) -> None:
    environment["ENCORE_DATABASE_URL"] = f"postgresql://postgres@/postgres?host={tmp_path}"
    told = encore(environment, tmp_path, "keys", "list")
    assert (told.returncode, told.stderr.count("\n")) == (2, 1)
    assert "PostgreSQL cannot be reached" in told.stderr


def test_wrong_settings_are_all_told_at_once(environment: dict[str, str], tmp_path: Path) -> None:
    environment |= {"ENCORE_REDIS_URL": "localhost", "ENCORE_CURRENCY": "pounds"}
    told = encore(environment, tmp_path, "import", "items", "items.csv")
    assert (told.returncode, told.stderr.count("\n")) == (2, 1)
    assert "ENCORE_REDIS_URL" in told.stderr
    assert "ENCORE_CURRENCY" in told.stderr


def test_a_faulty_state_of_the_first_fill_is_not_believed(tmp_path: Path) -> None:
    """The model is gone, so it is trained again; the rest is still there."""
    ran: list[str] = []
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "truth.json").touch()
    fill(tmp_path, Source(), lambda heading, arguments: ran.append(heading))
    assert [heading[:5] for heading in ran] == [f"[{n}/9]" for n in range(1, 10)]
    ran.clear()
    fill(tmp_path, Source(), lambda heading, arguments: ran.append(heading))
    assert [heading[:5] for heading in ran] == ["[8/9]", "[9/9]"]
    (tmp_path / "bundles").mkdir()
    (tmp_path / "bundles" / "CURRENT").touch()
    ran.clear()
    fill(tmp_path, Source(), lambda heading, arguments: ran.append(heading))
    assert ran == []
    assert json.loads((tmp_path / "state.json").read_text())["orders"] is None


def test_the_made_shop_holds_out_whom_the_policy_does_and_is_marked_before_it_is_imported(
    tmp_path: Path,
) -> None:
    experiment = Experiment("spring", "pepper", 0.25)
    names = [step.name for step in steps_for(tmp_path, Source(), experiment)]
    assert names.index("made-data") < names.index("items") < names.index("decisions")
    [making, *_] = steps_for(tmp_path, Source("--seed 7"), experiment)
    assert making.arguments[2:] == (
        "--holdout-share=0.25", "--experiment=spring", "--salt=pepper", "--seed", "7",
    )  # fmt: skip
    real = steps_for(tmp_path, Source(orders=tmp_path / "orders.csv"), experiment)
    assert [step.name for step in real] == ["import", "export", "train"]


def test_a_shop_made_before_shops_had_asks_stays_as_it_is(tmp_path: Path) -> None:
    done = ["shop", "items", "orders", "interactions", "export", "train"]
    kept = {"shop": "", "orders": None, "sha256": None, "done": done}
    (tmp_path / "state.json").write_text(json.dumps(kept))
    (tmp_path / "bundles").mkdir()
    (tmp_path / "bundles" / "CURRENT").touch()
    assert is_filled(tmp_path, Source())
