"""What every method is asked: the same questions, and only what was known when they are asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from models.moment import Moment
from models.purchases import Ints, Purchases
from training.load import Dataset

LENGTH = 20
"""Items that a method answers with."""


@dataclass(frozen=True)
class Question:
    """What will this customer order next?

    Attributes:
        customer: position of the customer.
        moment: all that is known of the customer when asked.
        target: items of the next order, rising, each once; never empty.
    """

    customer: int
    moment: Moment
    target: Ints


@dataclass(frozen=True)
class Round:
    """Questions that are answered from the same knowledge of everybody.

    Attributes:
        known: everybody's orders to learn from.
        day: of learning, days since 1970-01-01.
        questions: in the order of time.
    """

    known: Purchases
    day: float
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Task:
    """A benchmark.

    `data` holds the whole file, later orders and contacts too: whoever answers a round looks at
    the catalogue there, at `Round.known`, and at contacts before `Round.day`.
    """

    name: str
    data: Dataset
    rounds: tuple[Round, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """Of all rounds, in the order in which a method answers them."""
        return tuple(question for part in self.rounds for question in part.questions)


Method = Callable[[Task, int], list[Ints]]
"""(task, seed) -> per question, in order, the positions of its best `LENGTH` items, best first."""
