"""Two stored answers to one question beside each other."""

from uuid import UUID

import orjson
from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.api.determinations.comparing import both_stored
from app.api.determinations.stored import KIND, kept, note, text_of
from app.api.http.answered.responses import Problem
from app.api.http.service import current_service
from app.api.records.numbers import find
from app.api.records.searching import found_determinations
from app.console.answers.beside import Pair
from app.console.answers.telling import Told
from app.console.guard import needs, pages
from app.console.words import moment
from app.records.damaged import Row
from app.records.entries import DeterminationRecord
from app.records.identity import is_id
from app.records.ledger.searching import Wanted

AT_MOST = 50
NO_NUMBER = (
    "Give the number of a stored answer: twelve digits, as they stand at the head of its page."
)
ITSELF = "Give the number of another answer than this one."
MANY_DIGITS = 8
"""What has fewer digits was not meant as a number."""
Page = AnyResponse | str | tuple[str, int]


@pages.get("/answers/<uuid:id>/compare")
@needs("determinations.read", "determinations.search")
def compare(id: UUID) -> Page:
    """The answers that a stored one can be compared with, or the two beside each other."""
    other = request.args.get("other")
    if other is None:
        return _choice(id)
    try:
        named = _named(other.strip().lower())
        if named == str(id):
            return _choice(id, other, ITSELF), 422
        if named != other.strip().lower():  # of a number: its page has the id in the address
            return redirect(url_for("pages.compare", id=id, other=named), 303)
        records = both_stored(id, UUID(named))
    except _NoNumber as problem:
        return _choice(id, other, f"{problem} {NO_NUMBER}".lstrip()), 422
    except Problem as problem:
        if problem.type.name != "not-comparable":
            raise
        return _choice(id, other, f"{problem.type.title}. {NO_NUMBER}"), 422
    return _both(id, *sorted(records, key=lambda record: record.decided_at))


class _NoNumber(Exception):
    """What was typed names no answer."""


def _named(typed: str) -> str:
    """The id of the answer of a number, or the id that was typed.

    Raises:
        _NoNumber: with what is wrong with the number.
    """
    if is_id(typed):
        return typed
    if sum(letter.isdigit() for letter in typed) < MANY_DIGITS:
        raise _NoNumber
    try:
        found = find(typed)
    except Problem as problem:
        raise _NoNumber(problem.detail) from None
    if found.kind != KIND:
        raise _NoNumber("This is the number of something else.")
    return found.object_id


def _both(id: UUID, first: DeterminationRecord, second: DeterminationRecord) -> str:
    heads = f"Decided {moment(first.decided_at)}", f"Decided {moment(second.decided_at)}"
    pair = Pair.of(orjson.loads(first.document), orjson.loads(second.document), heads)
    return render_template(
        "answers/compare.html",
        id=id,
        told=pair.first,
        pair=pair,
        is_replacement=second.replaces == first.id,
    )


def _choice(id: UUID, typed: str = "", wrong: str | None = None) -> str:
    found = kept(id)
    note("determination.read", found.record.id)
    return render_template(
        "answers/compare.html",
        id=id,
        told=Told(current_service().decider, orjson.loads(text_of(found))),
        rows=_others(found.record, found.replaced_by),
        typed=typed,
        wrong=wrong,
        pair=None,
    )


def _others(record: DeterminationRecord, replaced_by: str | None) -> list[Row]:
    """The newest answers to the same question under the same reference, without this one."""
    if record.subject is None:
        return []
    wanted = Wanted(subject=record.subject, question=record.question)
    rows = found_determinations(wanted, AT_MOST)[:AT_MOST]
    return [row for row in rows if row.columns is not None and row.id != record.id]
