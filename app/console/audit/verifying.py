"""Verifications of the records: started, followed, read."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.api.http.answered.responses import Problem
from app.api.http.asked.idempotency import once_under
from app.api.http.asked.schemas import StrictSchema
from app.api.http.service import current_service
from app.api.records.verifications import (
    ROUTE,
    found_verification,
    newest_verifications,
    started_verification,
)
from app.console.forms import PageForm
from app.console.guard import needs, pages

STATES = {
    "running": "Running",
    "interrupted": "Interrupted: its process ended",
    "intact": "All records are intact",
    "damaged": "Damaged records",
    "failed": "Failed: the database, the checkpoints or the log could not be read",
}


@pages.get("/audit/verifications")
@needs("records.verify")
def verifications() -> str:
    """The last verifications, and the way to start one."""
    return _verifications_page(PageForm(StrictSchema(), []))


def _verifications_page(form: PageForm) -> str:
    found, damaged = newest_verifications()
    return render_template(
        "audit/verifications.html",
        form=form,
        verifications=found,
        damaged=damaged,
        states=STATES,
        now=clock.now(),
    )


@pages.post("/audit/verifications")
@needs("records.verify")
def verify_records() -> AnyResponse | tuple[str, int]:
    """Start a verification. A second click leads to the same one."""
    form = PageForm(StrictSchema(), [])
    form.take()
    with once_under(current_service(), ROUTE, form.once, b"") as attempt:
        if attempt.earlier is not None and attempt.earlier.location is not None:
            id = attempt.earlier.location.rpartition("/")[2]
            return redirect(url_for("pages.verification", id=id), 303)
        try:
            started = started_verification(attempt)
            flash("We started a verification.")
            return redirect(url_for("pages.verification", id=started.id), 303)
        except Problem as problem:
            if problem.type.name != "verification-running":
                raise
            status = form.refuse(problem)
    return _verifications_page(form), status


@pages.get("/audit/verifications/<uuid:id>")
@needs("records.verify")
def verification(id: UUID) -> str:
    """One verification: how far it is, or its report."""
    found = found_verification(id)
    return render_template(
        "audit/verification.html", verification=found, states=STATES, now=clock.now()
    )
