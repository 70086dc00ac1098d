"""Step 2: cut the past into windows, so that nothing is learned from what came later.

    history ... | train | train | train | train |  <- horizon ->  | evaluate |  <- horizon ->  |
                                                labels end here --^        the data end here --^

A window holds *moments*: a contact, or a day between contacts. Its label is the customer's next
order within the horizon after it. What is learned from ends before the evaluated moments begin.
"""

from __future__ import annotations

from dataclasses import dataclass

from training.load import BadData

TRAIN_WINDOWS = 7
SHORTEST_SPAN = 60
"""Days of orders below which a split by time says nothing."""


@dataclass(frozen=True, slots=True)
class Window:
    """Moments in [start, end), labels up to end + horizon; days since 1970-01-01."""

    start: float
    end: float
    horizon: float


@dataclass(frozen=True, slots=True)
class Split:
    """Windows in the order of time."""

    train: tuple[Window, ...]
    evaluate: Window


def split_by_time(first: float, end: float) -> Split:
    """Cut [first, end) with a horizon of 60 days, shorter where the data are.

    >>> split = split_by_time(0, 540)
    >>> split.evaluate
    Window(start=450.0, end=480.0, horizon=60.0)
    >>> [window.start for window in split.train]
    [180.0, 210.0, 240.0, 270.0, 300.0, 330.0, 360.0]
    >>> split_by_time(0, 180).evaluate
    Window(start=150.0, end=160.0, horizon=20.0)

    Raises:
        BadData: fewer than `SHORTEST_SPAN` days.
    """
    span = end - first
    if span < SHORTEST_SPAN:
        raise BadData(
            f"the orders cover {span:.0f} days; at least {SHORTEST_SPAN} are needed to train "
            "and to check what was learned on later ones"
        )
    horizon = float(min(60, span // 9))
    length = horizon / 2
    evaluate = Window(end - horizon - length, end - horizon, horizon)
    last = evaluate.start - horizon
    train = tuple(
        Window(last - length * back, last - length * (back - 1), horizon)
        for back in range(TRAIN_WINDOWS, 0, -1)
    )
    return Split(train, evaluate)
