"""Finding people by reference or by name. What is looked for stands in no address."""

from flask import redirect, render_template, url_for
from marshmallow import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from app.api.applicants.answers import initials
from app.api.applicants.applicant_schemas import ApplicantSearchSchema
from app.api.applicants.register import find_applicants, id_within, sees_whole
from app.api.http.asked.schemas import SUBJECT
from app.api.http.service import current_service, principal
from app.api.waivers.answers import WaiverListedAnswer
from app.api.waivers.of_person import requests_of
from app.console.applicants.forms import born_on
from app.console.applicants.history import History, history
from app.console.forms import Entry, PageForm
from app.console.guard import needs, pages
from app.records.applicants.applicants import Applicant
from app.records.ledger.searching import Wanted

AT_MOST = 20
NEITHER = "Type a reference, or at least a whole word of the name."


def _form() -> PageForm:
    """The form. A birth date counts where the role may see it."""
    name_hint = (
        "Accents, apostrophes, hyphens and spaces do not matter. Former names are found too."
    )
    label = "Or the whole name"
    if sees_whole():
        label = "Or the name, or whole words of it"
        name_hint = f"Such as the whole last name; its first letters find nobody. {name_hint}"
    reference_hint = "The number in your own files, such as case-1047."
    entries = [
        Entry("subject", "Reference", "code", reference_hint),
        Entry("name", label, hint=name_hint),
    ]
    return PageForm(ApplicantSearchSchema(), [*entries, born_on()] if sees_whole() else entries)


@pages.get("/people")
@needs("applicants.read")
def people() -> str:
    """The way to find a person."""
    return _page(_form())


@pages.post("/people")
@needs("applicants.read")
def find_people() -> AnyResponse | str | tuple[str, int]:
    """The person of a reference, or those of a name."""
    form = _form()
    form.take()
    if form["subject"].value() is not None:
        return _by_reference(form)
    if form["name"].value() is None:
        form["subject"].errors.append(NEITHER)
    elif (wanted := form.load()) is not None:
        found = find_applicants(wanted["name"], wanted.get("born_on"), AT_MOST)
        return _page(form, found=found.applicants)
    return _page(form), 422


def _by_reference(form: PageForm) -> AnyResponse | str | tuple[str, int]:
    try:
        subject = SUBJECT.deserialize(form["subject"].value())
    except ValidationError as error:
        form["subject"].errors += error.messages
        return _page(form), 422
    id = id_within(subject)
    if id is not None:
        return redirect(url_for("pages.person", id=id), 303)
    may = principal().may
    decided = history(Wanted(subject=subject)) if may("determinations.read") else History([], [])
    requests = requests_of(subject) if may("waivers.read") else []
    if not decided.rows and not requests:
        return _page(form, found=[])
    return _reference_page(subject, decided, requests)


def _reference_page(subject: str, decided: History, requests: list[WaiverListedAnswer]) -> str:
    return render_template(
        "people/reference.html",
        subject=subject,
        history=decided,
        requests=requests,
        questions=current_service().lawbook.questions,
        may_write=principal().may("applicants.write"),
    )


def _page(form: PageForm, found: list[Applicant] | None = None) -> str:
    return render_template(
        "people/find.html",
        form=form,
        found=None if found is None else found[:AT_MOST],
        there_are_more=found is not None and len(found) > AT_MOST,
        initials=initials,
        sees_whole=sees_whole(),
        may_write=principal().may("applicants.write"),
    )
