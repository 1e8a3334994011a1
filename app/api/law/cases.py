"""The worked cases of a provision: facts, and what the provision comes to for them."""

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from flask import Blueprint, Response
from msgspec import Meta, Struct

from app.access.principal import PUBLIC
from app.api.http.answered.responses import law_answer
from app.api.http.operations import Content, Operation
from app.api.http.service import Service, current_service
from app.api.law.provisions import provision_of
from app.determinations.answer import AnyValue, LawAnswer
from app.law.provision import Provision
from app.law.reading.case_files import WrittenCase, read_case_file

FILES_AT_MOST = 1_024
"""So many provisions' cases are kept in memory; they change with the law, at a new start."""
blp = Blueprint("worked-cases", __name__, url_prefix="/v1")


class WorkedCaseAnswer(Struct):
    """One worked case: the facts, and what is expected of the provision and its conditions."""

    name: str
    as_of: date
    edition: Annotated[
        str | None, Meta(description="The edition; null for the one that is used if none is named.")
    ]
    given: Annotated[dict[str, AnyValue], Meta(description="The facts, under full names.")]
    status: Annotated[
        Literal["applies", "does_not_apply", "undetermined", "not_in_force", "not_encoded"],
        Meta(description="What the provision comes to."),
    ]
    conditions: Annotated[
        dict[str, Literal["met", "not_met", "unknown"]],
        Meta(description="What conditions come to, by id."),
    ]
    concludes: dict[str, AnyValue]


class WorkedCasesAnswer(Struct):
    """The worked cases of a provision; none if they are not installed beside the law."""

    provision: str
    cases: list[WorkedCaseAnswer]
    law: LawAnswer


@blp.get("/provisions/<topic>/<name>/cases")
@Operation(
    permission=PUBLIC,
    returns={200: Content("The cases in the order in which they are written.", WorkedCasesAnswer)},
    problems=("unknown-provision",),
)
def list_cases(topic: str, name: str) -> Response:
    """List the worked cases of a provision.

    They are the cases by which the encoded law is tested.
    """
    service = current_service()
    return law_answer(cases_answer(service, provision_of(service, f"{topic}/{name}")))


def cases_answer(service: Service, provision: Provision) -> WorkedCasesAnswer:
    """The worked cases of a provision."""
    folder = service.settings.rulesets.parent / "tests" / "cases"
    return WorkedCasesAnswer(
        provision.id,
        list(_read(provision.id, folder)),
        LawAnswer(service.lawbook.digest),
    )


@lru_cache(FILES_AT_MOST)
def _read(provision: str, folder: Path) -> tuple[WorkedCaseAnswer, ...]:
    file, _ = read_case_file(provision, folder, "tests/cases")
    return tuple(_case(case) for case in file.cases)


def _case(case: WrittenCase) -> WorkedCaseAnswer:
    return WorkedCaseAnswer(
        case.name,
        case.as_of,
        case.edition,
        dict(case.given),
        case.status,  # type: ignore[arg-type]  # the reader takes no other
        dict(case.conditions),  # type: ignore[arg-type]
        dict(case.concludes),
    )
