"""A key per role and an example that works when pasted: what `make run` prints and keeps.

The keys are made for one machine and kept in `var/demo.json`, which only its owner may read.
"""

from __future__ import annotations

import http.client
import json
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from psycopg import Connection

from service import keys
from service.first_fill import write_privately
from service.ledger import examples

ASKED_AT_MOST: Final = 120
WANTED: Final = 5
"""So many customers who would be offered something are named."""
FRESH: Final = timedelta(days=2)
Ask = Callable[[Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Demo:
    """What one needs to try a running service."""

    url: str
    keys: Mapping[str, str]
    example_customers: tuple[str, ...]
    """Those whom the service would offer three items at this moment, if there are any."""
    example_request: Mapping[str, Any]


def make_demo(connection: Connection, url: str, folder: Path, now: datetime) -> Demo:
    """Find keys and an example, and write them to `demo.json`.

    Args:
        connection: to the ledger, in autocommit mode.
        url: where the service answers.
    """
    path = folder / "demo.json"
    demo_keys = _keys(connection, path, now)
    customers, request = find_example(connection, asker(url, demo_keys["agent"]), now)
    demo = Demo(url, demo_keys, customers, request)
    written = {
        "url": url,
        "keys": demo_keys,
        "example_customers": customers,
        "example_request": request,
    }
    write_privately(path, json.dumps(written, indent=2, ensure_ascii=False) + "\n")
    return demo


def find_example(
    connection: Connection, ask: Ask, now: datetime
) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Customers who would be offered three items, and a request for the first of them.

    Old data gets an old contact: the request is dated shortly after the last order.
    """
    newest = examples.newest_order(connection) or now
    resolved_at = now if now - newest < FRESH else newest + timedelta(hours=12)
    candidates = examples.example_customers(connection, ASKED_AT_MOST)
    found: list[dict[str, Any]] = []
    for number, candidate in enumerate(candidates):
        request = _request(candidate.customer_id, candidate.item_id, resolved_at, now)
        answer = ask({**request, "dry_run": True})
        if answer.get("decision") == "offer" and len(answer["suggestions"]) == request["limit"]:
            found.append(request)
        if len(found) == WANTED or (found and number > ASKED_AT_MOST / 2):
            break
    customers = tuple(request["customer"]["id"] for request in found)
    if found:
        return customers, found[0]
    if candidates:
        return (), _request(candidates[0].customer_id, candidates[0].item_id, resolved_at, now)
    return (), _request("a-new-customer", None, resolved_at, now)


def text_of(demo: Demo, folder: Path) -> str:
    """What an operator reads once the service answers."""
    here = Path.cwd()
    shown = folder.relative_to(here) if folder.is_relative_to(here) else folder
    width = max(map(len, demo.keys))
    body = json.dumps(demo.example_request, ensure_ascii=False)
    curl = (
        f"curl -s {demo.url}/v1/suggestions -H 'Authorization: Bearer {demo.keys['agent']}'"
        f" -H 'Content-Type: application/json' -d {shlex.quote(body)}"
    )
    return "\n".join(
        [
            "",
            f"Encore answers on {demo.url} (what it can do: {demo.url}/docs)",
            f"The manager's page is {demo.url}/dashboard (sign in with the manager's key).",
            "",
            *(f"  {role:{width}}  {key}" for role, key in demo.keys.items()),
            "",
            "A return was just resolved; what might this customer order next?",
            "",
            curl,
            "",
            f"The same is in {shown / 'demo.json'}; the log is {shown / 'web.log'}.",
            f"After `. {shlex.quote(str(shown / 'env'))}` commands such as"
            " `python -m service keys list` reach it.",
            "Ctrl-C ends everything.",
            "",
        ]
    )


def asker(url: str, key: str) -> Ask:
    """Post suggestion requests to a running service; whatever goes wrong is an empty answer."""
    address = url.removeprefix("http://")

    def ask(request: Mapping[str, Any]) -> Mapping[str, Any]:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        connection = http.client.HTTPConnection(address, timeout=10)
        try:
            connection.request("POST", "/v1/suggestions", json.dumps(request), headers)
            answer = json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError):
            return {}
        finally:
            connection.close()
        return answer if isinstance(answer, dict) else {}

    return ask


def _keys(connection: Connection, path: Path, now: datetime) -> dict[str, str]:
    """The keys of the last run as far as they are still good, new ones for the other roles."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))["keys"]
    except (OSError, ValueError, KeyError):
        kept = {}
    return {
        role: kept[role]
        if role in kept and keys.is_good(connection, kept[role], role, now)
        else keys.make_key(connection, role, now, label="make run")
        for role in keys.ROLES
    }


def _request(
    customer_id: str, item_id: str | None, resolved_at: datetime, now: datetime
) -> dict[str, Any]:
    about: Iterable[Mapping[str, str]] = (
        [{"item_id": item_id, "reason": "unwanted_gift"}] if item_id else []
    )
    return {
        "interaction": {
            "id": f"demo-{now:%Y%m%dT%H%M%S}",
            "channel": "phone",
            "topic": "return",
            "status": "resolved",
            "resolved_at": resolved_at.replace(microsecond=0).isoformat(),
            "first_contact": True,
            "mood": "calm",
            "handle_seconds": 240,
            "items": about,
        },
        "customer": {"id": customer_id},
        "limit": 3,
    }
