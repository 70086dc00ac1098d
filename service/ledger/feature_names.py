"""What the features in a decision's record are called: kept once, since there are many records.

A record names the key under which the table `facts` has them. Records of before name them
themselves.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from psycopg import Connection
from psycopg.types.json import Jsonb

from models.features import FEATURES

KEY: Final = "features-" + hashlib.sha256(",".join(FEATURES).encode()).hexdigest()[:8]
"""Another one for other names, or for another order of them."""


def note_feature_names(connection: Connection[Any]) -> None:
    """Put down the names that this release's records go by, if nobody has."""
    connection.execute(
        "INSERT INTO facts VALUES (%s, %s) ON CONFLICT (key) DO NOTHING", [KEY, Jsonb(FEATURES)]
    )
