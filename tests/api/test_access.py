"""Who may call what: every route for every role, generated from the routes themselves."""

from __future__ import annotations

import pytest
from flask import Flask

from service.api.access import NOT_ROLES, PUBLIC, ROUTES, VIEWED
from service.keys import ROLES
from tests.api.client import Client, assert_problem, example_of

FAR_AWAY = {"environ_overrides": {"REMOTE_ADDR": "203.0.113.9"}}


def calls_of(app: Flask) -> set[str]:
    """Every method of every rule, such as "GET /v1/models"."""
    return {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD"}
    }


def test_every_route_has_declared_roles_and_no_declaration_is_left_over(app: Flask) -> None:
    assert calls_of(app) == set(ROUTES)


def test_only_roles_that_keys_can_have_are_declared() -> None:
    assert frozenset().union(*ROUTES.values()) - NOT_ROLES <= set(ROLES)


@pytest.mark.parametrize("name", ROUTES)
def test_each_role_gets_through_where_it_is_declared_and_nowhere_else(
    client: Client, name: str
) -> None:
    allowed = ROUTES[name]
    for role in ROLES:
        answer = client.as_(role).call(*example_of(name), **FAR_AWAY)
        if allowed is PUBLIC or role in allowed or role == "admin":
            assert answer.status_code not in (401, 403), role
        else:
            detail = assert_problem(answer, 403, "wrong_role")["detail"]
            assert f"role {role}" in detail
            assert "admin" in detail


@pytest.mark.parametrize("name", ROUTES)
def test_without_a_key_only_public_routes_answer(client: Client, name: str) -> None:
    answer = client.call(*example_of(name), **FAR_AWAY)
    if ROUTES[name] is PUBLIC:
        assert answer.status_code not in (401, 403)
    elif name == "GET /dashboard":
        assert (answer.status_code, answer.location) == (303, "/dashboard/session")
    else:
        assert_problem(answer, 401, "invalid_key")


def test_only_what_is_read_opens_to_a_browsers_cookie() -> None:
    viewed = {name for name, allowed in ROUTES.items() if "signed_in" in allowed}
    assert viewed
    assert all(name.startswith(("GET /dashboard", "GET /v1/reports/")) for name in viewed)
    assert all(ROUTES[name] is VIEWED for name in viewed)


def test_a_route_that_was_not_declared_is_closed_to_all_but_admins(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(ROUTES, "GET /v1/models")
    assert_problem(client.get("/v1/models"), 401)
    assert_problem(client.as_("trainer").get("/v1/models"), 403)
    assert client.as_("admin").get("/v1/models").status_code == 200


def test_head_needs_the_same_key_as_get(client: Client) -> None:
    assert client.call("HEAD", "/v1/models").status_code == 401
    assert client.as_("agent").call("HEAD", "/v1/models").status_code == 403
    assert client.as_("trainer").call("HEAD", "/v1/models").status_code == 200


def test_metrics_need_a_key_unless_asked_from_the_machine_itself(client: Client) -> None:
    assert client.get("/metrics").status_code == 200
    through_a_proxy = {"X-Forwarded-For": "203.0.113.9"}
    assert_problem(client.get("/metrics", headers=through_a_proxy), 401)
    assert_problem(client.get("/metrics", **FAR_AWAY), 401)
    assert client.as_("manager").get("/metrics", **FAR_AWAY).status_code == 200
