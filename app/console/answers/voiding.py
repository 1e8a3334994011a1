"""Declaring a stored determination void, with a reason and a second look."""

from uuid import UUID

import orjson
from flask import flash, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from app.api.determinations.stored import kept, note, text_of
from app.api.determinations.voiding import BECAUSE, ROUTE, void
from app.api.http.asked.idempotency import once_under
from app.api.http.service import current_service
from app.console.answers.telling import Told
from app.console.guard import needs, pages

UNSURE = "Check the box if this answer is to count for nothing."


@pages.get("/answers/<uuid:id>/void")
@needs("determinations.void")
def void_answer(id: UUID) -> str:
    """What voiding an answer means, and the form for the reason."""
    return _page(id, {})


@pages.post("/answers/<uuid:id>/void")
@needs("determinations.void")
def do_void(id: UUID) -> AnyResponse | tuple[str, int]:
    """Declare it void. A second click changes nothing."""
    wrong, because = {}, request.form.get("because", "").strip()
    try:
        because = BECAUSE.deserialize(because)
    except ValidationError as error:
        wrong["because"] = str(error.messages[0])
    if request.form.get("sure") != "yes":
        wrong["sure"] = UNSURE
    if wrong:
        return _page(id, wrong), 422
    service = current_service()
    with once_under(service, ROUTE, f"page-{id}-{because}", b"") as attempt:
        if attempt.earlier is None:
            void(id, because, attempt)
            flash("The answer is void from now on.")
    return redirect(url_for("pages.stored_answer", id=id), 303)


def _page(id: UUID, wrong: dict[str, str]) -> str:
    found = kept(id)
    note("determination.read", found.record.id)
    document = orjson.loads(text_of(found))
    return render_template(
        "answers/void.html",
        told=Told(current_service().decider, document),
        wrong=wrong,
        because=request.form.get("because", ""),
    )
