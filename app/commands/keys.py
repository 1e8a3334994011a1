"""`flask keys …`: API keys, and the keys that sign access tokens."""

import click
from flask.cli import AppGroup

from app import clock
from app.commands.credentials import credentials, document, limits, named, tell_list, tell_secret
from app.commands.record_stores import command_origin
from app.commands.refusals import DOWN, Refusal, answering, print_json
from app.commands.sources import settings
from app.commands.terminal import Screen

KIND = "key"

keys_group = AppGroup(
    "keys",
    help="Make, list, revoke and replace API keys; `keys signing`: the keys that sign access "
    "tokens.",
)
signing_group = AppGroup("signing", help="The keys that sign the access tokens of OAuth 2 clients.")
keys_group.add_command(signing_group)


@keys_group.command("create")
@click.argument("name")
@limits
@answering
def create_key(
    name: str,
    role: str,
    organization: str | None,
    days: int | None,
    scopes: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make an API key and print it, this once. Without --days it ends in 90.

    \b
    Example:  flask keys create "night batch" --role carrier_system --organization blue-harbor
    """
    from app.access.credentials import Wanted

    with credentials() as kept:
        told = kept.create(
            Wanted(KIND, name, role, organization, days, scopes or None), command_origin()
        )
    tell_secret(told, "key", as_json)


@keys_group.command("list")
@answering
def list_keys(as_json: bool) -> None:
    """List the API keys: whose, for what, until when, last used when, and how each begins.

    \b
    Example:  flask keys list
    """
    tell_list(KIND, "key", as_json)


@keys_group.command("revoke")
@click.argument("key", metavar="ID")
@answering
def revoke_key(key: str, as_json: bool) -> None:
    """Let a key be taken no more, within half a minute. ID is its id, or how it begins: elig_ and
    eight characters.

    \b
    Example:  flask keys revoke elig_k3j9x2ab
    """
    with credentials() as kept:
        revoked = kept.revoke(named(kept, KIND, key).id, None, command_origin())
    if as_json:
        print_json(document(revoked))
    else:
        Screen().line(f"The key {revoked.name} ({revoked.id}) is taken no more.")


@keys_group.command("rotate")
@click.argument("key", metavar="ID")
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
    help="In how many days the key ends, if not when it would have.",
)
@answering
def rotate_key(key: str, overlap_hours: int, days: int | None, as_json: bool) -> None:
    """Print a new secret for a key, this once; the old one is taken beside it for the overlap.

    \b
    Example:  flask keys rotate elig_k3j9x2ab --overlap 48
    """
    with credentials() as kept:
        told = kept.rotate(named(kept, KIND, key).id, None, command_origin(), overlap_hours, days)
    tell_secret(told, "key", as_json)


@signing_group.command("list")
@answering
def list_signing_keys(as_json: bool) -> None:
    """List the keys whose signatures are taken, the one that signs first.

    \b
    Example:  flask keys signing list
    """
    from app.access.authenticator import signing_keys
    from app.access.signing import NoSigningKey

    try:
        live = signing_keys(settings()).live()
    except NoSigningKey as error:
        raise Refusal(
            DOWN, "signing-keys-unavailable", f"The signing keys cannot be read: {error}."
        ) from None
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
        does = ["signs", "verifies"]
        Screen().table(
            ("kid", "made", "does"),
            [(key.kid, f"{key.made_at:%Y-%m-%d %H:%M} UTC", does[n]) for n, key in enumerate(live)],
        )


@signing_group.command("rotate")
@answering
def rotate_signing_key(as_json: bool) -> None:
    """Make a new key to sign with. The present one is taken for a quarter of an hour more; run it
    twice and it is not.

    \b
    Example:  flask keys signing rotate
    """
    from app.access.authenticator import signing_keys
    from app.access.signing import NoSigningKey

    try:
        made = signing_keys(settings()).rotate()
    except NoSigningKey as error:
        raise Refusal(DOWN, "signing-keys-unavailable", f"No key was made: {error}.") from None
    if as_json:
        print_json(
            {"kid": made.kid, "made_at": made.made_at.isoformat(), "at": clock.now().isoformat()}
        )
    else:
        Screen().line(f"Tokens are signed with {made.kid} from now on.")
