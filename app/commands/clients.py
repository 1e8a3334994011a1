"""`flask clients …`: systems that get access tokens by OAuth 2 client credentials."""

import click
from flask.cli import AppGroup

from app.commands.credentials import credentials, document, limits, named, tell_list, tell_secret
from app.commands.record_stores import command_origin
from app.commands.refusals import DOWN, Refusal, answering, print_json
from app.commands.sources import settings
from app.commands.terminal import Screen

KIND = "client"

clients_group = AppGroup(
    "clients", help="Make, list and revoke OAuth 2 clients, and replace their secrets."
)


@clients_group.command("create")
@click.argument("name")
@limits
@answering
def create_client(
    name: str,
    role: str,
    organization: str | None,
    days: int | None,
    scopes: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make a client and print its secret, this once; its id is on standard error. Without --days it
    ends in 366.

    \b Example:  flask clients create claims --role carrier_system --organization blue-harbor
    --scope law.decide
    """
    from app.access.credentials import Wanted

    _make_sure_tokens_can_be_signed()
    with credentials() as kept:
        told = kept.create(
            Wanted(KIND, name, role, organization, days, scopes or None), command_origin()
        )
    tell_secret(told, "client_secret", as_json)


def _make_sure_tokens_can_be_signed() -> None:
    from app.access.authenticator import signing_keys
    from app.access.signing import NoSigningKey

    try:
        if not (keys := signing_keys(settings())).live():
            keys.rotate()
    except NoSigningKey as error:
        raise Refusal(DOWN, "signing-keys-unavailable", f"No client was made: {error}.") from None


@clients_group.command("list")
@answering
def list_clients(as_json: bool) -> None:
    """List the clients: whose, for what, until when, last used when, and how their secrets begin.

    \b
    Example:  flask clients list
    """
    tell_list(KIND, "client", as_json)


@clients_group.command("revoke")
@click.argument("client", metavar="ID")
@answering
def revoke_client(client: str, as_json: bool) -> None:
    """Give a client no more tokens, and take those it has no more, within half a minute.

    \b
    Example:  flask clients revoke 01925b1e-7e3f-7000-8000-000000000001
    """
    with credentials() as kept:
        revoked = kept.revoke(named(kept, KIND, client).id, None, command_origin())
    if as_json:
        print_json(document(revoked))
    else:
        Screen().line(f"The client {revoked.name} ({revoked.id}) is taken no more.")


@clients_group.command("rotate-secret")
@click.argument("client", metavar="ID")
@click.option(
    "--overlap",
    "overlap_hours",
    type=int,
    default=24,
    show_default=True,
    metavar="HOURS",
    help="How long both are taken.",
)
@click.option(
    "--days",
    type=int,
    metavar="N",
    help="In how many days the client ends, if not when it would have.",
)
@answering
def rotate_secret(client: str, overlap_hours: int, days: int | None, as_json: bool) -> None:
    """Print a new secret for a client, this once; the old one is taken beside it for the overlap.

    \b
    Example:  flask clients rotate-secret 01925b1e-7e3f-7000-8000-000000000001 --overlap 48
    """
    with credentials() as kept:
        told = kept.rotate(
            named(kept, KIND, client).id, None, command_origin(), overlap_hours, days
        )
    tell_secret(told, "client_secret", as_json)
