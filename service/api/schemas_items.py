"""How an item is looked for, and what is found, for `/openapi.json`."""

from __future__ import annotations

from marshmallow import fields

from service.api.schemas_answers import Answer, MoneyAnswerSchema
from service.api.schemas_feed import Strict
from service.api.schemas_fields import Text


class LookupSchema(Strict):
    """Loads to a dict with `q`, what was typed."""

    q = Text(required=True)


class ItemFoundSchema(Answer):
    item_id = fields.String(required=True)
    name = fields.String(required=True)
    category = fields.String(required=True, allow_none=True)
    price = fields.Nested(MoneyAnswerSchema, required=True)
    sellable = fields.Boolean(required=True)
    likeness = fields.Float(required=True)


class ItemsFoundSchema(Answer):
    items = fields.List(fields.Nested(ItemFoundSchema), required=True)
