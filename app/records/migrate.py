"""Migrate the database to the tables of this version, and check it.

Alembic takes as long to import as all else in a command, and most commands only check. So this
module imports it only to migrate or compare.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

# Imported to put their tables on the shared metadata.
from app.records.applicants import applicant_tables  # noqa: F401
from app.records.approvals import approval_tables  # noqa: F401
from app.records.disposing import disposal_tables  # noqa: F401
from app.records.letters import letter_tables  # noqa: F401
from app.records.machines import credential_tables, program_tables  # noqa: F401
from app.records.numbers import number_tables  # noqa: F401
from app.records.organizations import organization_tables  # noqa: F401
from app.records.people import account_tables  # noqa: F401
from app.records.store import opened_store
from app.records.tables import metadata
from app.records.texts import note_tables, text_tables  # noqa: F401
from app.records.voiding import void_tables  # noqa: F401
from app.records.waivers import waiver_tables  # noqa: F401
from app.settings import Settings

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["metadata"] = metadata
    config.attributes["connection"] = connection
    return config


@cache
def _revisions() -> list[str]:
    """All revisions in their order, as the files of the migrations are numbered."""
    return sorted(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("*_*.py"))


def newest_revision() -> str:
    """The revision this code needs."""
    return _revisions()[-1]


def serves(revision: str | None) -> bool:
    """Whether this code serves a database of a revision: its own, or a later one that it does not
    know, since a migration keeps what the release before it needs (it expands; only the migration
    of a later release takes away).
    """
    if revision is None or revision in _revisions():
        return revision == newest_revision()
    return revision.isdecimal() and revision > newest_revision()


def revisions_since(oldest: str) -> set[str]:
    """A revision, and those that followed it."""
    return {revision for revision in _revisions() if revision >= oldest}


def upgrade(settings: Settings, revision: str = "head") -> None:
    """Bring the database to a revision, in one transaction; nothing happens where it is there
    already.

    The installation's own folder is made, for a database in it.

    Raises:
        RecordsUnavailable: the database cannot be reached or refuses.
    """
    from alembic import command

    make_own_folder(settings)
    _run(settings, lambda config: command.upgrade(config, revision))


def downgrade(settings: Settings, revision: str) -> None:
    """Take the database back to an earlier revision; what only later tables hold is lost.

    Raises:
        RecordsUnavailable: the database cannot be reached or refuses.
    """
    from alembic import command

    _run(settings, lambda config: command.downgrade(config, revision))


def make_own_folder(settings: Settings) -> None:
    """Make the installation's folder, for its owner only, where the database is to be in it.

    No other folder is made for one.
    """
    for own in (settings.instance, Settings().instance):
        if settings.database_url.startswith(f"sqlite:///{own}/"):
            with suppress(OSError):  # whoever opens the database says so
                own.mkdir(mode=0o700, parents=True, exist_ok=True)


def _run(settings: Settings, migrate: "Callable[[Config], None]") -> None:
    with opened_store(settings.database_url) as store, store.writing() as connection:
        migrate(_config(connection))


def is_current(settings: Settings) -> bool:
    """Whether the database is at the revision this code needs.

    Raises:
        RecordsUnavailable: the database cannot be reached.
    """
    with opened_store(settings.database_url) as store:
        return store.revision() == newest_revision()


def differences(settings: Settings) -> list[str]:
    """Where the database's tables differ from those the code describes, one line each; none where
    they agree.

    Raises:
        RecordsUnavailable: the database cannot be reached.
    """
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with opened_store(settings.database_url) as store, store.reading() as connection:
        return [
            repr(difference)
            for difference in compare_metadata(
                MigrationContext.configure(connection, opts={"compare_type": True}), metadata
            )
        ]
