"""`POST /v1/suggestions/{id}/messages`: the same decision in writing, for the desk to send."""

from __future__ import annotations

from typing import Final

from flask import Response

from service import errors, message
from service.api import json as strict
from service.api.current import asked, check_spool, forget, now, parts
from service.api.describe import operation, resource
from service.api.schemas import load
from service.api.schemas_messages import MessageAnswerSchema, MessageRequestSchema
from service.ledger.messages import keep_message, stored_message
from service.ledger.profiles import read_profile
from service.writing import write as write_message

blueprint = resource("messages", "A decision in writing, and the link in it.")
MESSAGE: Final = MessageRequestSchema()


@operation(
    blueprint,
    "POST /v1/suggestions/<suggestion_id>/messages",
    takes=MessageRequestSchema,
    gives={200: MessageAnswerSchema},
    problems=(409,),
    replayable=True,
)
def write(suggestion_id: str) -> Response:
    """Put a suggestion into writing

    Subject, text and link of a message about a suggestion that was shown, under the same rules as
    any ask on that channel. It is no ask of its own. Encore sends nothing: send it yourself, not
    before `not_before`. The same message again is the stored one.
    """
    wanted = load(MESSAGE, strict.read(asked()))
    channel = _writable(wanted["channel"])
    house, moment = parts(), now()
    with house.pool.connection() as connection:
        try:
            known = message.about(connection, suggestion_id)
        except errors.NotFound:
            check_spool(suggestion_id)
            raise
        item_id = message.item_of(known, wanted.get("item_id"))
        profile = read_profile(connection, known.customer_id, moment)
        message.check_allowed(known, profile, channel, house, moment)
        message.check_true(known, item_id, house)
        body = stored_message(connection, suggestion_id, channel, item_id)
        replayed = body is not None
        if body is None:
            made = write_message(
                connection, suggestion_id, known, item_id, profile.customer, channel, house,
                asked().host_url, moment,
            )  # fmt: skip
            if keep_message(connection, made, known.customer_id):
                body = made.answer
            else:  # the same message was written at the same moment
                body = stored_message(connection, suggestion_id, channel, item_id)
                replayed = True
    forget([known.customer_id])
    answer = Response(body, mimetype="application/json")
    if replayed:
        answer.headers["Idempotent-Replayed"] = "true"
    return answer


def _writable(channel: str) -> str:
    """
    Raises:
        errors.UnknownChannel: the policy has no such channel, or it is not written.
    """
    house = parts()
    written = [
        name
        for name in house.policy.channels
        if house.library.channel_like(name) in message.WRITTEN
    ]
    if channel not in written:
        raise errors.UnknownChannel(
            f"Nothing can be written to be sent there; use one of: {', '.join(written)}.",
            pointer="/channel",
        )
    return channel
