"""`GET` and `PUT /v1/costs`: what contacts cost, as the reports reckon with it."""

from __future__ import annotations

from typing import Final

from flask import Response

from service.api import access
from service.api import json as strict
from service.api.current import answer, asked, now, parts
from service.api.describe import operation, resource
from service.api.schemas import load
from service.api.schemas_costs import CostsInForceSchema, CostsSchema
from service.ledger import costs as ledger
from service.reports.own_costs import check, document

blueprint = resource("costs", "What contacts cost.")
COSTS: Final = CostsSchema()


@operation(blueprint, "GET /v1/costs", gives={200: CostsInForceSchema})
def show_costs() -> Response:
    """Read the costs in force

    `basis: benchmark` says that they are not yours. Version 0 is the file's.
    """
    return _in_force()


@operation(blueprint, "PUT /v1/costs", takes=CostsSchema, gives={200: CostsInForceSchema})
def enter_costs() -> Response:
    """Enter your own costs

    In the ledger's currency, with every channel of the policy. They count at once, for all
    periods, before those of a file; each version is kept, with who entered it and when.
    """
    found = check(
        load(COSTS, strict.read(asked())), parts().policy.channels, parts().settings.currency
    )
    by = access.key_of(asked().environ, parts()).id
    with parts().pool.connection() as connection:
        ledger.enter(connection, document(found), by, now())
    return _in_force()


def _in_force() -> Response:
    with parts().pool.connection() as connection:
        parts().see_costs(connection)
        entered = ledger.newest(connection)
    return answer({
        "version": parts().costs.version,
        "entered_by": entered.by if entered else None,
        "entered_at": entered.at if entered else None,
        **document(parts().costs),
    })  # fmt: skip
