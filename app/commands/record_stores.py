"""The kept records, for commands."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.access.principal import command_line
from app.commands.database import reaching_records
from app.commands.sources import settings

if TYPE_CHECKING:
    from app.access.origin import Origin
    from app.records.store import Store


@contextmanager
def kept_records() -> Iterator["Store"]:
    """The store of the database that the settings name.

    Raises:
        Refusal: the database cannot be reached or refuses.
    """
    from app.records.store import opened_store

    with reaching_records(), opened_store(settings().database_url) as store:
        yield store


def command_origin() -> "Origin":
    """Whoever runs the command, for the audit trail; there is neither address nor request."""
    from app.access.origin import Origin

    return Origin(command_actor())


def command_actor() -> str:
    """Whoever runs the command, as records name them; the operating system has let them in."""
    try:
        return command_line(getpass.getuser()).actor
    except (KeyError, OSError):  # a user without a name, as in some containers
        return command_line("unknown").actor
