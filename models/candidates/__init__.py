"""Where suggestions may come from: one file per source, asked in this order."""

from __future__ import annotations

from typing import Final

from models.candidates.alike import Alike
from models.candidates.base import Source
from models.candidates.following import Following
from models.candidates.neighbours import Neighbours
from models.candidates.popular import Popular
from models.candidates.repeat import Repeat
from models.candidates.replace import Replace
from models.candidates.similar import Similar
from models.candidates.together import Together

SOURCES: Final[tuple[type[Source], ...]] = (
    Repeat, Together, Following, Neighbours, Alike, Similar, Replace, Popular,
)  # fmt: skip
