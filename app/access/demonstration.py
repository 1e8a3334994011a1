"""The key of the demonstration: made anew at every start, taken for a day, written where only its
owner reads it.
"""

import os
from contextlib import suppress
from pathlib import Path

from app.access.credentials import KEY, Credentials, NewSecret, Wanted
from app.access.origin import Origin

NAME = ORGANIZATION = "demonstration"
ROLE = "eligibility_worker"
DAYS = 1
FILE = "demonstration.key"
"""The key's file in the installation's own folder."""
_BY = Origin("command:demonstration")


def renew_key(credentials: Credentials, folder: Path) -> Path:
    """Make the demonstration's key, or give it a new secret, after which the one before is taken no
    more; the file that holds it.

    Raises:
        RecordsUnavailable: the database could not be asked or refuses.
        OSError: the file cannot be written.
    """
    path = folder / FILE
    _write(path, _renewed(credentials).secret)
    return path


def remove_key(folder: Path) -> None:
    """Leave no key lying about where more than this machine can reach the service."""
    (folder / FILE).unlink(missing_ok=True)


def _renewed(credentials: Credentials) -> NewSecret:
    for found in credentials.named(KEY, NAME):
        if (found.role, found.organization, found.scopes, found.revoked_at) == (
            ROLE,
            ORGANIZATION,
            None,
            None,
        ):
            return credentials.rotate(found.id, None, _BY, overlap_hours=0, days=DAYS)
    return credentials.create(Wanted(KEY, NAME, ROLE, ORGANIZATION, DAYS), _BY)


def _write(path: Path, text: str) -> None:
    """Put a new file, which nobody else can read, in the place of the one before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        new.unlink()
    with os.fdopen(
        os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
    ) as file:
        file.write(f"{text}\n")
    new.replace(path)
