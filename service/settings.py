"""Settings from `ENCORE_*` variables: frozen, checked once, every bad value reported."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

SHORTEST_LINK_KEY: Final = 32


class BadSettings(SystemExit):
    """Raised with one line per bad variable, so that an operator mends them all at once."""


@dataclass(frozen=True, slots=True)
class Settings:
    database_url: str = field(repr=False)
    """ENCORE_DATABASE_URL: PostgreSQL, `postgresql://user:secret@host/database`."""
    redis_url: str = field(repr=False)
    """ENCORE_REDIS_URL: Redis or Valkey, `redis://host:6379/0` or `unix:///path`."""
    bundles: Path
    """ENCORE_BUNDLES: the folder that the training publishes to."""
    currency: str = "GBP"
    """ENCORE_CURRENCY: the one ISO 4217 currency that the ledger keeps."""
    policy: Path | None = None
    """ENCORE_POLICY: a policy.toml of your own; absent, the one in service/decision/."""
    costs: Path | None = None
    """ENCORE_COSTS: a costs.toml of your own; absent, the benchmark in service/reports/."""
    scripts: Path | None = None
    """ENCORE_SCRIPTS: a folder of scripts of your own; absent, the one in service/scripts/."""
    items: Path | None = None
    """ENCORE_ITEMS: the folder where all workers of one server have the file of the items, named
    by gunicorn's master; absent, one of its own."""
    link_keys: tuple[str, ...] = field(default=(), repr=False)
    """ENCORE_LINK_KEY: what signs links, the newest first; absent, the ledger's own key does."""


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Read and check the settings.

    Raises:
        BadSettings: with every missing or wrong variable, and what it should be.
    """
    wrong: list[str] = []

    def required(name: str, pattern: str, hint: str) -> str:
        value = environment.get(name, "")
        if not re.match(pattern, value):
            # A URL may hold a password, so what it is is not repeated.
            wrong.append(f"{name} {'is not what it should be' if value else 'is not set'}: {hint}")
        return value

    def optional_file(name: str) -> Path | None:
        value = environment.get(name)
        if value and not Path(value).is_file():
            wrong.append(f"{name} is {value!r}: there is no such file")
        return Path(value) if value else None

    def optional_folder(name: str) -> Path | None:
        value = environment.get(name)
        if value and not Path(value).is_dir():
            wrong.append(f"{name} is {value!r}: there is no such folder")
        return Path(value) if value else None

    items = environment.get("ENCORE_ITEMS")
    currency = environment.get("ENCORE_CURRENCY", "GBP")
    if not re.fullmatch(r"[A-Z]{3}", currency):
        wrong.append(f"ENCORE_CURRENCY is {currency!r}: use an ISO 4217 code such as GBP")
    link_keys = tuple(filter(None, environment.get("ENCORE_LINK_KEY", "").split(",")))
    if len(link_keys) > 2 or any(len(key) < SHORTEST_LINK_KEY for key in link_keys):
        wrong.append(
            "ENCORE_LINK_KEY is not what it should be: one key, or the new and the old one with a "
            f"comma between them, each of {SHORTEST_LINK_KEY} characters or more"
        )
    settings = Settings(
        database_url=required(
            "ENCORE_DATABASE_URL", r"postgres(ql)?://", "use postgresql://user:secret@host/database"
        ),
        redis_url=required("ENCORE_REDIS_URL", r"(rediss?|unix)://", "use redis://host:6379/0"),
        bundles=Path(required("ENCORE_BUNDLES", r".", "name the folder of the published bundles")),
        currency=currency,
        policy=optional_file("ENCORE_POLICY"),
        costs=optional_file("ENCORE_COSTS"),
        scripts=optional_folder("ENCORE_SCRIPTS"),
        items=Path(items) if items else None,
        link_keys=link_keys,
    )
    if wrong:
        raise BadSettings("Encore cannot start; please mend:\n  " + "\n  ".join(wrong))
    return settings
