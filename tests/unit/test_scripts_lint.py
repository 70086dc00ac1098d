"""The linter: every mistake a manager can make is named with its file, its table and what to do."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from models.domain import FAULTS, KINDS, MOODS, TOPICS
from service.errors import ScriptError
from service.scripts.channels import PARTS, RULES
from service.scripts.law import NOWHERE, load_law
from service.scripts.library import load_drafts
from service.scripts.lint import FOLDER, check, main
from service.scripts.placeholders import PLACEHOLDERS
from tests.script_folders import a_folder, edit


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """A manager's own copy of the scripts, as they come and without a mistake."""
    return a_folder(tmp_path / "scripts")


def problems_of(folder: Path) -> str:
    return "\n".join(map(str, check(folder)[1]))


def test_the_scripts_that_come_with_encore_are_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    files = len(list(FOLDER.glob("*.toml"))) - len(["proofs.toml"])
    assert f"{files} script files" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("phone.toml", "It is {item_name} again", "It is {item} again",
         "phone.toml: [offer] repeat has the unknown placeholder {item}: use one of {item_name}"),
        ("phone.toml", "at {price}.", "at {price:.2f}.", "[offer] repeat has the unknown"),
        ("phone.toml", "at {price}.", "at {price.", "[offer] repeat has a stray brace"),
        ("phone.toml", "[close]", "[closing]", "[closing] is no table of a script: use labels"),
        ("phone.toml", "[close]", "[closing]", "phone.toml: [close] is missing: add the table"),
        ("phone.toml", 'any = "That is all taken care of."', "", "[confirm] needs a text for any"),
        ("phone.toml", "Shall I add it for you", "It costs 5 pounds to add it",
         "[close] any holds a number: numbers come from the facts only"),
        ("phone.toml", "Shall I add it for you", "Shall I just add it", '[close] any says "just"'),
        ("phone.toml", "our usual return terms", "our returns policy", 'says "policy"'),
        ("phone.toml", "Thank you for calling about", "Valued customer, thanks for", "everybody"),
        ("phone.toml", "May I suggest", "While I have you, may I suggest", "ask for permission"),
        ("phone.toml", "May I suggest", "Hurry! May I suggest", "false urgency"),
        ("phone.toml", "May I suggest", "Only a few left. May I suggest", "false scarcity"),
        ("phone.toml", "May I suggest", "After all we did, may I suggest", "guilt or pressure"),
        ("phone.toml", "May I suggest something to buy?", "May I ask something?",
         "[permission] any must say that it is about buying something"),
        ("phone.toml", 'any = "It is {item_name}, at {price}."', 'any = "It costs {price}."',
         "[offer] any must name the {item_name}"),
        ("phone.toml", 'any = "It is {item_name}, at {price}."', 'any = "It is {item_name}."',
         "[offer] any must state the {price}, or a disclosure must"),
        ("phone.toml", "{item_name}, {price} in total", "{item_name}",
         "[recap] us must state the total: {price}"),
        ("phone.toml", '  "You have ordered it before, so you know what you would be getting.",',
         "", "[benefit] repeat says nothing when {last_bought_on} is not known"),
        ("phone.toml", '"I am sorry about the trouble."', '"Sorry, {item_name}."',
         "[acknowledge] upset must not hold {item_name} here: use {first_name} or none"),
        ("phone.toml", "ours-upset =", "ours-upest =",
         "[acknowledge] ours-upest holds upest, which is true of no contact"),
        ("phone.toml", "ours-upset =", "ours-carrier =", "two values of fault"),
        ("phone.toml", "ours = [", "upset-ours = [", "says the same as ours-upset: keep one"),
        ("phone.toml", 'any = "That is all taken care of."', 'any = ""', "[confirm] any is empty"),
        ("phone.toml", 'any = "That is all taken care of."', "any = 7", "must be a text in quotes"),
        ("phone.toml", 'any = "That is all taken care of."', "any = []", "at least one text"),
        ("phone.toml", "That is all taken care of.", "x" * 4_097, "longer than 4,096 bytes"),
        ("phone.toml", "That is all taken", "That is\u00a0all taken", "unusual spaces"),
        ("phone.toml", "That is all taken", "That is\\u0000all taken", "control characters"),
        ("phone.toml", "That is all taken care of.", "That is all fine. " * 40,
         "of 50 seconds (acknowledge.ours-upset 15, confirm.any 160"),
        ("phone.toml", "version = 1", 'version = "1"', "needs version = a whole number"),
        ("phone.toml", "version = 1", "version = 0", "needs version = a whole number"),
        ("phone.toml", '"en_GB"', '"english"', 'needs locale = "…" such as "en_GB"'),
        ("phone.toml", 'channel = "phone"', 'channel = "Phone!"', "needs a first line such as"),
        ("phone.toml", 'channel = "phone"', 'channel = "fax"', 'needs rules_of = "…"'),
        ("phone.toml", 'channel = "phone"', 'channel = "chat"', "and variant of chat.toml"),
        ("phone.toml", 'channel = "phone"', 'channel = "chat"', "no English script for phone"),
        ("phone.toml", "[confirm]", "[confirm", "phone.toml: cannot be read: "),
        ("phone.toml", "[confirm]", 'subject = "x"\n[confirm]', "[acknowledge] subject holds"),
        ("phone.toml", "[service]", '[subject]\nany = "Hello"\n[service]', "belongs into e-mails"),
        ("phone.toml", 'unresolved = """', 'x = """', "[service] needs a text for unresolved"),
        ("phone.toml", "It is open again", "It will be fixed", 'says "fixed", but may be said'),
        ("phone.toml", "Thank you for calling about", "Solved: thank you for", 'says "Solved"'),
        ("phone.toml", "Is there anything else", "May I recommend anything", "nothing is offered"),
        ("phone.toml", "speak to my supervisor", "speak up", "must say how to reach a person"),
        ("phone.toml", "Is there anything else", "You are in our control group",
         "a customer is never told about it"),
        ("phone.toml", '"Not today"', '"Not today, but do please ask me again some day"',
         "[labels] decline has 46 of 30 characters"),
        ("phone.toml", 'decline = "Not', 'x = "x"\ndecline = "Not', "[labels] x is not known"),
        ("sms.toml", "Take care.", "Take care\u2026", "[decline] any holds letters that make"),
        ("twitter.toml", "Others chose it too", "Others chose it too, which we find rather lovely",
         "of 280 weighted_characters (acknowledge."),
        ("chat.toml", "May I suggest", "y" * 200 + " May I suggest", "characters_in_longest_turn"),
        ("email.toml", "[subject]", "[subjects]", "[subject] is missing: an e-mail needs one"),
        ("email.toml", '"Your return"', '"Our best offer"', "[subject] return says"),
        ("email.toml", '"Your return"', f'"{"z" * 61}"', "[subject] return has 61 of 60"),
        ("email.toml", '"Your return"', '"Your {item_name}"', "must not hold {item_name} here"),
        ("web.toml", "talk to a person, our contact page shows how to reach one.", "talk, write.",
         "web.toml: [disclosures] must say how to reach a person"),
        ("web.toml", "[public]", "[private]", "[public] is missing: other channels fall back"),
        ("web.toml", "Please write to us privately", "{first_name}, please write privately",
         "[public] decline must not hold {first_name} here: use none"),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_with_what_to_do(
    scripts: Path, file: str, old: str, new: str, problem: str
) -> None:
    edit(scripts, file, old, new)
    assert problem in problems_of(scripts)
    with pytest.raises(ScriptError):
        load_drafts(scripts)


def test_the_ten_parts_stand_in_their_order(scripts: Path) -> None:
    text = (scripts / "phone.toml").read_text(encoding="utf-8")
    start, end = text.index("[close]"), text.index("[recap]")
    moved = text[:start] + text[end:] + "\n" + text[start:end]
    (scripts / "phone.toml").write_text(moved, encoding="utf-8")
    assert "phone.toml: [recap] stands in the wrong place: the order is" in problems_of(scripts)


def test_everything_wrong_is_reported_at_once(
    scripts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(scripts, "phone.toml", "It is {item_name} again", "It is {item} again")
    edit(scripts, "sms.toml", "Usual return terms.", "See our policy, item 5.")
    edit(scripts, "chat.toml", "version = 1", "")
    assert main([str(scripts)]) == 1
    told = capsys.readouterr().out
    assert "phone.toml: [offer] repeat" in told
    assert 'sms.toml: [disclosures] returns says "policy"' in told
    assert "sms.toml: [disclosures] returns holds a number" in told
    assert "chat.toml: needs version" in told
    assert f"{len(check(scripts)[1])} to mend in {scripts}" in told


def test_the_library_refuses_with_the_same_words(scripts: Path) -> None:
    edit(scripts, "phone.toml", "Shall I add it for you", "Hurry, shall I add it")
    with pytest.raises(ScriptError) as refused:
        load_drafts(scripts)
    assert problems_of(scripts) in refused.value.detail


def test_an_empty_folder_and_a_wrong_call_are_told_apart(tmp_path: Path) -> None:
    assert main([str(tmp_path)]) == 1
    assert main([str(tmp_path / "nowhere")]) == 2
    assert main([str(tmp_path), "more"]) == 2


def test_another_language_is_a_file_more(scripts: Path) -> None:
    """A language may have some channels only; the others fall back to English."""
    text = (scripts / "phone.toml").read_text(encoding="utf-8")
    dutch = text.replace('locale = "en_GB"', 'locale = "nl_NL"').replace(
        "version = 1", "version = 4"
    )
    (scripts / "phone.nl.toml").write_text(dutch, encoding="utf-8")
    assert "cannot be checked: add tone/nl.toml" in problems_of(scripts)
    shutil.copy(scripts / "tone" / "en.toml", scripts / "tone" / "nl.toml")
    assert 'promises "fourteen days": list it in proofs.toml' in problems_of(scripts)
    edit(scripts, "proofs.toml", 'en = ["fourteen', 'nl = ["fourteen days"]\nen = ["fourteen')
    library = load_drafts(scripts)
    assert library._of("phone", "nl_BE")["a"].version == 4
    assert library._of("chat", "nl_BE")["a"].locale == "en_GB"


def test_a_channel_of_ones_own_is_a_file_more(scripts: Path) -> None:
    text = (scripts / "chat.toml").read_text(encoding="utf-8")
    own = text.replace('channel = "chat"', 'channel = "kiosk"\nrules_of = "chat"')
    (scripts / "kiosk.toml").write_text(own, encoding="utf-8")
    assert load_drafts(scripts).channel_like("kiosk") == "kiosk"


def test_the_managers_page_lists_every_placeholder_name_and_limit() -> None:
    page = (FOLDER.parents[2] / "docs" / "scripts.md").read_text(encoding="utf-8")
    for name, placeholder in PLACEHOLDERS.items():
        known = "yes" if placeholder.always_known else "no"
        assert f"| `{{{name}}}` | {placeholder.means} | {known} |" in page
    for name in (*PARTS, *FAULTS, *MOODS, *TOPICS, *KINDS):
        assert f"`{name}`" in page
    for channel, rule in RULES.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| {channel} |"))
        assert f"{rule.measure('').limit:,}" in row


def test_the_commands_of_the_managers_page_run(tmp_path: Path) -> None:
    """All of them, in their order, in a folder that looks like the checkout."""
    root = FOLDER.parents[2]
    page = (root / "docs" / "scripts.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", page, re.MULTILINE | re.DOTALL)
    for name in ("service", "models"):
        (tmp_path / name).symlink_to(root / name)
    (tmp_path / ".venv").symlink_to(Path(sys.prefix))
    done = subprocess.run(
        ["sh", "-euc", "".join(blocks)], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "Fairelane" in done.stdout
    assert "phone.toml: version 1 approved until 2099-12-31" in done.stdout


def test_the_managers_page_names_every_check_list_and_law_pack() -> None:
    page = (FOLDER.parents[2] / "docs" / "scripts.md").read_text(encoding="utf-8")
    for path in (FOLDER / "tone").glob("*.toml"):
        assert f"`tone/{path.name}`" in page
    for pack in load_law().packs.keys() - NOWHERE:
        assert f"`{pack}`" in page
