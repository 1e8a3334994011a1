"""`flask programs …`: programs that people may let act in their name."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import click
from flask.cli import AppGroup

from app import clock
from app.commands.accounts.credentials import PAGE, reaching_signing_keys
from app.commands.lawbook.sources import command_origin, open_records
from app.commands.output import USAGE, Refusal, Screen, command, counted, print_json, respond

if TYPE_CHECKING:
    from app.access.programs import Programs
    from app.records.machines.programs import Program

programs_group = AppGroup(
    "programs",
    help="Register, list and revoke programs that people may let act in their name "
    "(OAuth 2 authorization code with PKCE).",
)


@contextmanager
def _programs() -> Iterator["Programs"]:
    """The programs of the service's database. A rejection ends the command.

    Raises:
        Refusal: something asked for cannot be, there is no such program, or the database cannot be
            reached.
    """
    from app.access.credentials import CredentialRefused
    from app.access.programs import Programs
    from app.access.roles import shipped_roles
    from app.records.machines.credentials import UnknownCredential
    from app.records.machines.programs import ProgramStore

    with open_records() as store:
        try:
            yield Programs(ProgramStore(store), shipped_roles())
        except CredentialRefused as refused:
            told = f"{refused.member}: {refused}"
            raise Refusal(USAGE, "program-refused", told) from None
        except UnknownCredential:
            told = "Unknown program; `flask programs list` shows them."
            raise Refusal(USAGE, "program-unknown", told) from None


def _document(program: "Program") -> dict[str, Any]:
    """A program as programs get it; the same as over HTTP."""
    import msgspec

    from app.api.machines.programs import program_answer

    return cast(dict[str, Any], msgspec.to_builtins(program_answer(program)))


@programs_group.command("create")
@click.argument("name")
@click.option(
    "--redirect-uri",
    "redirect_uris",
    multiple=True,
    required=True,
    metavar="ADDRESS",
    help="Where people may be sent back to; repeat for more. On 127.0.0.1 the port may be any.",
)
@command
def create_program(name: str, redirect_uris: tuple[str, ...], as_json: bool) -> None:
    """Register a program and print its id, which is its client_id. It has no secret.

    People read NAME when the program asks to act in their name.

    \b
    Example:  flask programs create "Desk helper" --redirect-uri http://127.0.0.1/signed-in
    """
    with reaching_signing_keys("Created no program") as keys:
        if not keys.live():
            keys.rotate()
    with _programs() as programs:
        made = programs.create(name, redirect_uris, command_origin())
    if as_json:
        print_json(_document(made))
        return
    click.echo(made.id)
    click.echo("It has no secret: it must use PKCE with the method S256.", err=True)


@programs_group.command("list")
@command
def list_programs(as_json: bool) -> None:
    """List the programs, also revoked ones. Days are in Massachusetts time.

    \b
    Example:  flask programs list
    """
    found: list[Program] = []
    with _programs() as programs:
        while page := programs.store.page(found[-1].id if found else None, PAGE):
            found += page
    if as_json:
        print_json({"programs": [_document(each) for each in found]})
        return
    rows = [
        (
            each.id,
            each.name,
            clock.day_of(each.created_at).isoformat(),
            "live" if each.revoked_at is None else "revoked",
            " ".join(each.redirect_uris),
        )
        for each in found
    ]
    Screen().table(("id", "name", "created", "state", "redirect addresses"), rows)
    click.echo(f"{counted(len(found), 'program')}.", err=True)


@programs_group.command("revoke")
@click.argument("id", metavar="ID")
@command
def revoke_program(id: str, as_json: bool) -> None:
    """Revoke a program for good. What people let it do ends within 30 seconds.

    \b
    Example:  flask programs revoke 01925b1e-7e3f-7000-8000-000000000001
    """
    with _programs() as programs:
        found = programs.find(id)
        programs.revoke(found.id, None, command_origin())
    respond(as_json, {"id": found.id, "state": "revoked"}, f"Revoked program {found.name}.")
