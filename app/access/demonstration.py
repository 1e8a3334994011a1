"""The demonstration's key and accounts, only for a service that no other machine can reach.

Each start creates a key for one day, in a file that only its owner can read. There is one account
for each role of people.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.access.credentials import KEY, Credentials, NewSecret, Wanted
from app.access.organizations import NewOrganization, OrganizationRegister
from app.access.origin import Origin
from app.access.roster import NewAccount, Roster, peoples_roles

NAME = ORGANIZATION = "demonstration"
ROLE = "eligibility_worker"
DAYS = 1
FILE = "demonstration.key"
"""The key's file in the installation's own folder."""
ORGANIZATIONS = {
    "eligibility_worker": "demonstration-office",
    "supervisor": "demonstration-office",
    "opp_reviewer": "demonstration-patient-protection",
    "opp_supervisor": "demonstration-patient-protection",
    "division_staff": "demonstration-division",
}
NAMES = {
    ORGANIZATION: ("Demonstration programs", "partner"),
    "demonstration-office": ("Worcester Enrollment Office", "office"),
    "demonstration-patient-protection": ("Office of Patient Protection", "patient_protection"),
    "demonstration-division": ("Division of Insurance", "division"),
    "demonstration-connector": ("Health Connector", "connector"),
    "blue-harbor": ("Blue Harbor Health Plan", "carrier"),
}
"""The organizations of the demonstration by id, each with its name and its kind."""
_BY = Origin("command:demonstration")


def make_organizations(register: OrganizationRegister) -> None:
    """Create the organizations of the demonstration that are not there yet.

    Raises:
        RecordsUnavailable: they could not be made.
    """
    for id, (name, kind) in NAMES.items():
        if register.organizations.find(id) is None:
            register.create(NewOrganization(id, name, kind), _BY)


def renew_key(credentials: Credentials, folder: Path) -> Path:
    """Create the demonstration's key, or a new secret for it that replaces the old one; the file
    with the key.

    Raises:
        RecordsUnavailable: the database is unavailable or refuses.
        OSError: the file cannot be written.
    """
    path = folder / FILE
    _write(path, _renewed(credentials).secret)
    return path


def remove_key(folder: Path) -> None:
    """Leave no key lying about where more than this machine can reach the service."""
    (folder / FILE).unlink(missing_ok=True)


def _renewed(credentials: Credentials) -> NewSecret:
    for found in credentials.store.named(KEY, NAME):
        if (found.role, found.organization, found.scopes, found.revoked_at) == (
            ROLE,
            ORGANIZATION,
            None,
            None,
        ):
            return credentials.rotate(found.id, None, _BY, overlap_hours=0, days=DAYS)
    return credentials.create(Wanted(KEY, NAME, ROLE, ORGANIZATION, DAYS), _BY)


def _write(path: Path, text: str) -> None:
    """Replace a file by a new one that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        new.unlink()
    with os.fdopen(
        os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
    ) as file:
        file.write(f"{text}\n")
    new.replace(path)


@dataclass(frozen=True, slots=True)
class DemonstrationAccount:
    """One account with its one-time password.

    Without one where somebody has chosen a password for it already.
    """

    name: str
    role: str
    one_time_password: str | None


def account_name(role: str) -> str:
    """The name of the account of a role, like `demo-auditor`."""
    return f"demo-{role.replace('_', '-')}"


def make_demonstration_accounts(roster: Roster, origin: Origin) -> list[DemonstrationAccount]:
    """Create an account for each role, named like `demo-auditor`, with a one-time password to print
    once.

    An account without a first sign-in gets a new one-time password.

    Raises:
        TooManyAtOnce, RecordsUnavailable: they could not be made.
    """
    made = []
    for role in peoples_roles():
        name = account_name(role)
        account = roster.accounts.named(name)
        if account is None:
            one_time = roster.create(NewAccount(name, role, ORGANIZATIONS.get(role)), origin)[1]
        elif account.must_change and not account.is_disabled:
            one_time = roster.reset_password(account, origin)
        else:
            one_time = None
        made.append(DemonstrationAccount(name, role, one_time))
    return made
