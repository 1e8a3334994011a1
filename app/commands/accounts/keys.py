"""`flask keys …` and `flask clients …`: API keys, systems that get access tokens by OAuth 2 client
credentials, and the keys that sign those tokens.
"""

from inspect import cleandoc
from typing import NamedTuple

import click
from flask.cli import AppGroup

from app import clock
from app.commands.accounts.credentials import (
    limits,
    make,
    print_list,
    reaching_signing_keys,
    revoke,
    rotate,
    rotation,
)
from app.commands.output import Screen, command, print_json, respond

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


class Kind(NamedTuple):
    """A kind of credential, what its command *rotating* is called, and the help of each."""

    name: str
    rotating: str
    create: str
    list: str
    revoke: str
    rotate: str


KEY = Kind(
    "key",
    "rotate",
    """Create an API key and print it once. Without --days it expires after 90 days.

    \b
    Example:  flask keys create "night batch" --role carrier_system --organization blue-harbor
    """,
    """List the API keys with role, organization, expiry, last use, and how each begins.

    \b
    Example:  flask keys list
    """,
    """Revoke an API key. All processes reject it within 30 seconds.

    ID is the key's id, or its first characters: elig_ and eight more.

    \b
    Example:  flask keys revoke elig_k3j9x2ab
    """,
    """Print a new secret for an API key once. The service accepts the old secret until the overlap
    ends.

    \b
    Example:  flask keys rotate elig_k3j9x2ab --overlap 48
    """,
)
CLIENT = Kind(
    "client",
    "rotate-secret",
    """Create a client and print its secret once; its id goes to standard error. Without --days it
    expires after 366 days.

    \b
    Example:  flask clients create claims --role carrier_system --organization blue-harbor
    """,
    """List the clients with role, organization, expiry, last use, and how their secrets begin.

    \b
    Example:  flask clients list
    """,
    """Revoke a client. It gets no new tokens, and its current ones stop working within 30 seconds.

    \b
    Example:  flask clients revoke 01925b1e-7e3f-7000-8000-000000000001
    """,
    """Print a new secret for a client once. The service accepts the old secret until the overlap
    ends.

    \b
    Example:  flask clients rotate-secret 01925b1e-7e3f-7000-8000-000000000001 --overlap 48
    """,
)


def _add_commands(group: AppGroup, kind: Kind) -> None:
    """Give a group the four commands of a kind of credential."""

    @group.command("create", help=cleandoc(kind.create))
    @click.argument("name")
    @limits
    @command
    def create(
        name: str,
        role: str,
        organization: str | None,
        days: int | None,
        scopes: tuple[str, ...],
        as_json: bool,
    ) -> None:
        from app.access.credentials import Wanted

        if kind is CLIENT:
            _make_first_signing_key()
        make(Wanted(kind.name, name, role, organization, days, scopes or None), as_json)

    @group.command("list", help=cleandoc(kind.list))
    @command
    def print_all(as_json: bool) -> None:
        print_list(kind.name, as_json)

    @group.command("revoke", help=cleandoc(kind.revoke))
    @click.argument("id", metavar="ID")
    @command
    def revoke_one(id: str, as_json: bool) -> None:
        revoke(kind.name, id, as_json)

    @group.command(kind.rotating, help=cleandoc(kind.rotate))
    @click.argument("id", metavar="ID")
    @rotation
    @command
    def rotate_one(id: str, overlap_hours: int, days: int | None, as_json: bool) -> None:
        rotate(kind.name, id, overlap_hours, days, as_json)


def _make_first_signing_key() -> None:
    """A client gets tokens, and those are signed."""
    with reaching_signing_keys("Created no client") as keys:
        if not keys.live():
            keys.rotate()


_add_commands(keys_group, KEY)
_add_commands(clients_group, CLIENT)


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
