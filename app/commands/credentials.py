"""What the commands about API keys and about OAuth 2 clients have in common."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import click

from app import clock
from app.commands.record_stores import kept_records
from app.commands.refusals import USAGE, Refusal, counted, print_json
from app.commands.terminal import Screen

if TYPE_CHECKING:
    from app.access.credentials import Credentials, NewSecret
    from app.records.machines.credentials import Credential

PAGE = 200


def limits(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say what a new credential may do and how long."""
    for option in (
        click.option(
            "--days", type=int, metavar="N", help="In how many days it ends; at most 366."
        ),
        click.option(
            "--scope",
            "scopes",
            multiple=True,
            metavar="PERMISSION",
            help="Only this permission; may be given again.",
        ),
        click.option("--organization", metavar="O", help="Whose determinations it makes and sees."),
        click.option(
            "--role",
            required=True,
            metavar="R",
            help="Its role, which says what it may do at most.",
        ),
    ):
        command = option(command)
    return command


@contextmanager
def credentials() -> Iterator["Credentials"]:
    """The kept credentials. What they refuse ends the command.

    Raises:
        Refusal: something asked for cannot be, there is no such credential, or the database cannot
            be reached.
    """
    from app.access.credentials import CredentialRefused, Credentials
    from app.access.roles import shipped_roles
    from app.records.machines.credentials import CredentialStore, UnknownCredential

    with kept_records() as store:
        try:
            yield Credentials(CredentialStore(store), shipped_roles())
        except CredentialRefused as refused:
            sentence = str(refused)
            raise Refusal(
                USAGE,
                "credential-refused",
                f"{refused.member}: {sentence[:1].lower()}{sentence[1:]}",
            ) from None
        except UnknownCredential:
            raise Refusal(
                USAGE, "credential-unknown", "There is no such key or client; `list` shows them."
            ) from None


def named(kept: "Credentials", kind: str, text: str) -> "Credential":
    """A credential of a kind, by its id or by the public beginning of its secret.

    Raises:
        UnknownCredential: there is none.
    """
    from app.records.identity import is_id
    from app.records.machines.credentials import UnknownCredential

    found = kept.find(text) if is_id(text) else kept.find_by_label(text)
    if found.kind != kind:
        raise UnknownCredential
    return found


def document(credential: "Credential") -> dict[str, Any]:
    """A credential as programs get it; the same as over HTTP."""
    import msgspec

    from app.api.machines.answers import CredentialAnswer, credential_members

    return cast(
        dict[str, Any],
        msgspec.to_builtins(CredentialAnswer(**credential_members(credential, clock.now()))),
    )


def tell_secret(told: "NewSecret", member: str, as_json: bool) -> None:
    """A new secret, on standard output alone, so that it can be caught.

    What to know of it on standard error.
    """
    if as_json:
        print_json({**document(told.credential), member: told.secret})
        return
    click.echo(told.secret)
    until = clock.day_of(told.credential.expires_at)
    click.echo(f"Id {told.credential.id}; taken until {until} in Massachusetts.", err=True)
    click.echo("It is not kept and not told again: put it where it is safe.", err=True)


def tell_list(kind: str, noun: str, as_json: bool) -> None:
    """Every credential of a kind, those that are taken no more too.

    Days are those of Massachusetts.
    """
    found: list[Credential] = []
    with credentials() as kept:
        while page := kept.page(found[-1].id if found else None, PAGE):
            found += page
    mine = [document(credential) for credential in found if credential.kind == kind]
    if as_json:
        print_json({f"{noun}s": mine})
        return
    columns = ("id", "name", "role", "organization", "state", "ends", "last used", "secrets")
    Screen().table(columns, [[_cell(one, column) for column in columns] for one in mine])
    click.echo(f"{counted(len(mine), noun)}. Days are those of Massachusetts.", err=True)


def _cell(told: dict[str, Any], column: str) -> str:
    if column == "secrets":
        return ", ".join(secret["begins"] for secret in told["secrets"])
    member = {"ends": "expires_at", "last used": "last_used_on"}.get(column, column)
    text = str(told[member] or "–")
    return clock.day_of(datetime.fromisoformat(text)).isoformat() if column == "ends" else text
