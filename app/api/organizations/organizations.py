"""Organizations: those whose people and programs use the service."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, Response

from app.access.organizations import NewOrganization, NotAnOrganization, OrganizationRegister
from app.api.http.answered.responses import (
    Problem,
    Wrong,
    changed_since,
    json_response,
    require_version,
    tagged,
)
from app.api.http.asked.idempotency import once
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service, origin
from app.api.organizations.answers import (
    OrganizationAnswer,
    OrganizationsAnswer,
    organization_answer,
)
from app.api.organizations.organization_schemas import (
    PAGE,
    NewOrganizationSchema,
    OrganizationChangesSchema,
    OrganizationClosedSchema,
    OrganizationsQuery,
)
from app.records.organizations.organizations import (
    Organization,
    OrganizationChanged,
    OrganizationTaken,
)

ROUTE = "POST /v1/organizations"
READ_IT = "The ETag of the organization as you read it."

blp = Blueprint("organizations", __name__, url_prefix="/v1/organizations")


@blp.get("")
@Operation(
    permission="organizations.read",
    query=OrganizationsQuery,
    returns={
        200: Content(
            f"Organizations in the order of their ids, {PAGE} per page, also closed ones.",
            OrganizationsAnswer,
        )
    },
)
def list_organizations(query: dict[str, str]) -> Response:
    """List the organizations."""
    kind = query.get("kind")
    page = register().organizations.page(query.get("after"), PAGE + 1, kind)
    following = None
    if len(page) > PAGE:
        of_kind = "" if kind is None else f"&kind={kind}"
        following = f"/v1/organizations?after={page[PAGE - 1].id}{of_kind}"
    return json_response(
        OrganizationsAnswer([organization_answer(each) for each in page[:PAGE]], following)
    )


@blp.post("")
@Operation(
    permission="organizations.write",
    body=NewOrganizationSchema,
    returns={201: Content("Created. Accounts and keys can now name it.", OrganizationAnswer)},
    problems=("organization-taken",),
    idempotent=True,
)
def create_organization(asked: dict[str, Any]) -> Response:
    """Create an organization."""
    with once(current_service(), ROUTE) as attempt, refusals():
        if attempt.earlier is not None:
            return attempt.replayed_as(lambda id: _created(find(id)))
        created = register().create(
            NewOrganization(**asked), origin(), attempt.created("/v1/organizations")
        )
    return _created(created)


def _created(organization: Organization) -> Response:
    location = {"Location": f"/v1/organizations/{organization.id}"}
    return tagged(
        json_response(organization_answer(organization), 201, location), organization.version
    )


@blp.get("/<organization>")
@Operation(
    permission="organizations.read",
    returns={
        200: Content(
            "The organization. To change it, send its ETag as If-Match.", OrganizationAnswer
        )
    },
    problems=("unknown-organization",),
)
def read_organization(organization: str) -> Response:
    """Read one organization."""
    return _shown(find(organization))


@blp.patch("/<organization>")
@Operation(
    permission="organizations.write",
    body=OrganizationChangesSchema,
    returns={200: Content("The changed organization.", OrganizationAnswer)},
    problems=("unknown-organization",),
    if_match=READ_IT,
)
def change_organization(asked: dict[str, Any], organization: str) -> Response:
    """Change the name, the kind, the address, the contact or the first day of an organization.

    Its id stays. Close it and create another one if the id is wrong.
    """
    found = find(organization)
    require_version(found.version)
    with refusals():
        return _shown(register().change(found, asked, origin()))


@blp.post("/<organization>/close")
@Operation(
    permission="organizations.write",
    body=OrganizationClosedSchema,
    body_optional=True,
    returns={200: Content("The closed organization. Its records stay.", OrganizationAnswer)},
    problems=("unknown-organization",),
    if_match=READ_IT,
)
def close_organization(asked: dict[str, Any], organization: str) -> Response:
    """Close an organization.

    New accounts and keys can no longer name it. Those that it has go on to work until an
    administrator disables or revokes them. Closing it again changes nothing.
    """
    found = find(organization)
    require_version(found.version)
    with refusals():
        return _shown(register().close(found, asked.get("closed"), origin()))


@blp.post("/<organization>/reopen")
@Operation(
    permission="organizations.write",
    returns={200: Content("The open organization.", OrganizationAnswer)},
    problems=("unknown-organization",),
    if_match=READ_IT,
)
def reopen_organization(organization: str) -> Response:
    """Open a closed organization again. Opening an open one changes nothing."""
    found = find(organization)
    require_version(found.version)
    with refusals():
        return _shown(register().reopen(found, origin()))


def register() -> OrganizationRegister:
    """The organizations of the service that handles the present request."""
    return OrganizationRegister(current_service().store)


def find(id: str) -> Organization:
    """The organization of an id.

    Raises:
        Problem: unknown-organization.
    """
    found = register().organizations.find(id)
    if found is None:
        raise Problem("unknown-organization", "No organization has this id.")
    return found


def name_of(id: str) -> str:
    """What people call an organization: its name; its id where the service knows no name."""
    return register().organizations.name_of(id)


@contextmanager
def refusals() -> Iterator[None]:
    """What cannot be done with an organization, as problems.

    Raises:
        Problem: invalid-request, organization-taken or precondition-failed.
    """
    try:
        yield
    except NotAnOrganization as refused:
        raise Problem(
            "invalid-request",
            "Each member of `errors` says what to send instead.",
            [Wrong("json", str(refused), pointer=f"/{refused.member}")],
        ) from None
    except OrganizationTaken:
        raise Problem(
            "organization-taken", "Choose another id, or use the organization that there is."
        ) from None
    except OrganizationChanged:
        raise changed_since() from None


def _shown(organization: Organization) -> Response:
    return tagged(json_response(organization_answer(organization)), organization.version)
