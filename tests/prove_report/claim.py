"""One bar that the reports must keep to, and how they did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    name: str
    bar: str
    found: str
    kept: bool
