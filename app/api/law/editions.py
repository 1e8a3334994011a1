"""The editions of the law, and in what two of them differ on a day."""

from datetime import date
from typing import TypedDict

from flask import Blueprint, Response

from app.access.principal import PUBLIC
from app.api.http.answered.responses import law_answer, unknown_edition
from app.api.http.asked.schemas import DifferencesQuery
from app.api.http.operations import Content, Operation
from app.api.http.service import Service, current_service
from app.api.law.edition_answers import (
    DifferencesAnswer,
    EditionsAnswer,
    difference_answer,
    edition_answer,
)
from app.api.law.provisions import edition_law, require_looked_at
from app.determinations.answer import LawAnswer
from app.law.edition_law import EditionLaw
from app.law.errors import UnknownEdition
from app.law.history import differences

blp = Blueprint("editions", __name__, url_prefix="/v1/law")


class Query(TypedDict, total=False):
    """A query that the schema has loaded."""

    as_of: date
    edition: str
    other: str


@blp.get("/editions")
@Operation(
    permission=PUBLIC,
    returns={
        200: Content("Every edition, with the days through which it reaches.", EditionsAnswer)
    },
)
def list_editions() -> Response:
    """List the editions of the law."""
    return law_answer(editions_answer(current_service()))


def editions_answer(service: Service) -> EditionsAnswer:
    """Every edition of the law."""
    lawbook = service.lawbook
    return EditionsAnswer(
        [edition_answer(each, service.edition) for each in lawbook.editions.values()],
        LawAnswer(lawbook.digest),
    )


@blp.get("/differences")
@Operation(
    permission=PUBLIC,
    query=DifferencesQuery,
    returns={
        200: Content(
            "What is in force in one of the editions only, and what has another value, source or "
            "period in each.",
            DifferencesAnswer,
        )
    },
    problems=("unknown-edition", "law-not-encoded"),
)
def list_differences(query: Query) -> Response:
    """List in what two editions differ on a day."""
    service = current_service()
    here = edition_law(service, {"edition": query.get("edition", service.edition)})
    try:
        there = service.lawbook.edition(query["other"])
    except UnknownEdition as error:
        raise unknown_edition(error, "query", "other") from None
    return law_answer(differences_answer(service, here, there, query["as_of"]))


def differences_answer(
    service: Service, here: EditionLaw, there: EditionLaw, day: date
) -> DifferencesAnswer:
    """In what two editions differ on a day.

    Raises:
        Problem: law-not-encoded: one of them was not checked through that day.
    """
    for law in (here, there):
        require_looked_at(law, day)
    return DifferencesAnswer(
        here.edition.name,
        there.edition.name,
        day,
        [difference_answer(each, here, there, day) for each in differences(here, there, day)],
        LawAnswer(service.lawbook.digest),
    )
