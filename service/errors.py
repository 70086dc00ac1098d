"""Everything that can go wrong, with stable codes; HTTP is for `service/api/problems.py`.

EncoreError
+-- BadInput              the caller's data is wrong; says what to do
|   +-- InvalidFields         fields that are wrong, each with a pointer and a hint
|   +-- Malformed             not JSON as we accept it
|   +-- WrongMediaType        not sent as application/json
|   +-- TooLarge              the body exceeds the limit
|   +-- UnknownChannel
|   +-- ScriptError           script files that must be mended, all at once
|   +-- MixedCurrencies
+-- NotAllowed
|   +-- NoKey                 missing, unknown, revoked or expired key
|   +-- WrongRole
+-- NotFound
|   +-- LinkExpired           it was ours, and its time is over
+-- Conflict
|   +-- AlreadyDecided        same interaction id, another body
|   +-- StillRunning          the first request is not finished yet
|   +-- EventChanged          same event id, another content
|   +-- ModelInUse
|   +-- MessageRefused        consent, law or the facts forbid to write
+-- Unavailable           try again later
    +-- LedgerAway
    +-- MemoryAway
    +-- NoModel
"""

from __future__ import annotations

from typing import ClassVar


class EncoreError(Exception):
    """Base of all. `detail` is shown to the caller, so it says what to do and nothing private."""

    code: ClassVar[str] = "internal_error"

    def __init__(self, detail: str, *, pointer: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.pointer = pointer
        """JSON Pointer (RFC 6901) to the offending part of the request, where there is one."""


class BadInput(EncoreError):
    code = "invalid_input"


class InvalidFields(BadInput):
    def __init__(self, faults: tuple[tuple[str, str], ...]) -> None:
        super().__init__("Mend the fields named in errors, then send it again.")
        self.faults = faults
        """(JSON Pointer, what to do) for every wrong field."""


class Malformed(BadInput):
    code = "malformed_json"


class WrongMediaType(BadInput):
    code = "wrong_media_type"


class TooLarge(BadInput):
    code = "too_large"


class UnknownChannel(BadInput):
    code = "unknown_channel"


class ScriptError(BadInput):
    code = "invalid_script"


class MixedCurrencies(BadInput):
    code = "mixed_currencies"


class NotAllowed(EncoreError):
    code = "not_allowed"


class NoKey(NotAllowed):
    code = "invalid_key"


class WrongRole(NotAllowed):
    code = "wrong_role"


class NotFound(EncoreError):
    code = "not_found"


class LinkExpired(NotFound):
    code = "link_expired"


class Conflict(EncoreError):
    code = "conflict"


class AlreadyDecided(Conflict):
    code = "interaction_already_decided"


class StillRunning(Conflict):
    code = "still_running"


class EventChanged(Conflict):
    code = "event_already_recorded"


class ModelInUse(Conflict):
    code = "model_in_use"


class MessageRefused(Conflict):
    code = "message_refused"


class Unavailable(EncoreError):
    code = "unavailable"


class LedgerAway(Unavailable):
    code = "ledger_away"


class MemoryAway(Unavailable):
    code = "memory_away"


class NoModel(Unavailable):
    code = "no_model"


def in_one_line(error: BadInput, faults: int = 5) -> str:
    """Where the input is wrong and what to do, for a row among others; at most so many faults."""
    if not isinstance(error, InvalidFields):
        return f"{error.pointer}: {error.detail}" if error.pointer else error.detail
    told = [f"{pointer}: {hint}" if pointer else hint for pointer, hint in error.faults[:faults]]
    more = len(error.faults) - len(told)
    return " ".join(told) + (f" And {more} more." if more else "")
