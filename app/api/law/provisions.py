"""The law itself: its provisions, their text, and how it changed."""

from datetime import date
from typing import TypedDict

from flask import Blueprint, Response

from app import clock
from app.access.principal import PUBLIC
from app.api.http.operations import Content, Operation
from app.api.http.responses import Problem, Wrong, law_answer, unknown_edition, unknown_question
from app.api.http.schemas import ChangesQuery, LawQuery, ProvisionQuery
from app.api.http.service import Service, current_service
from app.api.law.answers import (
    CalendarAnswer,
    ChangesAnswer,
    ProvisionAnswer,
    ProvisionsAnswer,
)
from app.api.law.provision_answers import (
    calendar_answer,
    calendar_summary,
    change_answer,
    provision_answer,
    provision_summary,
)
from app.determinations.answer import LawAnswer
from app.law.edition_law import EditionLaw
from app.law.errors import UnknownEdition, UnknownQuestion
from app.law.provision import CalendarName, Provision

CALENDARS = "calendars"

blp = Blueprint("law", __name__, url_prefix="/v1")


class Query(TypedDict, total=False):
    """A query that one of the schemas has loaded."""

    as_of: date
    edition: str
    question: str
    first: date
    last: date


def edition_law(service: Service, query: Query) -> EditionLaw:
    """What the edition named in a query contains.

    Raises:
        Problem: unknown-edition.
    """
    try:
        return service.lawbook.edition(query.get("edition", service.edition))
    except UnknownEdition as error:
        raise unknown_edition(error, "query") from None


def _require_looked_at(law: EditionLaw, day: date | None) -> None:
    """Reject days after the last day through which the edition was checked."""
    checked = law.edition.checked_through
    if day is not None and checked is not None and day > checked:
        raise Problem(
            "law-not-encoded",
            f"The edition {law.edition.name} has no law of {day}: the encoded law was checked "
            f"only through {checked}.",
            as_of=day,
            edition=law.edition.name,
        )


@blp.get("/provisions")
@Operation(
    permission=PUBLIC,
    query=LawQuery,
    returns={
        200: Content(
            "The provisions of an edition, all of them or those in force on a day, and the "
            "calendars they use.",
            ProvisionsAnswer,
        )
    },
    problems=("unknown-question", "unknown-edition", "law-not-encoded"),
)
def list_provisions(query: Query) -> Response:
    """List the provisions of the law."""
    service = current_service()
    law, day, question = edition_law(service, query), query.get("as_of"), query.get("question")
    _require_looked_at(law, day)
    try:
        answering = (
            [service.lawbook.question(question).id] if question else list(service.lawbook.questions)
        )
    except UnknownQuestion:
        raise unknown_question("query") from None
    provisions = [
        provision
        for id in answering
        for provision in (
            law.by_question.get(id, []) if day is None else law.provisions_on(id, day)
        )
    ]
    used = _calendars_of(provisions) if question else set(law.calendars)
    calendars = [
        c for id, c in law.calendars.items() if id in used and (day is None or day in c.in_force)
    ]
    return law_answer(
        ProvisionsAnswer(
            edition=law.edition.name,
            as_of=day,
            provisions=[provision_summary(p, law, day) for p in provisions],
            calendars=[calendar_summary(c, law) for c in calendars],
            law=LawAnswer(service.lawbook.digest),
        )
    )


def _calendars_of(provisions: list[Provision]) -> set[str]:
    return {
        c.operand.id
        for p in provisions
        for c in p.conditions
        if isinstance(c.operand, CalendarName)
    }


@blp.get("/provisions/<topic>/<name>")
@Operation(
    permission=PUBLIC,
    query=ProvisionQuery,
    returns={
        200: Content(
            "The provision with its conditions and parameters and the text of its file; or a "
            "calendar.",
            ProvisionAnswer | CalendarAnswer,
        )
    },
    problems=("unknown-provision", "unknown-edition", "law-not-encoded"),
)
def read_provision(query: Query, topic: str, name: str) -> Response:
    """Read one provision or calendar, with the text of its file.

    If the edition does not contain the provision, its `in_force` is null.
    """
    service = current_service()
    law, day, id = (
        edition_law(service, query),
        query.get("as_of") or clock.today(),
        f"{topic}/{name}",
    )
    _require_looked_at(law, query.get("as_of"))
    if topic == CALENDARS and id in law.calendars:
        return law_answer(calendar_answer(service.lawbook, law.calendars[id], law, day))
    provision = service.lawbook.provisions.get(id)
    if provision is None:
        raise Problem(
            "unknown-provision",
            "GET /v1/provisions lists the provisions and calendars of an edition.",
        )
    return law_answer(provision_answer(service.lawbook, provision, law, day))


@blp.get("/law/changes")
@Operation(
    permission=PUBLIC,
    query=ChangesQuery,
    returns={
        200: Content("What started, ended or was superseded, in order of days.", ChangesAnswer)
    },
    problems=("unknown-edition",),
)
def list_changes(query: Query) -> Response:
    """List how the law changed between two days, both included."""
    service = current_service()
    law, first, last = edition_law(service, query), query["first"], query["last"]
    if last < first:
        raise Problem(
            "invalid-request",
            "`to` is before `from`.",
            [Wrong("query", "Must not be before `from`.", name="to")],
        )
    return law_answer(
        ChangesAnswer(
            edition=law.edition.name,
            first=first,
            last=last,
            changes=[
                change_answer(change, law)
                for change in service.lawbook.changes(first, last, law.edition.name)
            ],
            law=LawAnswer(service.lawbook.digest),
        )
    )
