"""The obvious peer: Flask, marshmallow and implicit, with the histories in Redis.

It takes the same request and answers with three items. It has no keys, rules, words or record.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import redis
from flask import Flask, Response, jsonify, request
from implicit.cpu.als import AlternatingLeastSquares
from marshmallow import Schema, ValidationError, fields, validate
from scipy import sparse

from models import domain
from tests.bench.peer_fit import ITEMS, MODEL, history_key


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


def app() -> Flask:
    flask = Flask("peer", static_folder=None)
    # gunicorn_conf.py, which all servers here share, tells this object when the worker drains.
    flask.extensions["encore"] = SimpleNamespace()
    folder = Path(os.environ["PEER_FOLDER"])
    items = json.loads((folder / ITEMS).read_text())
    model = AlternatingLeastSquares.load(str(folder / MODEL))
    histories = redis.Redis.from_url(os.environ["ENCORE_REDIS_URL"])
    takes, gives = RequestSchema(), AnswerSchema()

    @flask.errorhandler(ValidationError)
    def refuse(error: ValidationError) -> tuple[Response, int]:
        return jsonify(error.messages), 422

    @flask.post("/v1/suggestions")
    def suggest() -> Response:
        wanted: dict[str, Any] = takes.load(request.get_json())
        history = json.loads(histories.get(history_key(wanted["customer"]["id"])) or b"[[], []]")
        positions, counts = np.array(history[0], np.int32), np.array(history[1], np.float32)
        bounds = np.array([0, len(positions)], np.int32)
        row = sparse.csr_matrix((counts, positions, bounds), shape=(1, len(items)))
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
