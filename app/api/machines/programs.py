"""Programs that people may let act in their name, for administrators."""

from typing import Annotated, Any, TypedDict
from uuid import UUID

from flask import Blueprint, Response
from msgspec import Meta, Struct

from app.access.programs import Programs
from app.api.http.answered.answers import instant_or_none
from app.api.http.answered.responses import Problem, json_response, require_version, tagged
from app.api.http.asked.authentication import authenticator
from app.api.http.asked.idempotency import once
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service, origin
from app.api.machines.credential_schemas import ProgramsQuery, ProgramWantedSchema
from app.api.machines.credentials import refusals
from app.determinations.answer import Instant
from app.instants import instant_text
from app.records.machines.credentials import UnknownCredential
from app.records.machines.programs import Program

ROUTE = "POST /v1/programs"

blp = Blueprint("programs", __name__, url_prefix="/v1/programs")


class ProgramAnswer(Struct):
    """A program as administrators see it: a public OAuth 2 client with PKCE."""

    id: Annotated[str, Meta(description="Its id, which is its client_id.")]
    name: Annotated[str, Meta(description="What people read when it asks them.")]
    redirect_uris: Annotated[
        tuple[str, ...],
        Meta(
            description="Where people may be sent back to, compared letter by letter; on the "
            "person's own machine the port may be any."
        ),
    ]
    created_at: Instant
    created_by: str
    revoked_at: Instant | None


class ProgramsAnswer(Struct):
    """Programs in order of creation."""

    programs: list[ProgramAnswer]
    next: Annotated[str | None, Meta(description="The address of the next page.")]


class Page(TypedDict, total=False):
    """A query that the schema has loaded."""

    after: str
    limit: int


def program_answer(program: Program) -> ProgramAnswer:
    """A program, as an answer tells it."""
    return ProgramAnswer(
        id=program.id,
        name=program.name,
        redirect_uris=program.redirect_uris,
        created_at=instant_text(program.created_at),
        created_by=program.created_by,
        revoked_at=instant_or_none(program.revoked_at),
    )


@blp.get("")
@Operation(
    permission="credentials.read",
    query=ProgramsQuery,
    returns={200: Content("Programs in order of creation, also revoked ones.", ProgramsAnswer)},
)
def list_programs(query: Page) -> Response:
    """List the programs that people may let act in their name."""
    page = _programs().store.page(query.get("after"), query["limit"] + 1)
    shown = page[: query["limit"]]
    following = None
    if len(page) > len(shown):
        following = f"/v1/programs?after={shown[-1].id}&limit={query['limit']}"
    return json_response(ProgramsAnswer([program_answer(one) for one in shown], following))


@blp.post("")
@Operation(
    permission="credentials.write",
    body=ProgramWantedSchema,
    returns={201: Content("The program. It has no secret.", ProgramAnswer)},
    idempotent=True,
)
def create_program(wanted: dict[str, Any]) -> Response:
    """Register a program. Each person decides whether it may act in their name."""
    with once(current_service(), ROUTE) as attempt, refusals():
        if attempt.earlier is not None:
            return attempt.replayed_as(lambda id: _shown(_find(UUID(id)), 201))
        created = _programs().create(
            wanted["name"],
            tuple(wanted["redirect_uris"]),
            origin(),
            attempt.created("/v1/programs"),
        )
    return _shown(created, 201)


@blp.get("/<uuid:id>")
@Operation(
    permission="credentials.read",
    returns={200: Content("The program. To revoke it, send its ETag.", ProgramAnswer)},
    problems=("unknown-program",),
)
def read_program(id: UUID) -> Response:
    """Read a program."""
    return _shown(_find(id), 200)


@blp.delete("/<uuid:id>")
@Operation(
    permission="credentials.write",
    returns={204: Content("Revoked. All processes reject its tokens within 30 seconds.")},
    problems=("unknown-program",),
    if_match="Its ETag, as you read it.",
)
def revoke_program(id: UUID) -> Response:
    """Revoke a program. What people let it do ends."""
    found = _find(id)
    with refusals():
        _programs().revoke(found.id, require_version(found.version), origin())
    authenticator().bearers.forget()
    return Response(status=204)


def _programs() -> Programs:
    return authenticator().programs


def _find(id: UUID) -> Program:
    try:
        return _programs().find(str(id))
    except UnknownCredential:
        raise Problem("unknown-program", "No program has this id.") from None


def _shown(program: Program, status: int) -> Response:
    headers = {"Location": f"/v1/programs/{program.id}"} if status == 201 else {}
    return tagged(json_response(program_answer(program), status, headers), program.version)
