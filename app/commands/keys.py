"""`flask keys …` and `flask clients …`: API keys, systems that get access tokens by OAuth 2 client
credentials, and the keys that sign those tokens.
"""

import click
from flask.cli import AppGroup

from app import clock
from app.commands.credentials import (
    limits,
    make,
    print_list,
    reaching_signing_keys,
    revoke,
    rotate,
    rotation,
)
from app.commands.output import Screen, command, print_json, respond

KEY, CLIENT = "key", "client"

keys_group = AppGroup(
    "keys",
    help="Create, list, revoke and rotate API keys. `keys signing` manages the keys that sign "
    "access tokens.",
)
signing_group = AppGroup(
    "signing", help="List and rotate the keys that sign access tokens of OAuth 2 clients."
)
clients_group = AppGroup(
    "clients", help="Create, list and revoke OAuth 2 clients, and rotate their secrets."
)
keys_group.add_command(signing_group)


@keys_group.command("create")
@click.argument("name")
@limits
@command
def create_key(
    name: str,
    role: str,
    organization: str | None,
    days: int | None,
    scopes: tuple[str, ...],
    as_json: bool,
) -> None:
    """Create an API key and print it once. Without --days it expires after 90 days.

    \b
    Example:  flask keys create "night batch" --role carrier_system --organization blue-harbor
    """
    from app.access.credentials import Wanted

    make(Wanted(KEY, name, role, organization, days, scopes or None), as_json)


@keys_group.command("list")
@command
def list_keys(as_json: bool) -> None:
    """List the API keys with role, organization, expiry, last use, and how each begins.

    \b
    Example:  flask keys list
    """
    print_list(KEY, as_json)


@keys_group.command("revoke")
@click.argument("key", metavar="ID")
@command
def revoke_key(key: str, as_json: bool) -> None:
    """Revoke an API key. All processes reject it within 30 seconds.

    ID is the key's id, or its first characters: elig_ and eight more.

    \b
    Example:  flask keys revoke elig_k3j9x2ab
    """
    revoke(KEY, key, as_json)


@keys_group.command("rotate")
@click.argument("key", metavar="ID")
@rotation(KEY)
@command
def rotate_key(key: str, overlap_hours: int, days: int | None, as_json: bool) -> None:
    """Print a new secret for an API key once. The service accepts the old secret until the overlap
    ends.

    \b
    Example:  flask keys rotate elig_k3j9x2ab --overlap 48
    """
    rotate(KEY, key, overlap_hours, days, as_json)


@signing_group.command("list")
@command
def list_signing_keys(as_json: bool) -> None:
    """List the signing keys, the current one first. The others verify tokens but sign none.

    \b
    Example:  flask keys signing list
    """
    with reaching_signing_keys("Cannot read the signing keys") as keys:
        live = keys.live()
    if as_json:
        print_json(
            {
                "keys": [
                    {"kid": key.kid, "made_at": key.made_at.isoformat(), "signs": n == 0}
                    for n, key in enumerate(live)
                ]
            }
        )
    else:
        Screen().table(
            ("kid", "made", "does"),
            [
                (key.kid, f"{key.made_at:%Y-%m-%d %H:%M} UTC", "verifies" if n else "signs")
                for n, key in enumerate(live)
            ],
        )


@signing_group.command("rotate")
@command
def rotate_signing_key(as_json: bool) -> None:
    """Create a new signing key. The old key verifies tokens for 15 more minutes. To revoke it at
    once, run the command twice.

    \b
    Example:  flask keys signing rotate
    """
    with reaching_signing_keys("Created no key") as keys:
        made = keys.rotate()
    respond(
        as_json,
        {"kid": made.kid, "made_at": made.made_at.isoformat(), "at": clock.now().isoformat()},
        f"Created signing key {made.kid}. It signs all new tokens.",
    )


@clients_group.command("create")
@click.argument("name")
@limits
@command
def create_client(
    name: str,
    role: str,
    organization: str | None,
    days: int | None,
    scopes: tuple[str, ...],
    as_json: bool,
) -> None:
    """Create a client and print its secret once; its id goes to standard error. Without --days it
    expires after 366 days.

    \b
    Example:  flask clients create claims --role carrier_system --organization blue-harbor
    """
    from app.access.credentials import Wanted

    with reaching_signing_keys("Created no client") as keys:
        if not keys.live():
            keys.rotate()
    make(Wanted(CLIENT, name, role, organization, days, scopes or None), as_json)


@clients_group.command("list")
@command
def list_clients(as_json: bool) -> None:
    """List the clients with role, organization, expiry, last use, and how their secrets begin.

    \b
    Example:  flask clients list
    """
    print_list(CLIENT, as_json)


@clients_group.command("revoke")
@click.argument("client", metavar="ID")
@command
def revoke_client(client: str, as_json: bool) -> None:
    """Revoke a client. It gets no new tokens, and its current ones stop working within 30 seconds.

    \b
    Example:  flask clients revoke 01925b1e-7e3f-7000-8000-000000000001
    """
    revoke(CLIENT, client, as_json)


@clients_group.command("rotate-secret")
@click.argument("client", metavar="ID")
@rotation(CLIENT)
@command
def rotate_secret(client: str, overlap_hours: int, days: int | None, as_json: bool) -> None:
    """Print a new secret for a client once. The service accepts the old secret until the overlap
    ends.

    \b
    Example:  flask clients rotate-secret 01925b1e-7e3f-7000-8000-000000000001 --overlap 48
    """
    rotate(CLIENT, client, overlap_hours, days, as_json)
