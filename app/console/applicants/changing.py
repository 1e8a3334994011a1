"""Storing a person, and correcting what is known of one."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.api.applicants.applicant_schemas import ApplicantChangesSchema, NewApplicantSchema
from app.api.applicants.register import (
    ROUTE,
    change_applicant,
    id_within,
    read_by_id,
    store_applicant,
)
from app.api.http.answered.responses import Problem
from app.api.http.asked.idempotency import once_under
from app.api.http.service import current_service
from app.console.applicants.forms import UNSAID, born_on, letter_entries, show_person
from app.console.forms import Entry, PageForm
from app.console.guard import needs, pages
from app.records.applicants.applicants import Applicant

MEANWHILE = (
    "Somebody changed this person meanwhile. What you typed is below. Look at the person in "
    "another window, then save again."
)


def _new_form() -> PageForm:
    reference_hint = "The number in your own files. Leave it out and the service makes one."
    entries = [
        Entry("name", "Name", hint="As the person writes it."),
        born_on(),
        Entry("subject", "Reference", "code", reference_hint),
        *letter_entries(),
        Entry("despite_duplicate", "This is somebody else. Store a second record.", "check"),
    ]
    return PageForm(NewApplicantSchema(), entries)


def _changes_form(applicant: Applicant) -> PageForm:
    entries = [
        Entry("name", "Name", hint="The old name stays known as a former name."),
        Entry("forget_old_name", "The old name was a mistake. Delete it.", "check"),
        born_on(),
        *letter_entries(),
    ]
    form = PageForm(ApplicantChangesSchema(), entries, version=str(applicant.version))
    show_person(form, applicant.person)
    return form


@pages.get("/people/new")
@needs("applicants.write")
def new_person() -> str:
    """The form for a person."""
    return _new_page(_new_form())


@pages.post("/people/new")
@needs("applicants.write")
def store_person() -> AnyResponse | str | tuple[str, int]:
    """Store a person. A second click gives the same record, and a person who seems to be on record
    is shown first.
    """
    form = _new_form()
    if request.form.get("do") == "begin":  # from the page of a reference without a name
        form.take()
        return _new_page(form)
    asked = form.load(**UNSAID)
    if asked is None:
        return _new_page(form), 422
    try:
        return redirect(url_for("pages.person", id=_stored(asked, form.once)), 303)
    except Problem as problem:
        if problem.type.name == "duplicate-applicant":
            others = [(one, id_within(one)) for one in problem.more.get("references", ())]
            return _new_page(form, others), 409
        if problem.type.name != "subject-taken":
            raise
        sentence = "This reference is in use. Type another one, or leave it out."
        form["subject"].errors.append(sentence)
        return _new_page(form), 409


def _stored(asked: dict[str, Any], once: str) -> str:
    """The id of the row of a person who is stored now, or was by the first click."""
    service = current_service()
    payload = service.applicants.digest(repr(sorted(asked.items())).encode())
    with once_under(service, ROUTE, once, payload) as attempt:
        if attempt.earlier is None:
            return store_applicant(asked, attempt).id
        location = attempt.earlier.location or ""
    return id_within(location.rpartition("/")[2]) or ""


def _new_page(form: PageForm, others: list[tuple[str, str | None]] | None = None) -> str:
    return render_template("people/new.html", form=form, others=others)


@pages.get("/people/<uuid:id>/correct")
@needs("applicants.write")
def correct_person(id: UUID) -> str:
    """The form with what is known of a person."""
    applicant = read_by_id(str(id))
    return _correct_page(applicant, _changes_form(applicant))


@pages.post("/people/<uuid:id>/correct")
@needs("applicants.write")
def save_person(id: UUID) -> AnyResponse | tuple[str, int]:
    """Save what was corrected, if nobody changed the person meanwhile."""
    applicant = read_by_id(str(id))
    form = _changes_form(applicant)
    changes = form.load(name="", forget_old_name=False, **UNSAID)
    if form["born_on"].value() is None:
        form["born_on"].errors.append("This is still empty.")
    if changes is None or form.wrong:
        return _correct_page(applicant, form), 422
    if form.version != str(applicant.version):
        return _late(applicant, form)
    try:
        change_applicant(applicant.subject, applicant.version, changes)
    except Problem as problem:
        if problem.type.name != "precondition-failed":
            raise
        return _late(read_by_id(str(id)), form)
    flash("The correction is stored.")
    return redirect(url_for("pages.person", id=id), 303)


def _late(applicant: Applicant, form: PageForm) -> tuple[str, int]:
    """The form again where somebody changed the person meanwhile, with what was typed."""
    form.notice, form.version = MEANWHILE, str(applicant.version)
    return _correct_page(applicant, form), 409


def _correct_page(applicant: Applicant, form: PageForm) -> str:
    return render_template("people/correct.html", applicant=applicant, form=form)
