"""The limits of `policy.toml` as values, checked once at start-up."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from models.domain import CHANNELS, MOODS, RETURN_REASONS, SEVERITIES, TOPICS
from service.decision.policy_file.checks import contradictions
from service.decision.policy_file.explore import Explore, read_explore
from service.decision.policy_file.follow_up import FollowUp, read_follow_up
from service.decision.policy_file.gates import GateLimits, read_gate_limits
from service.decision.policy_file.reader import BadPolicy, Reader
from service.decision.policy_file.worth import Pricing, read_pricing
from service.errors import UnknownChannel

SHIPPED: Final = Path(__file__).with_name("policy.toml")


@dataclass(frozen=True, slots=True)
class Channel:
    """`asks` within `Policy.fatigue`; `seconds` an ask takes; `like` names a shipped channel.

    `short_seconds` is for the short script, said while others wait. On a channel that is `sent` a
    message may arrive when the customer sleeps: quiet hours count.
    """

    name: str
    asks: int
    seconds: int
    like: str
    short_seconds: int
    sent: bool


@dataclass(frozen=True, slots=True)
class Policy:
    version: str
    channels: Mapping[str, Channel]
    fatigue: timedelta
    declined_silence: timedelta
    declined_often: int
    declined_often_within: timedelta
    declined_often_silence: timedelta
    declined_item: timedelta
    severe: frozenset[str]
    angry: frozenset[str]
    returned: frozenset[str]
    nothing_dearer: frozenset[str]
    holdout_share: float
    holdout_experiment: str
    holdout_salt: str
    margin_rate: float
    shortlist: int
    expires: timedelta
    gates: GateLimits
    explore: Explore
    pricing: Pricing
    follow_up: FollowUp

    def channel(self, name: str) -> Channel:
        """Raises UnknownChannel, naming those that exist."""
        try:
            return self.channels[name]
        except KeyError:
            known = ", ".join(sorted(self.channels))
            raise UnknownChannel(
                f"{name!r} is not a channel of this policy; use one of {known}, or declare it"
            ) from None


def load_policy(path: Path | None = None) -> Policy:
    """Read the shipped policy or one of the operator's own.

    Raises:
        BadPolicy: naming every entry that is missing, unknown or out of range.
    """
    path = path or SHIPPED
    try:
        tables = tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadPolicy(f"{path} cannot be read: {error}") from error
    levers = tables.pop("levers", {})
    reader = Reader(tables)
    channels = {name: _channel(reader, name) for name in reader.tables("channels")}
    gates = read_gate_limits(reader)
    policy = Policy(
        version=reader.text("version"),
        channels=channels,
        fatigue=reader.days("fatigue.days", 1),
        declined_silence=reader.days("declined.silence_days", 0),
        declined_often=int(reader.number("declined.often", 1, 100)),
        declined_often_within=reader.days("declined.often_within_days", 0),
        declined_often_silence=reader.days("declined.often_silence_days", 0),
        declined_item=reader.days("declined.item_days", 0),
        severe=reader.choices("severity.blocks", SEVERITIES),
        angry=reader.choices("mood.blocks", MOODS),
        returned=reader.choices("returned.blocks", RETURN_REASONS),
        nothing_dearer=reader.choices("trouble.nothing_dearer", TOPICS),
        holdout_share=reader.number("holdout.share", 0, 0.5),
        holdout_experiment=reader.text("holdout.experiment"),
        holdout_salt=reader.text("holdout.salt"),
        margin_rate=reader.number("worth.margin_rate", 0, 1),
        shortlist=int(reader.number("worth.shortlist", 1, 1000)),
        expires=timedelta(minutes=reader.number("answer.expires_minutes", 1, 24 * 60)),
        gates=gates,
        explore=read_explore(reader),
        pricing=read_pricing(reader, levers, gates.returners.cost),
        follow_up=read_follow_up(reader),
    )
    if reader.all_right:
        reader.wrong += contradictions(policy)
    reader.finish(path)
    return policy


def _channel(reader: Reader, name: str) -> Channel:
    like = reader.optional(f"channels.{name}.like", name)
    if like not in CHANNELS:
        reader.wrong.append(f"channels.{name}.like: use one of {', '.join(CHANNELS)}")
    seconds = int(reader.number(f"channels.{name}.seconds", 0, 600))
    asks = int(reader.number(f"channels.{name}.asks", 0, 1000))
    short = f"channels.{name}.short_seconds"
    short_seconds = int(reader.number(short, 0, seconds or 600)) if short in reader else seconds
    sent = reader.flag(f"channels.{name}.sent", False)
    return Channel(name, asks, seconds, like, min(short_seconds, seconds), sent)
