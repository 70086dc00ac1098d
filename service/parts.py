"""The long-lived parts of one worker, wired once by `create_app` and handed to every request."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from psycopg import Connection

from service.catalogue import ItemCatalogue
from service.decision.policy import Policy, load_policy
from service.errors import LedgerAway, MemoryAway
from service.item_file import open_in
from service.keys import KeyRing
from service.learning import AskRecords
from service.ledger.costs import newest, newest_version
from service.ledger.feature_names import note_feature_names
from service.ledger.holdout import Holdout, note_holdout
from service.ledger.schema import is_current, other_currency
from service.ledger.store import LedgerPool
from service.memory import Memory
from service.reports.costs import Costs, load_costs
from service.reports.kept import KeptReports
from service.reports.own_costs import restore
from service.scripts.library import Library, load_library
from service.serving import ModelKeeper
from service.settings import Settings
from service.spool import drain
from service.uplift import MeasuredUplift

POOL_SIZE = 8
log = logging.getLogger(__name__)


@dataclass
class Parts:
    """Everything that outlives a request."""

    settings: Settings
    policy: Policy
    library: Library
    costs: Costs
    pool: LedgerPool
    memory: Memory
    catalogue: ItemCatalogue
    models: ModelKeeper
    keys: KeyRing
    ask_records: AskRecords
    uplift: MeasuredUplift
    reports: KeptReports = field(default_factory=KeptReports)
    draining: bool = False
    migrated: bool = False
    """Whether the ledger's tables were seen to be those that this code expects."""
    holdout_noted: bool = False
    names_noted: bool = False
    foreign_currency: str | None = None
    """What the ledger keeps, where that is not what the settings say."""

    def see_schema(self, connection: Connection) -> None:
        """Look whether the ledger's tables are there, and in our currency, until they are."""
        if not self.migrated and is_current(connection):
            self.foreign_currency = other_currency(connection, self.settings.currency)
            self.migrated = self.foreign_currency is None

    def learn(self, connection: Connection) -> None:
        """Count how asks went, once a minute, as soon as there are tables to count."""
        if self.migrated:
            self.ask_records.refresh(connection)

    def measure(self, connection: Connection) -> None:
        """Look what the holdout has shown, as soon as there are tables to look at."""
        if self.migrated:
            self.uplift.refresh(connection)

    @property
    def margin_rate(self) -> Decimal:
        """Share of the price that is margin where no cost of goods is known."""
        return Decimal(str(self.policy.margin_rate))

    def see_costs(self, connection: Connection) -> None:
        """Take over the costs that a manager has entered; they count before those of the file."""
        if newest_version(connection) != self.costs.version:
            entered = newest(connection)
            if entered is not None:
                self.costs = restore(entered, self.settings.currency)
            else:
                self.costs = self._file_costs()

    def note_holdout(self, connection: Connection) -> None:
        """Put down which customers this worker holds out, once, if that is news."""
        if self.migrated and not self.holdout_noted:
            policy = self.policy
            note_holdout(
                connection,
                Holdout(
                    policy.version,
                    policy.holdout_share,
                    policy.holdout_experiment,
                    policy.holdout_salt,
                ),
            )
            self.holdout_noted = True

    def note_names(self, connection: Connection) -> None:
        """Put down, once, what the features in this worker's records are called."""
        if self.migrated and not self.names_noted:
            note_feature_names(connection)
            self.names_noted = True

    def _file_costs(self) -> Costs:
        return load_costs(self.settings.costs, self.policy.channels, self.settings.currency)

    def drain(self, connection: Connection) -> None:
        """Move decisions that wait in the spool into the ledger."""
        drain(connection, self.memory)

    def ready(self) -> tuple[bool, list[str]]:
        """(Whether answers are possible, what is degraded); asks both stores."""
        degraded = []
        try:
            with self.pool.connection() as connection:
                self.see_schema(connection)
        except LedgerAway:
            degraded.append("ledger_away")
        try:
            self.memory.spool_length()
        except MemoryAway:
            degraded.append("memory_away")
        if self.models.serving is None:
            degraded.append("no_model")
        if self.foreign_currency:
            degraded.append(f"ledger_keeps_{self.foreign_currency}_not_{self.settings.currency}")
        elif not self.migrated:
            degraded.append("schema_not_migrated")
        if self.library.expired(datetime.now(UTC).date()):
            degraded.append("scripts_expired")
        ready = self.models.serving is not None and self.migrated and not self.draining
        return ready, degraded

    def close(self) -> None:
        self.pool.close()
        self.memory.close()
        self.catalogue.close()


def _library(settings: Settings, policy: Policy) -> Library:
    """The approved scripts; what an operator should know of them is logged."""
    like = {name: one.like for name, one in policy.channels.items()}
    library = load_library(settings.scripts, like)
    today = datetime.now(UTC).date()
    for note in library.notes:
        log.warning("%s", note)
    for name in library.expired(today):
        log.warning("%s has expired and is no longer used to ask: approve it anew", name)
    for rule in library.law.stale(today):
        log.warning("The rule of law %s was last checked over a year ago: compare it", rule)
    return library


def make_parts(settings: Settings) -> Parts:
    """Load what is on disk and connect; raises `SystemExit` with everything that is wrong."""
    policy = load_policy(settings.policy)
    library = _library(settings, policy)
    pool = LedgerPool(settings.database_url, POOL_SIZE)
    return Parts(
        settings=settings,
        policy=policy,
        library=library,
        costs=load_costs(settings.costs, policy.channels, settings.currency),
        pool=pool,
        memory=Memory(settings.redis_url),
        catalogue=ItemCatalogue(pool, open_in(settings.items)),
        models=ModelKeeper(settings.bundles),
        keys=KeyRing(),
        ask_records=AskRecords(policy.explore),
        uplift=MeasuredUplift(policy.pricing),
    )
