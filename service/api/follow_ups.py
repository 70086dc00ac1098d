"""`/f/{token}`: where the link in a message leads. For people, so that it answers with pages.

It shows the item, its price and a button, never anything of the customer: whoever holds the link
may see the page. With a shop's address in the policy it leads there instead.
"""

from __future__ import annotations

from typing import Any, Final

from babel.numbers import format_currency
from flask import Response
from markupsafe import Markup

from models.domain import Outcome
from service import errors, links
from service.api.current import asked, forget, now, parts
from service.api.describe import operation, resource
from service.api.page_words import ABOUT, CHANGED, EXPIRED, THANKS, UNKNOWN, in_language
from service.ledger.messages import Link, find_link, mark_accepted, mark_opened
from service.ledger.outcomes import record_by_link
from service.message import still_true

blueprint = resource("links", "Where the link in a message leads.")
HTML: Final = {"text/html": {"type": "string"}}
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
"""The shop is not told the link either: nobody else may use it."""
PAGE: Final = Markup("""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 3rem auto;
padding: 0 1rem }} button {{ font: inherit; padding: .5rem 1rem }}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{content}
</main>
</body>
</html>
""")
BUTTON: Final = Markup('<p>{price}</p>\n<form method="post"><button>{label}</button></form>')
SAID: Final = Markup("<p>{words}</p>")


@operation(
    blueprint,
    "GET /f/<token>",
    gives={200: None, 302: None, 404: None, 410: None},
    problems=(503,),
    media_types=HTML,
)
def follow(token: str) -> Response:
    """Follow the link in a message

    Leads to the shop's page of the item, or shows a small one. The first time is counted.
    """
    try:
        link = _link(token)
    except errors.NotFound as error:
        return _refusal(error)
    if asked().method == "GET" and link.opened_at is None:
        with parts().pool.connection() as connection:
            mark_opened(connection, link.id, now())
    shop = parts().policy.follow_up.page_of(link.item_id)
    return Response(status=302, headers={"Location": shop, **HEADERS}) if shop else _page_of(link)


@operation(
    blueprint,
    "POST /f/<token>",
    gives={200: None, 404: None, 410: None},
    problems=(503,),
    media_types=HTML,
)
def accept(token: str) -> Response:
    """Say yes by the link in a message

    The button of Encore's own page. It counts as an outcome, `accepted`, once.
    """
    try:
        link = _link(token)
    except errors.NotFound as error:
        return _refusal(error)
    if not _still_true(link):
        return _page_of(link)
    moment = now()
    with parts().pool.connection() as connection:
        said_at = mark_accepted(connection, link.id, moment)
        said = Outcome(
            f"link-{link.id}", link.suggestion_id, "accepted", said_at, item_id=link.item_id
        )
        record_by_link(connection, said, moment)
    forget([link.customer_id])
    language = link.page["locale"]
    words = SAID.format(words=link.page["recap"])
    return _page(200, language, in_language(THANKS, [language]), words)


def _link(token: str) -> Link:
    """
    Raises:
        errors.LinkExpired: its time is over.
        errors.NotFound: nobody has signed it, or the customer was erased.
    """
    with parts().pool.connection() as connection:
        id_ = links.id_of(token, links.keys_of(parts().settings, connection))
        link = find_link(connection, id_)
    if link is None:
        raise errors.NotFound("What this link was about is gone.")
    if link.expires_at <= now():
        raise errors.LinkExpired("This link has expired.")
    return link


def _page_of(link: Link) -> Response:
    page = link.page
    language = page["locale"]
    if not _still_true(link):
        content = SAID.format(words=in_language(CHANGED, [language]))
    else:
        price = format_currency(page["price"]["amount"], page["price"]["currency"], locale=language)
        content = BUTTON.format(price=price, label=page["accept_label"])
    return _page(200, language, page["name"], content)


def _still_true(link: Link) -> bool:
    return still_true(parts().catalogue.get(link.item_id), link.page["price"])


def _refusal(error: errors.NotFound) -> Response:
    """In the language of the browser: of the link nothing is known, or no more."""
    expired = isinstance(error, errors.LinkExpired)
    wanted = [name.replace("-", "_") for name, _ in asked().accept_languages]
    words = in_language(EXPIRED if expired else UNKNOWN, wanted)
    language = in_language(ABOUT, wanted)
    return _page(410 if expired else 404, language, words, Markup(""))


def _page(status: int, locale: str, title: str, content: Any) -> Response:
    language = locale.replace("_", "-")
    text = PAGE.format(language=language, title=title, content=content)
    return Response(text, status, mimetype="text/html", headers=HEADERS)
