"""The audit trail: searched by who, by whom it was about, by what and when; exported."""

from typing import Any

from flask import render_template, request, url_for
from marshmallow import Schema
from werkzeug.wrappers import Response as AnyResponse

from app.api.applicants.register import id_within
from app.api.http.answered.cursors import next_cursor, place_of
from app.api.http.answered.faults import alarm_damaged
from app.api.http.answered.responses import Problem
from app.api.http.service import principal
from app.api.people.current import people
from app.api.records.audit_trail import (
    TrailExportSchema,
    TrailSearchSchema,
    exported,
    found_entries,
    wanted_entries,
)
from app.console.forms import Entry, PageForm
from app.console.guard import needs, pages
from app.records.identity import is_id

SHOWN = 50
PAGE_OF = {
    "determination": ("pages.stored_answer", "determinations.read"),
    "account": ("pages.staff", "accounts.read"),
    "key": ("pages.credential", "credentials.read"),
    "client": ("pages.credential", "credentials.read"),
    "verification": ("pages.verification", "records.verify"),
    "waiver": ("pages.waiver", "waivers.read"),
    "letter": ("pages.kept_letter", "letters.read"),
    "approval": ("pages.approval", "approvals.read"),
    "applicant": ("pages.person", "applicants.read"),
}
"""The page of each kind of object, and the permission to see it."""


class TrailForm(PageForm):
    """The criteria; who did it is a sign-in name or an actor, and is read apart."""

    def takes(self, entry: Entry) -> bool:
        """All but who did it."""
        return entry.name != "actor"

    def search(self, **known: Any) -> dict[str, Any] | None:
        """What to search for; none where something is wrong."""
        self.take()
        actor = self["actor"].value()
        if actor is not None and ":" not in str(actor):
            account = people().accounts.named(str(actor))
            actor = None if account is None else f"account:{account.id}"
        found = self.load(**known, **({} if actor is None else {"actor": actor}))
        if actor is None and self["actor"].value() is not None:
            self["actor"].errors.append("No account has this sign-in name.")
            return None
        return found


def _form(schema: Schema) -> TrailForm:
    who = "A sign-in name, or an actor such as key:… of a program."
    seen = (
        "The person's reference. Finds who saw or changed what we have about them: answers, waiver "
        "requests, letters, notes and their record."
    )
    done = "Such as determination.read, account.disabled or session.signed_in."
    record = "The id of an answer, a waiver request, a letter, an account or a key."
    return TrailForm(
        schema,
        [
            Entry("actor", "Who", "code", who, optional=True),
            Entry("subject", "Person seen", "code", seen, optional=True),
            Entry("object_id", "Record", "code", record, optional=True),
            Entry("action", "What was done", "code", done, optional=True),
            Entry("from", "First day", "day", place="at.from", optional=True),
            Entry("to", "Last day", "day", place="at.to", optional=True),
        ],
    )


@pages.get("/audit")
@needs("audit.read")
def trail() -> str:
    """The newest entries."""
    schema = TrailSearchSchema()
    return _trail_page(_form(schema), schema.load({"limit": SHOWN}))


@pages.post("/audit")
@needs("audit.read")
def search_the_trail() -> str | tuple[str, int]:
    """The entries that match. What is looked for stands in no address."""
    form, cursor = _form(TrailSearchSchema()), request.form.get("cursor")
    wanted = form.search(limit=SHOWN, **({"cursor": cursor} if cursor else {}))
    page = _trail_page(form, wanted)
    return page if wanted is not None else (page, 422)


@pages.post("/audit/export")
@needs("audit.read")
def export_the_trail() -> AnyResponse | tuple[str, int]:
    """The entries that match as a file."""
    form = _form(TrailExportSchema())
    wanted = form.search(format=request.form.get("format", "json"))
    try:
        if wanted is not None:
            return exported(wanted_entries(wanted), wanted["format"])
    except Problem as problem:
        if problem.type.name != "too-much-to-export":
            raise
        form.refuse(problem)
    return _trail_page(form, None), 422


def _trail_page(form: TrailForm, wanted: dict[str, Any] | None) -> str:
    hits = []
    if wanted is not None:
        hits = found_entries(wanted_entries(wanted), SHOWN + 1, place_of(wanted))
    shown = hits[:SHOWN]
    alarm_damaged("audit", [hit.id for hit in shown if hit.columns is None])
    return render_template(
        "audit/trail.html",
        form=form,
        is_search=request.method == "POST",
        rows=shown,
        cursor=next_cursor(wanted, [hit.place for hit in hits]) if wanted and hits else None,
        may_verify=principal().may("records.verify"),
    )


@pages.app_template_filter()
def action_words(action: str) -> str:
    """An action in words: `account.password_reset` is “Account password reset”."""
    words = action.replace(".", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


@pages.app_template_filter()
def object_page(entry: dict[str, Any]) -> str | None:
    """The address of the page of an entry's object; None where there is none for this person."""
    endpoint, permission = PAGE_OF.get(entry["kind"], ("", ""))
    if not endpoint or not entry["object_id"] or not principal().may(permission):
        return None
    id = entry["object_id"]
    if entry["kind"] == "applicant":  # the trail names them by reference, and no address does
        id = id_within(id)
    return url_for(endpoint, id=id) if id and is_id(id) else None
