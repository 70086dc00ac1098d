"""Items, orders and interactions as shops and help desks send them; also used by the importers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validates_schema

from models import domain
from service.api.schemas_fields import (
    BIGGEST_QUANTITY,
    REQUIRED,
    Amount,
    Array,
    Choice,
    Day,
    Factor,
    Flag,
    Measure,
    Moment,
    Text,
    Whole,
)
from service.ledger import rates

CURRENCY = {"pattern": "[A-Z]{3}", "example": "GBP"}


class Strict(Schema):
    """Refuses unknown fields and builds one frozen value; `null` means absent."""

    class Meta:
        unknown = RAISE

    error_messages = {  # noqa: RUF012  # marshmallow's own way to word them
        "unknown": "There is no such field here; remove it or check its spelling.",
        "type": "Write an object.",
    }
    builds: ClassVar[Any] = dict

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Any:
        return self.builds(**{name: value for name, value in data.items() if value is not None})


def nested(schema: type[Strict], **options: Any) -> fields.Nested:
    """A field that holds an object of `schema`."""
    return fields.Nested(schema, error_messages=REQUIRED, **options)


class MoneySchema(Strict):
    builds = domain.Money

    amount = Amount(required=True)
    currency = Text(3, shortest=3, **CURRENCY, required=True)


class ContactItemSchema(Strict):
    builds = domain.ContactItem

    item_id = Text(required=True)
    reason = Choice(domain.RETURN_REASONS, allow_none=True)
    attribute = Text(100, allow_none=True)


class EffortSchema(Strict):
    builds = domain.Effort

    name = Text(100, required=True)
    cost = nested(MoneySchema, required=True)


class InteractionSchema(Strict):
    builds = domain.Interaction

    id = Text(required=True)
    channel = Text(50, required=True)
    """Which channels there are says the policy, so the edge looks it up there."""
    topic = Choice(domain.TOPICS, required=True)
    status = Choice(domain.STATUSES, required=True)
    resolved_at = Moment(allow_none=True)
    first_contact = Flag(allow_none=True)
    fault = Choice(domain.FAULTS, allow_none=True)
    severity = Choice(domain.SEVERITIES, allow_none=True)
    mood = Choice(domain.MOODS, allow_none=True)
    public = Flag(allow_none=True)
    handle_seconds = Whole(0, 1_000_000, allow_none=True)
    agent_id = Text(allow_none=True)
    team = Text(allow_none=True)
    employer = Choice(domain.EMPLOYERS, allow_none=True)
    items = Array(nested(ContactItemSchema), 1_000, allow_none=True)
    journey_id = Text(allow_none=True)
    transfers = Whole(0, 1_000, allow_none=True)
    cost = nested(MoneySchema, allow_none=True)
    customer_severity = Choice(domain.SEVERITIES, allow_none=True)
    loops = Whole(0, 1_000, allow_none=True)
    pressed_zero = Flag(allow_none=True)
    agent_authority = nested(MoneySchema, allow_none=True)
    goodwill = nested(MoneySchema, allow_none=True)
    efforts = Array(nested(EffortSchema), 50, allow_none=True)
    satisfaction = Whole(1, 5, allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Any:
        # none of them is the same as not a word about them
        return super().build({**data, "efforts": data.get("efforts") or None})


class InteractionFeedSchema(InteractionSchema):
    """An interaction that asked for no suggestion; loads to (customer_id, Interaction)."""

    customer_id = Text(required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> tuple[str, domain.Interaction]:
        customer_id = data.pop("customer_id")
        return customer_id, super().build(data)


class OrderLineSchema(Strict):
    builds = domain.OrderLine

    item_id = Text(required=True)
    quantity = Whole(1, BIGGEST_QUANTITY, required=True)
    unit_price = Amount(4, required=True)
    unit_cost = Amount(4, allow_none=True)


class RefundSchema(Strict):
    builds = domain.Refund

    item_id = Text(required=True)
    quantity = Whole(1, BIGGEST_QUANTITY, required=True)
    amount = Amount(4, required=True)
    refunded_at = Moment(required=True)


class InlineOrderSchema(Strict):
    """An order told with a request for suggestions; whose it is says the request."""

    builds = domain.Order

    id = Text(required=True)
    placed_at = Moment(required=True)
    currency = Text(3, shortest=3, **CURRENCY, required=True)
    # a wholesaler's order has over a thousand lines
    lines = Array(nested(OrderLineSchema), 10_000, fewest=1, required=True)
    channel = Text(50, allow_none=True)
    refunds = Array(nested(RefundSchema), 10_000, allow_none=True)
    cancelled_at = Moment(allow_none=True)
    discount = Amount(4, allow_none=True)

    @validates_schema
    def check_refunds(self, data: dict[str, Any], **_: Any) -> None:
        """No more comes back than was bought, and not before it was."""
        bought: Counter[str] = Counter()
        for line in data["lines"]:
            bought[line.item_id] += line.quantity
        left = sum((line.quantity * line.unit_price for line in data["lines"]), Decimal(0))
        left -= data.get("discount") or 0
        if left < 0:
            hint = "More is taken off than the lines cost."
            raise ValidationError({"discount": [hint]})
        wrong: dict[int, dict[str, list[str]]] = {}
        for place, refund in enumerate(data.get("refunds") or ()):
            bought[refund.item_id] -= refund.quantity
            left -= refund.amount
            if bought[refund.item_id] < 0:
                hint = "More comes back of this item than the order has."
                wrong[place] = {"quantity": [hint]}
            elif left < 0:
                wrong[place] = {"amount": ["More money comes back than the order cost."]}
            elif refund.refunded_at < data["placed_at"]:
                wrong[place] = {"refunded_at": ["This is before the order was placed."]}
        if wrong:
            raise ValidationError({"refunds": wrong})

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> domain.Order:
        order: domain.Order = super().build({"customer_id": "", **data})
        return order


class OrderSchema(InlineOrderSchema):
    """An order of the feed. Loads to `Order`; `customer_id: null` is an anonymous sale."""

    customer_id = Text(required=True, allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> domain.Order:
        given = {name: value for name, value in data.items() if value is not None}
        return domain.Order(**{"customer_id": None, **given})


class RateSchema(Strict):
    """A row of a file of exchange rates: units of the ledger's currency for one of `currency`."""

    builds = rates.Rate

    currency = Text(3, shortest=3, **CURRENCY, required=True)
    day = Day(required=True)
    rate = Factor(required=True)


class ValueField(fields.Raw):
    """A number, kept as `Decimal`, or a word of up to 200 characters."""

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata={"type": ["number", "string"]}, **options)
        self.number, self.word = Measure(), Text()

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Decimal | str:
        if isinstance(value, str):
            return self.word._deserialize(value, attr, data)
        return self.number._deserialize(value, attr, data)


class AttributeSchema(Strict):
    builds = domain.Attribute

    value = ValueField(required=True)
    unit = Text(20, allow_none=True)


class ItemSchema(Strict):
    builds = domain.Item

    id = Text(required=True)
    name = Text(500, required=True)
    category = Text(200, allow_none=True)
    price = Amount(required=True)
    currency = Text(3, shortest=3, **CURRENCY, required=True)
    unit_cost = Amount(allow_none=True)
    stock = Whole(0, 2**53 - 1, allow_none=True)
    attributes = fields.Dict(Text(100), nested(AttributeSchema), allow_none=True)
    sellable = Flag(allow_none=True)
    known_issue = Text(500, allow_none=True)
