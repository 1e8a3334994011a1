"""Short numbers: what people say on the telephone, and the record that it stands for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from flask import Blueprint, Response
from msgspec import Meta, Struct

from app.access.principal import Principal
from app.api.http.answered.responses import Problem, json_response
from app.api.http.operations import Content, Operation
from app.api.http.service import current_service, principal
from app.records.numbers.numbers import (
    NotANumber,
    Numbered,
    find_number,
    in_groups,
    numbers_of,
    read_number,
)
from app.records.store import Store

HEADER = "Record-Number"
"""The header of a response that carries one numbered record."""

blp = Blueprint("numbers", __name__, url_prefix="/v1/numbers")


@dataclass(frozen=True, slots=True)
class NumberedKind:
    """A kind of record that has numbers: the permission to read one, whether a caller sees the one
    of an id, and its addresses under /v1 and on the pages, with `{id}` for the id.
    """

    permission: str
    is_seen: Callable[[Store, str, Principal], bool]
    resource: str
    page: str


KINDS = {
    "determination": NumberedKind(
        "determinations.read",
        lambda store, id, by: store.has(id, by.reach),
        "/v1/determinations/{id}",
        "/answers/{id}",
    ),
}
"""Every kind of record that has numbers."""


class NumberAnswer(Struct):
    """The record that a number stands for."""

    number: Annotated[str, Meta(description="Its twelve digits.")]
    spoken: Annotated[str, Meta(description="The same in groups, to be read out.")]
    kind: Annotated[str, Meta(extra_json_schema={"enum": list(KINDS)})]
    id: str
    href: str


@blp.get("/<number>")
@Operation(
    permission="numbers.read",
    returns={200: Content("The kind and the address of the record.", NumberAnswer)},
    problems=("unknown-number", "number-mistyped"),
)
def read_number_of_record(number: str) -> Response:
    """Find the record that a number stands for.

    Spaces and hyphens do not matter. Its last digit depends on the others, so that the service
    notices a mistyped one. You find a record only if you may read it.
    """
    found = find(number)
    return json_response(
        NumberAnswer(
            number=read_number(number),
            spoken=in_groups(read_number(number)),
            kind=found.kind,
            id=found.object_id,
            href=KINDS[found.kind].resource.replace("{id}", found.object_id),
        )
    )


def find(typed: str) -> Numbered:
    """What a number stands for, where the caller may see it. An unknown number and one out of
    reach are the same.

    Raises:
        Problem: number-mistyped or unknown-number.
    """
    try:
        number = read_number(typed)
    except NotANumber as refused:
        raise Problem("number-mistyped", str(refused)) from None
    store, by = current_service().store, principal()
    found = find_number(store, number)
    kind = None if found is None else KINDS.get(found.kind)
    if found is None or kind is None or not by.may(kind.permission):
        raise _unknown()
    if not kind.is_seen(store, found.object_id, by):
        raise _unknown()
    return found


def _unknown() -> Problem:
    return Problem("unknown-number", "No record that you may read has this number.")


def page_of(found: Numbered) -> str:
    """The page of what a number stands for."""
    return KINDS[found.kind].page.replace("{id}", found.object_id)


def number_header(kind: str, id: str | None) -> dict[str, str]:
    """The header with the number of a record, or none where it has no number."""
    number = None if id is None else numbers_of(current_service().store, kind, [id]).get(id)
    return {} if number is None else {HEADER: in_groups(number)}
