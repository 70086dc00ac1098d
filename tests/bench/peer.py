"""The obvious peer: Flask, marshmallow and implicit, with the histories in Redis.

It takes the same request and answers with three items. It has no keys, rules, words or record.
Some would keep a history as it is needed, as counts of items; others as the orders came, and load
them with the schema that they have. Both are measured.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import redis
from flask import Flask, Response, jsonify, request
from implicit.cpu.als import AlternatingLeastSquares
from marshmallow import Schema, ValidationError, fields, validate
from scipy import sparse

from models import domain
from tests.bench.peer_fit import ITEMS, MODEL, counts_key, orders_key

Counts = tuple[list[int], list[float]]
"""Positions in the catalogue, each once, and how often each was bought."""


def one_of(choices: tuple[str, ...]) -> fields.String:
    return fields.String(validate=validate.OneOf(choices), allow_none=True)


class ContactItemSchema(Schema):
    item_id = fields.String(required=True)
    reason = one_of(domain.RETURN_REASONS)
    attribute = fields.String(allow_none=True)


class InteractionSchema(Schema):
    id = fields.String(required=True)
    channel = fields.String(required=True, validate=validate.OneOf(domain.CHANNELS))
    topic = fields.String(required=True, validate=validate.OneOf(domain.TOPICS))
    status = fields.String(required=True, validate=validate.OneOf(domain.STATUSES))
    resolved_at = fields.AwareDateTime(allow_none=True)
    first_contact = fields.Boolean(allow_none=True)
    fault = one_of(domain.FAULTS)
    severity = one_of(domain.SEVERITIES)
    mood = one_of(domain.MOODS)
    public = fields.Boolean(allow_none=True)
    handle_seconds = fields.Integer(strict=True, validate=validate.Range(min=0))
    agent_id = fields.String(allow_none=True)
    team = fields.String(allow_none=True)
    employer = one_of(domain.EMPLOYERS)
    items = fields.List(fields.Nested(ContactItemSchema))


class CustomerSchema(Schema):
    id = fields.String(required=True)
    locale = fields.String(allow_none=True)
    first_name = fields.String(allow_none=True)


class LineSchema(Schema):
    item_id = fields.String(required=True)
    quantity = fields.Integer(strict=True, required=True, validate=validate.Range(min=1))
    unit_price = fields.Decimal(required=True)


class OrderSchema(Schema):
    id = fields.String(required=True)
    placed_at = fields.AwareDateTime(required=True)
    currency = fields.String(required=True)
    lines = fields.List(fields.Nested(LineSchema), required=True)


class RequestSchema(Schema):
    interaction = fields.Nested(InteractionSchema, required=True)
    customer = fields.Nested(CustomerSchema, required=True)
    limit = fields.Integer(strict=True, validate=validate.Range(1, 10), load_default=3)


class MoneySchema(Schema):
    amount = fields.String()
    currency = fields.String()


class SuggestionSchema(Schema):
    rank = fields.Integer()
    item_id = fields.String()
    name = fields.String()
    price = fields.Nested(MoneySchema)
    score = fields.Float()


class AnswerSchema(Schema):
    interaction_id = fields.String()
    suggestions = fields.List(fields.Nested(SuggestionSchema))


def with_counts() -> Flask:
    """Histories are kept as (positions, counts)."""

    def read(stored: bytes, place: Mapping[str, int]) -> Counts:
        positions, counts = json.loads(stored)
        return positions, counts

    return _app(counts_key, read)


def with_orders() -> Flask:
    """Histories are kept as orders."""
    orders = OrderSchema(many=True)

    def read(stored: bytes, place: Mapping[str, int]) -> Counts:
        counts: dict[int, float] = {}
        for order in orders.loads(stored):
            for line in order["lines"]:
                position = place[line["item_id"]]
                counts[position] = counts.get(position, 0.0) + 1.0
        return list(counts), list(counts.values())

    return _app(orders_key, read)


def _app(key_of: Callable[[str], str], read: Callable[[bytes, Mapping[str, int]], Counts]) -> Flask:
    flask = Flask("peer", static_folder=None)
    folder = Path(os.environ["PEER_FOLDER"])
    items = json.loads((folder / ITEMS).read_text())
    place = {item["item_id"]: position for position, item in enumerate(items)}
    model = AlternatingLeastSquares.load(str(folder / MODEL))
    histories = redis.Redis.from_url(os.environ["ENCORE_REDIS_URL"])
    takes, gives = RequestSchema(), AnswerSchema()

    @flask.errorhandler(ValidationError)
    def refuse(error: ValidationError) -> tuple[Response, int]:
        return jsonify(error.messages), 422

    @flask.post("/v1/suggestions")
    def suggest() -> Response:
        wanted: dict[str, Any] = takes.load(request.get_json())
        stored = histories.get(key_of(wanted["customer"]["id"]))
        positions, counts = read(stored, place) if isinstance(stored, bytes) else ([], [])
        row = sparse.csr_matrix(
            (np.array(counts, np.float32), positions, [0, len(positions)]), shape=(1, len(items))
        )
        found, scores = model.recommend(
            0, row, N=wanted["limit"], filter_already_liked_items=False, recalculate_user=True
        )
        suggestions = [
            {"rank": rank, **items[position], "score": score}
            for rank, (position, score) in enumerate(
                zip(found.tolist(), scores.tolist(), strict=True), 1
            )
        ]
        answer = {"interaction_id": wanted["interaction"]["id"], "suggestions": suggestions}
        return jsonify(gives.dump(answer))

    return flask
