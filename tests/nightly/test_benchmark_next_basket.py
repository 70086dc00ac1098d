"""Next-basket files: what is learned, what is asked, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from training.benchmark.next_basket import read_next_basket
from training.load import BadData

FILE: dict[str, Any] = {
    "train": {"a": [[10, 20], [20, 30]], "b": [[40]]},
    "validate": {"c": [[10], [20, 10, 10], [30, 50]]},
}


def a_file(folder: Path, content: Any) -> Path:
    path = folder / "small.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_the_last_basket_is_asked_and_those_before_are_known(tmp_path: Path) -> None:
    task = read_next_basket(a_file(tmp_path, FILE))
    assert task.data.item_ids == ["10", "20", "30", "40", "50"]
    (question,) = task.questions
    assert question.target.tolist() == [2, 4]
    assert question.customer == 2  # after the two of `train`
    history = question.moment.history
    assert history.items.tolist() == [0, 0, 1]  # an item is in a basket once
    assert history.orders.tolist() == [0, 1, 1]
    assert history.days.tolist() == [19_980.0, 19_990.0, 19_990.0]
    assert question.moment.day == 20_000.0
    assert (question.moment.topic, len(task.data.contacts.days)) == (None, 0)


def test_train_is_known_whole_its_newest_baskets_today(tmp_path: Path) -> None:
    (part,) = read_next_basket(a_file(tmp_path, FILE)).rounds
    known = part.known
    assert known.days.tolist() == [19_990.0] * 2 + [20_000.0] * 3
    assert known.customers.tolist() == [0, 0, 0, 0, 1]
    assert known.items.tolist() == [0, 1, 1, 2, 3]
    assert known.orders.tolist() == [0, 0, 1, 1, 2]
    assert part.day == 20_000.0


def test_a_test_part_is_reported_instead_and_the_other_is_not_learned(tmp_path: Path) -> None:
    task = read_next_basket(a_file(tmp_path, FILE | {"test": {"d": [[20], [60]]}}))
    (question,) = task.questions
    assert [task.data.item_ids[item] for item in question.target] == ["60"]
    assert "50" not in task.data.item_ids
    assert len(task.rounds[0].known) == 5


def test_users_of_whom_nothing_is_known_or_wanted_are_not_asked(tmp_path: Path) -> None:
    users = {"c": [[1]], "d": [[1], []], "e": [[], [1]], "f": [[2], [], [3]]}
    task = read_next_basket(a_file(tmp_path, FILE | {"validate": users}))
    (question,) = task.questions
    assert [task.data.item_ids[item] for item in question.target] == ["3"]
    assert question.moment.history.days.tolist() == [19_980.0]  # the empty basket had its turn


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "cannot be read as JSON"),
        ("[" * 100_000, "cannot be read as JSON"),
        ('{"train": {"a": [[1]], "a": [[2]]}}', "`a` comes twice"),
        ('{"train": {"a": [[1]]}, "train": {"b": [[2]]}}', "`train` comes twice"),
        ([], "not an object"),
        ({"validate": FILE["validate"]}, "has no `train`"),
        ({"train": FILE["train"]}, "has no `validate`"),
        (FILE | {"train": {}}, "`train` is not an object of users, or is empty"),
        (FILE | {"test": []}, "`test` is not an object of users, or is empty"),
        (FILE | {"train": {"a": [1, 2]}}, "`train` user a is not a list of baskets"),
        (FILE | {"train": {"a": []}}, "`train` user a is not a list of baskets"),
        (FILE | {"train": {"a": [["10"]]}}, "is not a list of baskets of whole numbers"),
        (FILE | {"train": {"a": [None]}}, "`train` user a is not a list of baskets"),
        (FILE | {"train": {"a": [[1.5]]}}, "`train` user a is not a list of baskets"),
        (FILE | {"train": {"a": [[True]]}}, "`train` user a is not a list of baskets"),
        (FILE | {"train": {"a": [[]]}}, "all baskets of `train` are empty"),
        (FILE | {"validate": {"a": [[1], [2]]}}, "1 users are in `train` and in `validate`"),
        (FILE | {"validate": {"c": [[1]]}}, "no user of `validate` has a basket to predict"),
    ],
)
def test_what_is_no_such_file_is_refused_in_a_sentence(
    tmp_path: Path, content: Any, says: str
) -> None:
    with pytest.raises(BadData, match=says):
        read_next_basket(a_file(tmp_path, content))


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"absent\.json is missing"):
        read_next_basket(tmp_path / "absent.json")
    with pytest.raises(BadData, match="cannot be read"):
        read_next_basket(tmp_path)
    path = tmp_path / "binary.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadData, match="cannot be read"):
        read_next_basket(path)
