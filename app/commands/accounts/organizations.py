"""`flask organizations …`: the organizations that accounts and keys name."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import click
from flask.cli import AppGroup

from app.commands.lawbook.sources import command_origin, open_records
from app.commands.output import REJECTED, USAGE, Refusal, Screen, command, counted, print_json

if TYPE_CHECKING:
    from app.access.organizations import OrganizationRegister
    from app.records.organizations.organizations import Organization

organizations_group = AppGroup(
    "organizations",
    help="Create, list and close the organizations that accounts and keys belong to.",
)
DAY = click.DateTime(["%Y-%m-%d"])
COLUMNS = ("id", "name", "kind", "since", "closed")


@contextmanager
def _administering() -> Iterator["OrganizationRegister"]:
    """The register on the service's database. Errors become refusals.

    Raises:
        Refusal: the database is out of reach, or the organization cannot be as asked.
    """
    from app.access.organizations import NotAnOrganization, OrganizationRegister
    from app.records.organizations.organizations import OrganizationChanged, OrganizationTaken

    with open_records() as store:
        try:
            yield OrganizationRegister(store)
        except NotAnOrganization as refused:
            told = f"Changed nothing. {refused.member}: {refused}"
            raise Refusal(REJECTED, "organization-refused", told) from None
        except OrganizationTaken:
            told = "Created nothing. This id is in use. Upper and lower case are the same."
            raise Refusal(REJECTED, "organization-taken", told) from None
        except OrganizationChanged:
            told = "Changed nothing. Somebody else changed it at the same time. Try again."
            raise Refusal(REJECTED, "organization-changed", told) from None


@organizations_group.command("create")
@click.argument("id")
@click.option("--name", required=True, help="What people call it.")
@click.option(
    "--kind", required=True, help="What it is, such as carrier, office or patient_protection."
)
@click.option("--address", help="Its postal address on one line.")
@click.option("--contact", help="Its telephone number or mail address, no person's own.")
@click.option("--since", type=DAY, metavar="DAY", help="Its first day, such as 2011-07-01.")
@command
def create_organization(
    id: str,
    name: str,
    kind: str,
    address: str | None,
    contact: str | None,
    since: datetime | None,
    as_json: bool,
) -> None:
    """Create an organization. Accounts and keys then name its ID, which never changes.

    \b
    Example:  flask organizations create office-12 --name "Worcester Office" --kind office
    """
    from app.access.organizations import NewOrganization

    day = None if since is None else since.date()
    with _administering() as register:
        made = register.create(
            NewOrganization(id, name, kind, address, contact, day), command_origin()
        )
    _respond(as_json, made, f"Created organization {made.id}.")


@organizations_group.command("list")
@command
def list_organizations(as_json: bool) -> None:
    """List all organizations, also closed ones.

    \b
    Example:  flask organizations list
    """
    with _administering() as register:
        found = [_document(each) for each in register.organizations.page()]
    if as_json:
        print_json({"organizations": found})
        return
    Screen().table(COLUMNS, [[str(each[name] or "–") for name in COLUMNS] for each in found])
    click.echo(f"{counted(len(found), 'organization')}.", err=True)


@organizations_group.command("close")
@click.argument("id")
@click.option("--on", type=DAY, metavar="DAY", help="Its last day; default: today.")
@command
def close_organization(id: str, on: datetime | None, as_json: bool) -> None:
    """Close an organization. New accounts and keys can no longer name it; those it has stay.

    \b
    Example:  flask organizations close office-12
    """
    with _administering() as register:
        found = register.organizations.find(id)
        if found is None:
            raise Refusal(
                USAGE,
                "organization-unknown",
                "No organization has that id. `flask organizations list` lists them.",
            )
        closed = register.close(found, None if on is None else on.date(), command_origin())
    _respond(as_json, closed, f"Organization {closed.id} is closed since {closed.closed}.")


def _document(organization: "Organization") -> dict[str, Any]:
    """An organization as programs get it; the same as over HTTP."""
    import msgspec

    from app.api.organizations.answers import organization_answer

    return cast(dict[str, Any], msgspec.to_builtins(organization_answer(organization)))


def _respond(as_json: bool, organization: "Organization", sentence: str) -> None:
    if as_json:
        print_json(_document(organization))
    else:
        click.echo(sentence)
