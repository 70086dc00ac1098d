"""Approval: an edit is heard once a person has approved it, and until the text expires."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from models.domain import Money
from service.errors import ScriptError
from service.scripts.__main__ import main
from service.scripts.approved import approve, read_index, unapproved
from service.scripts.facts import Facts, ServiceFacts
from service.scripts.library import load_library
from service.scripts.lint import FOLDER
from tests.script_folders import a_folder, add_file, edit

TODAY, UNTIL = date(2026, 11, 28), date(2027, 11, 30)
GOOD = ("Thank you for calling about this, {first_name}.", "How good of you to call, {first_name}.")


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """A manager's own copy of the scripts, with their approvals."""
    return a_folder(tmp_path / "scripts")


def some_facts(**changes: Any) -> Facts:
    """A question on the phone, so that `acknowledge.any` is said; override what is tested."""
    price = Money(Decimal("12.75"), "GBP")
    facts = Facts("phone", "other", "repeat", "CAKESTAND", price, "calm", "en_GB", "none", "Lea")
    return replace(facts, **{"today": TODAY, **changes})


def said(folder: Path, **changes: Any) -> str:
    return load_library(folder).write(some_facts(**changes)).text


def test_the_scripts_that_come_with_encore_are_approved_as_they_stand() -> None:
    assert list(unapproved(FOLDER, read_index(FOLDER))) == []


def test_an_edit_is_heard_once_it_is_approved_and_gets_a_new_version(scripts: Path) -> None:
    edit(scripts, "phone.toml", *GOOD)
    assert "Thank you for calling about this, Lea." in said(scripts)
    assert "phone.toml: was edited since version 1" in "\n".join(load_library(scripts).notes)
    approved = approve(scripts, ["phone.toml"], "Ann Manager", UNTIL, TODAY)["phone.toml"]
    assert (approved.version, approved.approved_by) == (2, "Ann Manager")
    assert "How good of you to call, Lea." in said(scripts)
    assert "version = 2" in (scripts / "phone.toml").read_text(encoding="utf-8")
    assert load_library(scripts).write(some_facts(), "b").edition == "2.1"
    assert not load_library(scripts).notes


def test_a_version_higher_than_the_next_is_kept_and_a_lower_one_raised(scripts: Path) -> None:
    edit(scripts, "phone.toml", *GOOD)
    edit(scripts, "phone.toml", "version = 1", "version = 9")
    assert approve(scripts, ["phone.toml"], "Ann", UNTIL, TODAY)["phone.toml"].version == 9
    edit(scripts, "phone.toml", *reversed(GOOD))
    edit(scripts, "phone.toml", "version = 9", "version = 3")
    assert approve(scripts, ["phone.toml"], "Ann", UNTIL, TODAY)["phone.toml"].version == 10


def test_approving_an_unchanged_text_again_only_moves_the_day(scripts: Path) -> None:
    before = (scripts / "phone.toml").read_bytes()
    approved = approve(scripts, ["phone.toml"], "Ann", UNTIL, TODAY)["phone.toml"]
    assert (approved.version, approved.expires_on) == (1, UNTIL)
    assert (scripts / "phone.toml").read_bytes() == before


def test_a_bad_edit_is_not_approved_and_the_good_version_goes_on(scripts: Path) -> None:
    edit(scripts, "phone.toml", "Thank you for calling about", "Hurry, thank you for calling about")
    with pytest.raises(ScriptError, match=r"phone.toml: \[acknowledge\] any says \"Hurry\""):
        approve(scripts, ["phone.toml"], "Ann", UNTIL, TODAY)
    assert "Hurry" not in said(scripts)
    edit(scripts, "phone.toml", "[confirm]", "[confirm")
    assert "Thank you for calling about this, Lea." in said(scripts)


def test_a_base_is_not_approved_when_an_approved_variant_no_longer_fits_on_it(
    scripts: Path,
) -> None:
    spoilt = "That is all taken care of, and it " + "really " * 60 + "is."
    edit(scripts, "phone.toml", "That is all taken care of.", spoilt)
    with pytest.raises(ScriptError, match="does not fit"):
        approve(scripts, ["phone.toml"], "Ann", UNTIL, TODAY)


def test_an_approved_copy_that_was_touched_is_refused_with_what_to_do(scripts: Path) -> None:
    edit(scripts, "approved/phone@1.toml", *GOOD)
    with pytest.raises(ScriptError) as refused:
        load_library(scripts)
    assert "phone.toml: approved/phone@1.toml is missing or was changed" in refused.value.detail
    approve(scripts, ["phone.toml"], "Ann", UNTIL, TODAY)
    assert "Thank you for calling about this, Lea." in said(scripts)


def test_a_variant_that_cannot_be_used_is_left_out_and_noted(scripts: Path) -> None:
    (scripts / "approved" / "phone.b@1.toml").unlink()
    library = load_library(scripts)
    assert library.variants(some_facts()) == ("a",)
    assert "this variant is not used" in "\n".join(library.notes)


def test_a_folder_where_nothing_was_approved_says_so(scripts: Path) -> None:
    shutil.rmtree(scripts / "approved")
    with pytest.raises(ScriptError, match="has no English script for phone"):
        load_library(scripts)


def test_a_text_is_used_on_its_last_day_and_not_on_the_next(scripts: Path) -> None:
    approve(scripts, ["phone.toml"], "Ann", UNTIL, TODAY)
    library, after = load_library(scripts), UNTIL + timedelta(days=1)
    assert library.variants(some_facts(today=UNTIL)) == ("a", "b")
    assert library.variants(some_facts(today=after)) == ()
    assert library.expired(UNTIL) == []
    assert library.expired(after) == ["phone.b.toml", "phone.toml"]
    kind = library.close_kindly(ServiceFacts("phone", "other", locale="en_GB", first_name="Lea"))
    assert kind.text.startswith("Thank you for calling about this, Lea.")


def test_an_expired_variant_leaves_the_others(scripts: Path) -> None:
    approve(scripts, ["phone.b.toml"], "Ann", UNTIL, TODAY)
    library = load_library(scripts)
    assert library.variants(some_facts(today=UNTIL + timedelta(days=1))) == ("a",)


def test_an_expired_language_is_asked_in_english(scripts: Path) -> None:
    add_file(scripts, "phone.de.toml")
    approve(scripts, ["phone.de.toml"], "Ann", UNTIL, TODAY)
    library, facts = load_library(scripts), some_facts(locale="de_DE")
    assert library.write(replace(facts, today=UNTIL)).locale == "de_DE"
    assert library.write(replace(facts, today=UNTIL + timedelta(days=1))).locale == "en_GB"


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["--by", "Ann", "--until", "2020-01-01"], 1, "--until 2020-01-01 has passed"),
        (["--by", " ", "--until", "2099-01-01"], 1, "Say who approves"),
        (["--by", "Ann", "--until", "2099-01-01"], 0, "phone.toml: version 2 approved until 2099"),
    ],
)
def test_the_command_says_what_it_did(
    scripts: Path, arguments: list[str], status: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(scripts, "phone.toml", *GOOD)
    assert main(["approve", str(scripts / "phone.toml"), *arguments]) == status
    assert told in capsys.readouterr().out


def test_a_file_that_is_not_there_is_a_wrong_call(scripts: Path) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["approve", str(scripts / "fax.toml"), "--by", "Ann", "--until", "2099-01-01"])
