"""`flask demo load`: determinations of invented people, businesses, associations and rate filings,
to look around with.
"""

import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson
from flask import current_app
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, track

from app.access.principal import Principal
from app.commands.lawbook.sources import decider, edition_of, open_records, settings
from app.commands.output import DOWN, USAGE, Refusal, Screen, command, counted, print_json
from app.settings import ROOT, is_loopback

if TYPE_CHECKING:
    from app.access.demonstration import DemonstrationAccount
    from app.records.entries import AuditEntry, NewDetermination
    from app.records.store import Store

DEMONSTRATION = Principal(
    "command:demonstration", "command", frozenset(), organization="demonstration"
)
DEMONSTRATIONS = ROOT / "fixtures" / "demo" / "requests"

demonstration_group = AppGroup(
    "demo", help="Sample data to try the service. All people in it are invented."
)


@dataclass(frozen=True)
class Demonstration:
    """One request to decide and store under a fixed id, what it shows, and the expected outcome."""

    id: str
    shows: str
    outcome: str
    request: Mapping[str, Any]


def demonstrations(folder: Path = DEMONSTRATIONS) -> list[Demonstration]:
    """Every demonstration, in the order of their ids."""
    found = [Demonstration(**orjson.loads(file.read_bytes())) for file in folder.glob("*.json")]
    return sorted(found, key=lambda demonstration: demonstration.id)


@demonstration_group.command("load")
@command
def load_demonstrations(as_json: bool) -> None:
    """Decide and store the demonstration requests of fixtures/demo. Existing ones stay unchanged.

    ELIGIBILITY_HOST says who can reach the service. If only this machine can, the command writes a
    key for one day to instance/demonstration.key. It also creates an account for each role, and
    prints its one-time password until the first sign-in. Then these people play the past year at
    the waiver desk: 60 requests in every state, some of them overdue. A second run leaves that year
    as it is. In production mode the command loads nothing.

    \b
    Example:  flask demo load
    """
    _refuse_in_production()
    with open_records() as store:
        _make_organizations(store)
        everything = demonstrations()
        missing = [each for each in everything if not store.has(each.id)]
        if missing:  # only then is the law read and compiled
            _store(_with_law(store), missing)
        is_here = _is_here()
        key_file = _renew_key(store) if is_here else None
        accounts = _make_accounts(store) if is_here else []
        requests = _play_desk(store) if is_here else 0
    if as_json:
        print_json(
            {
                "loaded": len(missing),
                "were_there": len(everything) - len(missing),
                "waiver_requests": requests,
                "key_file": None if key_file is None else str(key_file),
                "accounts": [asdict(account) for account in accounts],
            }
        )
    else:
        _print_loaded(missing, everything)
        if is_here:
            _print_played(requests)
        _print_accounts(accounts)


def _refuse_in_production() -> None:
    if settings().in_production:
        raise Refusal(
            USAGE,
            "in-production",
            "Production mode: loaded no demonstration, because its people and accounts are "
            "invented.",
        )


def _with_law(store: "Store") -> "Store":
    """The store, which keeps the text of the law with the first determination under it."""
    from app.api.http.service import law_text
    from app.records.store import Store

    return Store(store.engine, law_text(decider().lawbook))


def _print_loaded(missing: list[Demonstration], everything: list[Demonstration]) -> None:
    if missing:
        click.echo(f"Loaded {counted(len(missing), 'demonstration determination')}.")
    else:
        click.echo(f"Already loaded: {counted(len(everything), 'demonstration determination')}.")


def _print_played(requests: int) -> None:
    if requests:
        click.echo(f"Played a year at the waiver desk: {counted(requests, 'request')}.")
    else:
        click.echo("Already played: the year at the waiver desk.")


def _is_here() -> bool:
    """Whether only this machine can reach the service.

    Else there is neither key nor account for the demonstration.
    """
    from app.access.demonstration import remove_key

    if is_loopback(settings().host):
        return True
    remove_key(settings().instance)
    click.echo(
        f"Created no key and no account, because other machines can reach {settings().host}.",
        err=True,
    )
    return False


def _make_organizations(store: "Store") -> None:
    from app.access.demonstration import make_organizations
    from app.access.organizations import OrganizationRegister

    make_organizations(OrganizationRegister(store))


def _make_accounts(store: "Store") -> "list[DemonstrationAccount]":
    from app.access.demonstration import make_demonstration_accounts
    from app.access.origin import Origin
    from app.access.people import People

    people = People(store, current_app.extensions.get("passwords"))
    return make_demonstration_accounts(people.roster, Origin(DEMONSTRATION.actor))


def _play_desk(store: "Store") -> int:
    """Play the year at the waiver desk, unless it was played; how many requests came."""
    from app.access.people import People
    from app.api.http.service import Service
    from app.commands.accounts.played_desk import play_desk, was_played
    from app.commands.accounts.played_requests import YEAR

    if was_played(store):  # the law is read and compiled only where there is something to decide
        return 0
    people = People(store, current_app.extensions.get("passwords"))
    deciding = decider()
    law = deciding.lawbook
    service = Service(settings(), deciding, _with_law(store), edition_of(law, None))
    columns = (TextColumn("Playing the year at the waiver desk …"), BarColumn())
    on_terminal = sys.stderr.isatty()
    with Progress(
        *columns, console=Console(stderr=True), disable=not on_terminal, transient=True
    ) as bar:
        task = bar.add_task("", total=YEAR.days)
        return play_desk(service, people, lambda day: bar.advance(task))


def _print_accounts(accounts: "list[DemonstrationAccount]") -> None:
    new = [account for account in accounts if account.one_time_password is not None]
    if new:
        click.echo(
            "Accounts with one-time passwords; choose your own password after the first sign-in:"
        )
        Screen().table(
            ("name", "one-time password"),
            [(account.name, account.one_time_password or "") for account in new],
        )


def _renew_key(store: "Store") -> Path:
    """A new key for the demonstration, in its file.

    Raises:
        Refusal: the file cannot be written.
    """
    from app.access.credentials import Credentials
    from app.access.demonstration import renew_key
    from app.access.roles import shipped_roles
    from app.records.machines.credentials import CredentialStore

    try:
        return renew_key(
            Credentials(CredentialStore(store), shipped_roles()),
            settings().instance,
        )
    except OSError as error:
        raise Refusal(
            DOWN,
            "key-file-unavailable",
            f"Cannot write the demonstration key to {settings().instance}: {error.strerror}.",
        ) from None


def _store(store: "Store", missing: list[Demonstration]) -> None:
    """Decide and keep, all or none; a bar shows how far it is, on a terminal."""
    from app.api.http.service import Service

    deciding = decider()
    service = Service(settings(), deciding, store, edition_of(deciding.lawbook, None))
    told = track(
        missing,
        "Deciding the demonstration data …",
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
    store.keep_many([_new_determination(service, demonstration) for demonstration in told])
    store.note(told_as_played())


def told_as_played() -> "AuditEntry":
    """The audit entry that tells a verification that the times and ids before it are invented."""
    from app.access.origin import Origin
    from app.records.verifying.times import PLAYED

    return Origin(DEMONSTRATION.actor).did(PLAYED, None, kind="records")


def _new_determination(service: Any, demonstration: Demonstration) -> "NewDetermination":
    """The determination under its fixed id, as the service itself would issue it."""
    from app.access.origin import Origin
    from app.api.determinations.deciding import decide
    from app.api.http.asked.schemas import AskedSchema
    from app.records.entries import NewDetermination

    record = decide(
        service,
        AskedSchema().load(demonstration.request),
        orjson.dumps(demonstration.request).decode(),
        DEMONSTRATION,
        keep=True,
        id=demonstration.id,
    ).record
    assert record is not None
    by = Origin(DEMONSTRATION.actor)
    return NewDetermination(record, by.did("determination.made", record.id, kind="determination"))
