"""Feedback on pages: a form that anybody may send, and a list of what was sent."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from app.api.http.asked.idempotency import once_under
from app.api.http.service import current_service, origin, principal
from app.api.notes.feedback import ROUTE, new_feedback, note_reading, with_state
from app.api.notes.note_schemas import FeedbackAskedSchema, TriageSchema
from app.console.forms import Entry, PageForm
from app.console.guard import needs, pages, public
from app.records.texts.feedback import KIND, STATES

AT_MOST = 50
STATE_WORDS = {
    "new": "New",
    "in_progress": "In progress",
    "done": "Done",
    "declined": "Declined",
}
WORDS = {
    "en": {
        "heading": "Something wrong or unclear?",
        "label": "What is wrong or unclear?",
        "hint": "Give no names, numbers or birth dates.",
        "intro": "Tell us what we should mend. We read it, but we cannot answer you.",
        "send": "Send",
        "sent": "Thank you. We got what you wrote.",
        "other": "Español",
    },
    "es": {
        "heading": "¿Algo está mal o no está claro?",
        "label": "¿Qué está mal o no está claro?",
        "hint": "No dé nombres, números ni fechas de nacimiento.",
        "intro": "Díganos qué debemos corregir. Lo leemos, pero no podemos responderle.",
        "send": "Enviar",
        "sent": "Gracias. Recibimos lo que escribió.",
        "other": "English",
    },
}
"""The words of the form. The Spanish ones were written here and no translator has reviewed them."""


def _form(words: dict[str, str]) -> PageForm:
    return PageForm(FeedbackAskedSchema(), [Entry("text", words["label"], "words", words["hint"])])


def _language(sent: MultiDict[str, str]) -> str:
    return sent.get("language", "en") if sent.get("language") in WORDS else "en"


@pages.get("/feedback")
@public
def feedback() -> str:
    """The form for what is wrong or unclear on a page."""
    language = _language(request.args)
    return _feedback_page(_form(WORDS[language]), language, request.args)


def _feedback_page(form: PageForm, language: str, sent: MultiDict[str, str]) -> str:
    return render_template(
        "notes/feedback.html",
        form=form,
        words=WORDS[language],
        language=language,
        other="es" if language == "en" else "en",
        page=sent.get("page", "/")[:200],
        number=sent.get("request_id", "")[:36],
    )


@pages.post("/feedback")
@public
def send_feedback() -> AnyResponse | tuple[str, int]:
    """Take what somebody wrote."""
    language = _language(request.form)
    form = _form(WORDS[language])
    known = {"language": language, "page": "/"}
    for name in ("page", "request_id"):
        given = request.form.get(name, "")
        if given and not FeedbackAskedSchema(only=(name,)).validate({name: given}):
            known[name] = given
    asked = form.load(**known)
    if asked is None:
        return _feedback_page(form, language, request.form), 422
    service = current_service()
    with once_under(service, ROUTE, form.once, b"page") as attempt:
        if attempt.earlier is None:
            sent = new_feedback(asked)
            audit = origin().did("feedback.sent", sent.id, kind=KIND)
            service.feedback.add(sent, audit, attempt.record(sent.made_at, 201))
    flash(WORDS[language]["sent"])
    return redirect(url_for("pages.feedback", language=language), 303)


@pages.get("/feedback/received")
@needs("feedback.read")
def received_feedback() -> str:
    """What was sent, the newest first, of one state or of all."""
    state = request.args.get("state")
    state = state if state in STATES else None
    found = current_service().feedback.page(state, AT_MOST + 1)
    note_reading()
    return render_template(
        "notes/received.html",
        found=found[:AT_MOST],
        there_are_more=len(found) > AT_MOST,
        state=state,
        states=STATE_WORDS,
        may_write=principal().may("feedback.write"),
    )


@pages.post("/feedback/<uuid:id>/state")
@needs("feedback.write")
def change_feedback(id: UUID) -> AnyResponse:
    """Give feedback another state, where it is still as it was shown."""
    found = current_service().feedback.find(str(id))
    try:
        asked = TriageSchema().load({"state": request.form.get("state", "")})
    except ValidationError:
        asked = None
    if found is None or asked is None:
        flash("Choose a state from the list.")
    elif str(found.version) != request.form.get("version"):
        flash(f"Somebody changed it meanwhile. It is now: {STATE_WORDS[found.state]}.")
    else:
        with_state(found, asked["state"])
        flash("We changed the state.")
    return redirect(url_for("pages.received_feedback"), 303)
