"""Next-basket files: `{"train": {user: [basket, ...]}, "validate": {...}, "test": {...}}`.

The form of Yu et al., "Predicting Temporal Sets with Deep Neural Networks", KDD 2020. The last
basket of a reported user is the label; nothing else of the reported part is hidden. The files know
the sequence of the baskets and no dates, so all are laid on one axis, the newest last: the basket
to predict is today's, the one before it is ten days old, and so on. The baskets of `train` users
are all known; their newest is today's too.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.moment import Moment
from models.purchases import Days, Ints, Purchases, history_of
from training.benchmark.task import Question, Round, Task
from training.load import BadData, Contacts, Dataset

TODAY = 20_000
DAYS_BETWEEN = 10

Part = Mapping[str, Sequence[Sequence[int]]]


def read_next_basket(path: Path) -> Task:
    """One round: learn from `train`, ask the users of `test`, or of `validate` without a `test`.

    Raises:
        BadData: the file is missing, is not of this form, or leaves nothing to ask.
    """
    content = _content(path)
    reported = "test" if "test" in content else "validate"
    train, asked = (_part(content, name, path) for name in ("train", reported))
    both = train.keys() & asked.keys()
    if both:
        raise BadData(
            f"{path}: {len(both)} users are in `train` and in `{reported}`, say {min(both)}"
        )
    item_ids = np.unique([item for part in (train, asked) for item in _items(part)])
    known = _purchases(train, item_ids)
    if not len(known):
        raise BadData(f"{path}: all baskets of `train` are empty")
    questions = []
    for customer, baskets in enumerate(asked.values(), start=len(train)):
        target = np.unique(np.searchsorted(item_ids, baskets[-1])).astype(np.int32)
        items, days = _lines(baskets[:-1], item_ids, newest=1)
        if len(target) and len(items):
            ones = np.ones(len(items), dtype=np.float32)
            history = history_of(items, days, ones, ones)
            questions.append(Question(customer, Moment(history, float(TODAY)), target))
    if not questions:
        raise BadData(f"{path}: no user of `{reported}` has a basket to predict and an earlier one")
    n = len(item_ids)
    data = Dataset(
        item_ids=[str(item) for item in item_ids],
        prices=np.ones(n, dtype=np.float32),
        categories=np.full(n, -1, dtype=np.int32),
        sellable=np.ones(n, dtype=bool),
        customers=len(train) + len(asked),
        purchases=known,
        contacts=Contacts(np.empty(0, dtype=np.int32), np.empty(0), [], []),
    )
    return Task(f"next basket, {path.stem}", data, (Round(known, float(TODAY), tuple(questions)),))


def _content(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(path.read_text(), object_pairs_hook=_each_once)
    except FileNotFoundError as error:
        raise BadData(f"{path} is missing") from error
    except (OSError, ValueError, RecursionError) as error:
        raise BadData(f"{path} cannot be read as JSON: {error}") from error
    if not isinstance(content, dict):
        raise BadData(f"{path} is not an object with `train` and `validate` or `test`")
    return content


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Of a name that comes twice JSON would keep the last: a user's orders would be lost."""
    names = Counter(name for name, _ in pairs)
    if len(names) < len(pairs):
        raise ValueError(f"`{names.most_common(1)[0][0]}` comes twice in one object")
    return dict(pairs)


def _part(content: Mapping[str, Any], name: str, path: Path) -> Part:
    part = content.get(name)
    if part is None:
        raise BadData(f"{path} has no `{name}`; it needs `train`, and `validate` or `test`")
    if not isinstance(part, dict) or not part:
        raise BadData(f"{path}: `{name}` is not an object of users, or is empty")
    for user, baskets in part.items():
        if not (
            isinstance(baskets, list)
            and baskets
            and all(isinstance(basket, list) for basket in baskets)
            and all(
                type(item) is int and abs(item) < 2**63 for basket in baskets for item in basket
            )
        ):
            raise BadData(f"{path}: `{name}` user {user} is not a list of baskets of whole numbers")
    return part


def _items(part: Part) -> list[int]:
    return [item for baskets in part.values() for basket in baskets for item in basket]


def _lines(
    baskets: Sequence[Sequence[int]], item_ids: NDArray[np.int64], newest: int
) -> tuple[Ints, Days]:
    """Items and days of all lines, oldest first; the newest basket is `newest` steps old."""
    ages = np.arange(len(baskets) - 1, -1, -1) + newest
    days = np.repeat(TODAY - DAYS_BETWEEN * ages, [len(basket) for basket in baskets])
    flat = np.array([item for basket in baskets for item in basket], dtype=np.int64)
    return np.searchsorted(item_ids, flat).astype(np.int32), days.astype(np.float64)


def _purchases(part: Part, item_ids: NDArray[np.int64]) -> Purchases:
    """All baskets of all users, sorted by time; customers are numbered as they come."""
    lines = [_lines(baskets, item_ids, newest=0) for baskets in part.values()]
    items = np.concatenate([own for own, _ in lines])
    days = np.concatenate([own for _, own in lines])
    customers = np.repeat(np.arange(len(lines)), [len(own) for own, _ in lines])
    baskets = [len(basket) for baskets in part.values() for basket in baskets]
    orders = np.repeat(np.arange(len(baskets)), baskets)
    by_time = np.argsort(days, kind="stable")
    ones = np.ones(len(items), dtype=np.float32)
    return Purchases(
        customers=customers[by_time].astype(np.int32),
        orders=orders[by_time].astype(np.int32),
        items=items[by_time],
        days=days[by_time],
        quantities=ones,
        prices=ones,
    )
