"""`flask clients …`: systems that get access tokens by OAuth 2 client credentials."""

import click
from flask.cli import AppGroup

from app.commands.credentials import (
    limits,
    make,
    reaching_signing_keys,
    revoke,
    rotate,
    rotation,
    tell_list,
)
from app.commands.refusals import answering

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

    with reaching_signing_keys("No client was made") as keys:
        if not keys.live():
            keys.rotate()
    make(Wanted(KIND, name, role, organization, days, scopes or None), as_json)


@clients_group.command("list")
@answering
def list_clients(as_json: bool) -> None:
    """List the clients: whose, for what, until when, last used when, and how their secrets begin.

    \b
    Example:  flask clients list
    """
    tell_list(KIND, as_json)


@clients_group.command("revoke")
@click.argument("client", metavar="ID")
@answering
def revoke_client(client: str, as_json: bool) -> None:
    """Give a client no more tokens, and take those it has no more, within half a minute.

    \b
    Example:  flask clients revoke 01925b1e-7e3f-7000-8000-000000000001
    """
    revoke(KIND, client, as_json)


@clients_group.command("rotate-secret")
@click.argument("client", metavar="ID")
@rotation(KIND)
@answering
def rotate_secret(client: str, overlap_hours: int, days: int | None, as_json: bool) -> None:
    """Print a new secret for a client, this once; the old one is taken beside it for the overlap.

    \b
    Example:  flask clients rotate-secret 01925b1e-7e3f-7000-8000-000000000001 --overlap 48
    """
    rotate(KIND, client, overlap_hours, days, as_json)
