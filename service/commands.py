"""What each command of `python -m service` does.

A command imports its own libraries, so that listing keys does not wait for those of the importers.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.errors import BadInput, MemoryAway

if TYPE_CHECKING:
    from psycopg import Connection


def run_all(arguments: Namespace) -> None:
    from service.run import Options, run

    run(
        Options(
            folder=arguments.folder,
            port=arguments.port,
            orders=arguments.orders,
            shop=arguments.shop,
            with_parent=arguments.with_parent,
        )
    )


def clear(arguments: Namespace) -> None:
    from service.claims import clear_folder

    clear_folder(arguments.folder.resolve())


def migrate(arguments: Namespace) -> None:
    from service.ledger import schema

    schema.migrate(_database_url())
    print(f"The ledger is at revision {schema.newest_revision()}.")


def create_key(arguments: Namespace) -> None:
    from service import keys

    now, days = datetime.now(UTC), arguments.expires_in_days
    expires_at = now + timedelta(days=days) if days else None
    with _ledger() as connection:
        made = keys.make_key(
            connection, arguments.role, now, label=arguments.label, expires_at=expires_at
        )
    print(made)
    print("Keep it safe: it cannot be shown again.", file=sys.stderr)


def list_keys(arguments: Namespace) -> None:
    from service import keys

    now = datetime.now(UTC)
    with _ledger() as connection:
        known = keys.list_keys(connection)
    print(f"{'id':12}  {'role':8}  {'created':10}  {'state':18}  label")
    for key in known:
        state = "live"
        if key.revoked_at:
            state = f"revoked {key.revoked_at:%Y-%m-%d}"
        elif key.expires_at:
            state = f"expire{'d' if key.expires_at <= now else 's'} {key.expires_at:%Y-%m-%d}"
        print(f"{key.id:12}  {key.role:8}  {key.created_at:%Y-%m-%d}  {state:18}  {key.label}")


def revoke_key(arguments: Namespace) -> None:
    from service import keys

    with _ledger() as connection:
        keys.revoke_key(connection, arguments.id, datetime.now(UTC))
    print("Revoked; every worker refuses it within 5 seconds.")


def rotate_link_key(arguments: Namespace) -> None:
    from service.ledger import links

    if os.environ.get("ENCORE_LINK_KEY"):
        raise BadInput("ENCORE_LINK_KEY is set: put a new key before the old one, with a comma.")
    with _ledger() as connection:
        links.rotate_link_key(connection)
    print("Links are signed with a new key; those of the last key still work, older ones do not.")


def import_file(arguments: Namespace) -> None:
    from service.decision.policy import load_policy
    from service.importers import run as importers
    from service.memory import Memory
    from service.settings import from_environment

    settings = from_environment({**os.environ, "ENCORE_DATABASE_URL": _database_url()})
    format = arguments.format or arguments.file.suffix.removeprefix(".")
    memory = Memory(settings.redis_url)

    def forget(customer_ids: frozenset[str]) -> None:
        # Without Redis nothing is lost: the version in the ledger shows that a profile is old.
        with suppress(MemoryAway):
            memory.forget(customer_ids)

    with _ledger() as connection:
        report = importers.import_file(
            connection,
            arguments.kind,
            arguments.file,
            format,
            settings.currency,
            forget,
            load_policy(settings.policy).channels,
        )
    print(report)


def made_data(arguments: Namespace) -> None:
    import json

    from service.ledger.made import mark_as_made

    try:
        truth = json.loads(arguments.truth.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadInput(f"{arguments.truth} is no JSON: {error}.") from error
    if not isinstance(truth, dict):
        raise BadInput(f"{arguments.truth} holds no JSON object.")
    with _ledger() as connection:
        mark_as_made(connection, truth)
    print("Every view of this ledger now says that its data are made.")


def export(arguments: Namespace) -> None:
    from service.ledger.export import export as write

    with _ledger() as connection:
        write(connection, arguments.folder)


def report(arguments: Namespace) -> None:
    from service.decision.policy import load_policy
    from service.ledger.costs import newest
    from service.ledger.made import is_made, made_truth
    from service.reports.costs import load_costs
    from service.reports.own_costs import restore
    from service.reports.query import RecoveryQuery
    from service.reports.recovery import recovery
    from service.reports.tables import to_json
    from service.settings import from_environment

    settings = from_environment({**os.environ, "ENCORE_DATABASE_URL": _database_url()})
    policy, now = load_policy(settings.policy), datetime.now(UTC)
    margin_rate = Decimal(str(policy.margin_rate))
    query = RecoveryQuery(
        arguments.from_date,
        arguments.to_date,
        arguments.window_days,
        channel=arguments.channel,
        team=arguments.team,
    )
    with _ledger() as connection:
        made, entered = is_made(connection), newest(connection)
        if entered is not None:
            costs = restore(entered, settings.currency)
        else:
            costs = load_costs(settings.costs, policy.channels, settings.currency)

        def by(group_by: str) -> dict[str, Any]:
            asked = replace(query, group_by=group_by)
            return to_json(recovery(connection, costs, asked, now, margin_rate))

        if arguments.html is None:
            from service.reports.dashboard.words import summary

            print("Made data: all numbers are made up.\n" * made + summary(by("none")))
            return
        from service.reports.dashboard.page import View, page
        from service.reports.dashboard.sections import MAKERS
        from service.reports.insight import Asked
        from service.reports.insight_tables import insight_json

        def insight(name: str) -> dict[str, Any]:
            return insight_json(MAKERS[name](connection, Asked(query, costs, now, margin_rate)))

        truth = (made_truth(connection) or {}) if made else None
        view = View(query, truth=truth, interactive=False)
        arguments.html.write_text("".join(page(view, by, insight)), encoding="utf-8")
    print(f"Wrote {arguments.html}; it needs no network.")


def _ledger() -> Connection:
    import psycopg

    return psycopg.connect(_database_url(), autocommit=True, connect_timeout=10)


def _database_url() -> str:
    url = os.environ.get("ENCORE_DATABASE_URL")
    if url:
        return url
    hint = "set it to postgresql://user:secret@host/database"
    if Path("var/env").exists():
        hint = "`make run` wrote its own down: type `. var/env` and try again"
    raise BadInput(f"ENCORE_DATABASE_URL is not set; {hint}.")
