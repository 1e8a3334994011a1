"""What the commands about API keys and about OAuth 2 clients have in common."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import click

from app import clock
from app.commands.lawbook.sources import command_origin, open_records, settings
from app.commands.output import DOWN, USAGE, Refusal, Screen, counted, print_json

if TYPE_CHECKING:
    from app.access.credentials import Credentials, NewSecret, Wanted
    from app.access.tokens import SigningKeys
    from app.records.machines.credentials import Credential

PAGE = 200
SECRETS = {"key": "key", "client": "client_secret"}
"""The JSON member of the secret for each kind of credential."""


def limits(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say what a new credential may do and how long."""
    for option in (
        click.option("--days", type=int, metavar="N", help="Expire after N days, at most 366."),
        click.option(
            "--scope",
            "scopes",
            multiple=True,
            metavar="PERMISSION",
            help="Limit to this permission; repeat for more.",
        ),
        click.option("--organization", metavar="O", help="The organization that it acts for."),
        click.option(
            "--role",
            required=True,
            metavar="R",
            help="Its role, which limits what it can do.",
        ),
    ):
        command = option(command)
    return command


def rotation(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say how a credential gets a new secret."""
    overlap = click.option(
        "--overlap",
        "overlap_hours",
        type=int,
        default=24,
        show_default=True,
        metavar="HOURS",
        help="Accept both secrets for so many hours.",
    )
    days = click.option(
        "--days",
        type=int,
        metavar="N",
        help="Expire after N days instead of on its present date.",
    )
    return overlap(days(command))


@contextmanager
def reaching_signing_keys(otherwise: str) -> Iterator["SigningKeys"]:
    """The keys that sign access tokens; *otherwise* begins what to say where they are out of reach.

    Raises:
        Refusal: they cannot be read or written.
    """
    from app.access.authenticator import signing_keys
    from app.access.tokens import NoSigningKey

    try:
        yield signing_keys(settings())
    except NoSigningKey as error:
        raise Refusal(DOWN, "signing-keys-unavailable", f"{otherwise}: {error}.") from None


@contextmanager
def credentials() -> Iterator["Credentials"]:
    """The stored credentials. A rejection ends the command.

    Raises:
        Refusal: something asked for cannot be, there is no such credential, or the database cannot
            be reached.
    """
    from app.access.credentials import CredentialRefused, Credentials
    from app.access.roles import shipped_roles
    from app.records.machines.credentials import CredentialStore, UnknownCredential

    with open_records() as store:
        try:
            yield Credentials(CredentialStore(store), shipped_roles(), settings().in_production)
        except CredentialRefused as refused:
            sentence = str(refused)
            raise Refusal(
                USAGE,
                "credential-refused",
                f"{refused.member}: {sentence[:1].lower()}{sentence[1:]}",
            ) from None
        except UnknownCredential:
            raise Refusal(
                USAGE, "credential-unknown", "Unknown key or client; `list` shows them."
            ) from None


def _named(kept: "Credentials", kind: str, text: str) -> "Credential":
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

    from app.api.machines.answers import credential_answer

    return cast(
        dict[str, Any],
        msgspec.to_builtins(credential_answer(credential, clock.now())),
    )


def make(wanted: "Wanted", as_json: bool) -> None:
    """Create a credential and print its secret."""
    with credentials() as kept:
        told = kept.create(wanted, command_origin())
    _print_secret(told, as_json)


def revoke(kind: str, text: str, as_json: bool) -> None:
    """Revoke a credential of a kind, named by its id or the beginning of its secret."""
    with credentials() as kept:
        revoked = kept.revoke(_named(kept, kind, text).id, None, command_origin())
    if as_json:
        print_json(document(revoked))
    else:
        Screen().line(f"Revoked {kind} {revoked.name} ({revoked.id}).")


def rotate(kind: str, text: str, overlap_hours: int, days: int | None, as_json: bool) -> None:
    """Create a new secret for a credential of a kind and print it."""
    with credentials() as kept:
        id = _named(kept, kind, text).id
        told = kept.rotate(id, None, command_origin(), overlap_hours, days)
    _print_secret(told, as_json)


def _print_secret(told: "NewSecret", as_json: bool) -> None:
    """A new secret, on standard output alone, so that it can be caught.

    What to know of it on standard error.
    """
    if as_json:
        member = SECRETS[told.credential.kind]
        print_json({**document(told.credential), member: told.secret})
        return
    click.echo(told.secret)
    until = clock.day_of(told.credential.expires_at)
    click.echo(f"Id {told.credential.id}; expires on {until} in Massachusetts.", err=True)
    click.echo("Save it now: the service stores only its hash and cannot show it again.", err=True)


def print_list(kind: str, as_json: bool) -> None:
    """Print all credentials of a kind, also revoked and expired ones. Days are in Massachusetts
    time.
    """
    found: list[Credential] = []
    with credentials() as kept:
        while page := kept.store.page(found[-1].id if found else None, PAGE):
            found += page
    mine = [document(credential) for credential in found if credential.kind == kind]
    if as_json:
        print_json({f"{kind}s": mine})
        return
    columns = ("id", "name", "role", "organization", "state", "ends", "last used", "secrets")
    Screen().table(columns, [[_cell(one, column) for column in columns] for one in mine])
    click.echo(f"{counted(len(mine), kind)}. Days are in Massachusetts time.", err=True)


def _cell(told: dict[str, Any], column: str) -> str:
    if column == "secrets":
        return ", ".join(secret["begins"] for secret in told["secrets"])
    member = {"ends": "expires_at", "last used": "last_used_on"}.get(column, column)
    text = str(told[member] or "–")
    return clock.day_of(datetime.fromisoformat(text)).isoformat() if column == "ends" else text
