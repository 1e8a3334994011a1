"""The answer to a question being put together, and storing it: beside other answers, or in place of
one.
"""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

import orjson
from flask import Response, flash, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from app.api.determinations import determinations, replay
from app.api.determinations.deciding import Decided, decide
from app.api.determinations.stored import id_of, is_own, keep, kept_own
from app.api.http.answered.responses import Problem
from app.api.http.asked.idempotency import IdempotentRequest, once_under
from app.api.http.asked.schemas import SUBJECT
from app.api.http.service import current_service, principal
from app.api.records.searching import found_determinations
from app.console.answers.correcting import REPLACED_MEANWHILE, STORED_INSTEAD
from app.console.answers.telling import Told
from app.console.ask.drafting import (
    ABOUT_FACTS,
    Asking,
    asked,
    draft_of,
    drafts,
    once_key,
    request_text,
)
from app.console.forms import AGAIN, SIGNED_IN_AGAIN
from app.console.guard import needs, pages, who
from app.law.reading.names import nest
from app.records.damaged import Row
from app.records.entries import DeterminationRecord
from app.records.ledger.searching import Wanted
from app.records.people.drafts import Draft

AT_MOST = 50
STORED = "The answer is stored."
BESIDE = "beside"
"""The choice to store an answer beside those that stand."""
CHOOSE = (
    "An answer to this question stands for the same day. Say whether the new one takes its place."
)
Page = AnyResponse | str


@pages.get("/ask/<uuid:id>/answer")
@needs("law.decide")
def answer(id: UUID) -> AnyResponse | str:
    """What the facts come to so far. Nothing is stored."""
    return _answer_page(id)


def _answer_page(id: UUID, wrong: str | None = None, standing: Iterable[Row] = ()) -> Page:
    asking = Asking.of(draft_of(id))
    if asking.determination is None and wrong is not None:
        raise NotFound("These facts have no answer to store.")
    if asking.determination is None:
        return redirect(url_for("pages.interview", id=id), 303)
    document = orjson.loads(asking.determination.json())
    return render_template(
        "answers/answer.html",
        told=Told(current_service().decider, document),
        asking=asking,
        instead=request.form.get("instead"),
        may_keep=principal().may("determinations.create"),
        subject=request.form.get("subject", asking.draft.subject or ""),
        standing=list(standing),
        wrong=wrong,
    )


@pages.post("/ask/<uuid:id>/answer")
@needs("determinations.create")
def store_answer(id: UUID) -> AnyResponse | tuple[Page, int]:
    """Store the answer under the person's reference, beside those that stand or in place of one. A
    second click gives the same record.
    """
    instead = request.form.get("instead", "")
    if AGAIN in request.form:
        return _answer_page(id, SIGNED_IN_AGAIN), 422
    route = determinations.ROUTE if instead in ("", BESIDE) else replay.ROUTE
    with once_under(current_service(), route, once_key(id), b"") as attempt:
        if attempt.earlier is not None:
            return redirect(url_for("pages.stored_answer", id=attempt.earlier.determination), 303)
        try:
            return _stored(draft_of(id), instead, attempt)
        except ValidationError as error:
            return _answer_page(id, str(error.messages[0])), 422
        except _Refused as refused:
            return _answer_page(id, refused.says, refused.standing), 422


class _Refused(Exception):
    """Nothing was stored: what to say, and the answers between which to choose."""

    def __init__(self, says: str, standing: list[Row]) -> None:
        super().__init__(says)
        self.says, self.standing = says, standing


def _stored(draft: Draft, instead: str, attempt: IdempotentRequest) -> AnyResponse:
    draft = replace(draft, subject=SUBJECT.deserialize(request.form.get("subject", "").strip()))
    try:
        decided = _decided(draft)
        standing = _standing(draft, decided.record)
        named = instead if instead in [row.id for row in standing] else None
        if named is None and (standing or instead) and instead != BESIDE:
            raise _Refused(CHOOSE if standing else REPLACED_MEANWHILE, standing)
        if named is None:
            response = keep(current_service(), attempt, decided, "determination.made")
        else:
            response = _instead(draft, named, attempt)
    except Problem as problem:  # or what is kept under that reference says otherwise
        if problem.type.name not in ABOUT_FACTS:
            raise
        details = dict.fromkeys(error.detail for error in problem.errors)
        raise _Refused(" ".join(details), []) from None
    drafts().end(draft.id, who().account.id)
    flash(STORED if named is None else STORED_INSTEAD)
    return redirect(url_for("pages.stored_answer", id=id_of(response)), 303)


def _decided(draft: Draft) -> Decided:
    text = request_text(draft).decode()
    return decide(current_service(), asked(draft), text, principal(), keep=True)


def _standing(draft: Draft, new: DeterminationRecord | None) -> list[Row]:
    """The answers that stand to the same question under the same reference for the same day, where
    the signed-in person may put another one in their place.
    """
    by = principal()
    if new is None or not (
        by.may("determinations.redetermine") and by.may("determinations.search")
    ):
        return []
    wanted = Wanted(subject=draft.subject, question=draft.question, standing=True)
    rows = found_determinations(wanted, AT_MOST)
    return [
        row
        for row in rows
        if row.columns and row.columns["as_of"] == new.as_of and is_own(row.columns["organization"])
    ]


def _instead(draft: Draft, id: str, attempt: IdempotentRequest) -> Response:
    """Store the answer to a draft in place of an earlier one."""
    given: dict[str, object] = {"facts": nest(draft.facts), "edition": draft.edition}
    if draft.as_of is not None:
        given["as_of"] = draft.as_of
    return replay.replaced(attempt, kept_own(UUID(id), replay.REPLACES), given)
