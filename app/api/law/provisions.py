"""The law itself: its provisions, their text, and how it changed."""

from datetime import date
from typing import TypedDict

from flask import Blueprint, Response

from app import clock
from app.access.principal import PUBLIC
from app.api.http.answered.responses import (
    Problem,
    Wrong,
    law_answer,
    unknown_edition,
    unknown_question,
)
from app.api.http.asked.schemas import ChangesQuery, LawQuery, ProvisionQuery
from app.api.http.operations import Content, Operation
from app.api.http.service import Service, current_service
from app.api.law.answers import (
    CalendarAnswer,
    ChangesAnswer,
    ProvisionAnswer,
    ProvisionsAnswer,
)
from app.api.law.condition_answers import calendars_of
from app.api.law.provision_answers import (
    calendar_answer,
    calendar_summary,
    change_answer,
    provision_answer,
    provision_summary,
)
from app.api.law.wanted_words import calendar_text, has_words, provision_text
from app.determinations.answer import LawAnswer
from app.law.edition_law import EditionLaw
from app.law.errors import UnknownEdition, UnknownQuestion
from app.law.provision import Provision

CALENDARS = "calendars"

blp = Blueprint("law", __name__, url_prefix="/v1")


class Query(TypedDict, total=False):
    """A query that one of the schemas has loaded."""

    as_of: date
    edition: str
    question: str
    first: date
    last: date
    words: str


def edition_law(service: Service, query: Query) -> EditionLaw:
    """What the edition named in a query contains.

    Raises:
        Problem: unknown-edition.
    """
    try:
        return service.lawbook.edition(query.get("edition", service.edition))
    except UnknownEdition as error:
        raise unknown_edition(error, "query") from None


def require_looked_at(law: EditionLaw, day: date | None) -> None:
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
    return law_answer(provisions_answer(current_service(), query))


def provisions_answer(service: Service, query: Query) -> ProvisionsAnswer:
    """The provisions and calendars that a query asks for.

    Raises:
        Problem: unknown-edition, unknown-question, law-not-encoded.
    """
    law, day, question = edition_law(service, query), query.get("as_of"), query.get("question")
    require_looked_at(law, day)
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
    conditions = [c for provision in provisions for c in provision.conditions]
    used = calendars_of(conditions) if question else set(law.calendars)
    calendars = [
        c for id, c in law.calendars.items() if id in used and (day is None or day in c.in_force)
    ]
    if "words" in query:
        provisions = [p for p in provisions if has_words(query["words"], provision_text(p))]
        calendars = [c for c in calendars if has_words(query["words"], calendar_text(c.calendar))]
    return ProvisionsAnswer(
        edition=law.edition.name,
        as_of=day,
        provisions=[provision_summary(p, law, day) for p in provisions],
        calendars=[calendar_summary(c, law) for c in calendars],
        law=LawAnswer(service.lawbook.digest),
    )


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
    require_looked_at(law, query.get("as_of"))
    if topic == CALENDARS and id in law.calendars:
        return law_answer(calendar_answer(service.lawbook, law.calendars[id], law, day))
    provision = provision_of(service, id)
    return law_answer(provision_answer(service.lawbook, provision, law, day))


def provision_of(service: Service, id: str) -> Provision:
    """A provision by its id.

    Raises:
        Problem: unknown-provision.
    """
    provision = service.lawbook.provisions.get(id)
    if provision is None:
        raise Problem(
            "unknown-provision",
            "GET /v1/provisions lists the provisions and calendars of an edition.",
        )
    return provision


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
    return law_answer(changes_answer(current_service(), query))


def changes_answer(service: Service, query: Query) -> ChangesAnswer:
    """How the law changed between two days.

    Raises:
        Problem: unknown-edition; invalid-request: the last day is before the first.
    """
    law, first, last = edition_law(service, query), query["first"], query["last"]
    if last < first:
        raise Problem(
            "invalid-request",
            "`to` is before `from`.",
            [Wrong("query", "Must not be before `from`.", name="to")],
        )
    return ChangesAnswer(
        edition=law.edition.name,
        first=first,
        last=last,
        changes=[
            change_answer(change, law)
            for change in service.lawbook.changes(first, last, law.edition.name)
        ],
        law=LawAnswer(service.lawbook.digest),
    )
