"""A new waiver request, with what is known of its denial already filled in."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.api.http.answered.responses import Problem
from app.api.http.asked.idempotency import once_under
from app.api.http.service import current_service, principal
from app.api.waivers.asked.waiver_schemas import NewWaiverRequestSchema
from app.api.waivers.clocks import (
    DENIAL_ON,
    OF_THE_REQUEST,
    REASON,
    RECEIVED_ON,
    REVIEWABLE,
    SUPPORTED,
)
from app.api.waivers.receiving import DENIED, DENIED_QUESTION
from app.api.waivers.waiver_requests import ROUTE, receive
from app.console.ask.fields import Field, values_of
from app.console.forms import Entry, PageForm
from app.console.guard import needs, pages
from app.console.waivers.desk_words import WAYS, WHO
from app.console.waivers.step_forms import file_names, paper_entries
from app.law.reading.names import walk
from app.records.entries import DeterminationRecord
from app.records.verifying.chains import link
from app.waivers.desk import desk_reach
from app.waivers.states import State

MAY_COME = {name: words for name, words in WAYS.items() if name != "api"}
ASKED_FOR = (REVIEWABLE, SUPPORTED)
"""The questions whose facts a new request says; what comes after a decision is not known yet."""
OWN_WORDS = "In the applicant's own words. The Office alone reads it."


def _form(denial: DeterminationRecord | None) -> PageForm:
    """The form, without what is known already of a denial that this service made."""
    reasons = current_service().lawbook.fact("waiver.reason").choices
    named = [] if denial else _of_a_notice()
    subject = Entry("subject", "Reference of the person", hint="Such as case-1047. No names.")
    entries = [
        subject.show(denial.subject if denial else None),
        *named,
        Entry("denial.received_on", "On which day did the applicant receive the denial?", "date"),
        Entry("received_on", "On which day did the Office first receive the request?", "date"),
        Entry("received_by", "How did it come?", "radio", options=list(MAY_COME.items())),
        Entry("entered_for.who", "Who asks?", "radio", options=list(WHO.items())),
        Entry("entered_for.name", "Name of the representative, if there is one"),
        Entry("entered_for.authority", "On what does the representative's authority rest?"),
        Entry(
            "circumstances.reason",
            "Why did the person go without coverage?",
            "radio",
            options=list(reasons.items()),
        ),
        Entry("circumstances.text", "What the person wrote about it", "words", OWN_WORDS),
        Entry("sworn.signed_on", "On which day was the sworn statement signed?", "date"),
        *paper_entries(),
    ]
    return PageForm(NewWaiverRequestSchema(), entries)


def _of_a_notice() -> list[Entry]:
    return [
        Entry("carrier.organization", "The carrier's name in this service, if it has one"),
        Entry("carrier.name", "Or the carrier's name as the notice has it"),
        Entry("denial.said_on", "Which day does the notice of the denial bear?", "date"),
    ]


def _fields(sent: bool, denial: DeterminationRecord | None) -> list[Field]:
    """The fields of the facts that no other field of the request says, as the questions of the
    desk want them; filled in from the denied request where it says them.
    """
    lawbook = current_service().lawbook
    wanted = {name for question in ASKED_FOR for name in lawbook.known_facts(question)}
    facts = [
        fact
        for fact in lawbook.vocabulary
        if fact.name in wanted - set(OF_THE_REQUEST) and fact.name.startswith(OWN_TOPICS)
    ]
    if sent:
        return [Field.sent(fact, request.form) for fact in facts]
    known = {} if denial is None else _said(denial)
    return [Field.of(fact, known.get(fact.name)) for fact in facts]


AT_FIELDS = {
    RECEIVED_ON: "received_on",
    DENIAL_ON: "denial.received_on",
    REASON: "circumstances.reason",
}
"""The fields of the request that say facts."""
OWN_TOPICS = ("waiver.", "prior_coverage.")
"""The facts that are asked for on the page: of the waiver itself and of the coverage before."""


def _said(denial: DeterminationRecord) -> Mapping[str, object]:
    """The facts of the denied request, by whole name."""
    asked = orjson.loads(denial.request)
    return {".".join(keys): value for keys, value in walk(asked.get("facts", {}))}


def _denial() -> DeterminationRecord | None:
    """The denial that the address or the form names, where it is one that this person may see."""
    given = request.values.get("denial", "")
    try:
        id = str(UUID(given))
    except ValueError:
        return None
    found = link(current_service().store, id, principal().reach)
    if found is None or (found.record.question, found.record.outcome) != (DENIED_QUESTION, DENIED):
        return None
    return found.record


@pages.app_context_processor
def waiver_context() -> dict[str, object]:
    """Whether a waiver can be requested for an answer."""
    return {
        "may_request_waiver": lambda told: (
            principal().may("waivers.write")
            and (told.question, told.outcome) == (DENIED_QUESTION, DENIED)
        ),
        "requests_for": requests_for,
    }


def requests_for(denial: str) -> list[str]:
    """The ids of the waiver requests for a stored denial that this person may see and nobody
    withdrew.
    """
    requests, reach = current_service().desk.requests, desk_reach(principal())
    named = [each for each in requests.naming(denial) if State(each.state) is not State.WITHDRAWN]
    return [each.id for each in named if requests.find(each.id, reach) is not None]


@pages.get("/waivers/new")
@needs("waivers.write")
def new_waiver() -> str:
    """The form for a waiver request."""
    denial = _denial()
    return _page(_form(denial), _fields(False, denial), denial)


@pages.post("/waivers/new")
@needs("waivers.write")
def receive_waiver() -> AnyResponse | tuple[str, int]:
    """Enter a waiver request. A second click gives the same record."""
    service, denial = current_service(), _denial()
    form, fields = _form(denial), _fields(True, denial)
    facts = values_of(fields)
    asked = form.load(**_known(denial), **file_names(), facts=facts)
    if asked is None or any(each.errors for each in fields):
        return _page(form, fields, denial), 422
    try:
        with once_under(service, ROUTE, form.once, b"page") as attempt:
            if attempt.earlier is not None:
                address = str(attempt.earlier.location)
            else:
                address = receive(service, asked, attempt)[0].href
    except Problem as problem:
        status = form.refuse(_show_at(fields, problem), facts=AT_FIELDS)
        return _page(form, fields, denial), status
    flash("We received the request.")
    return redirect(url_for("pages.waiver", id=UUID(address.rpartition("/")[2])), 303)


def _known(denial: DeterminationRecord | None) -> dict[str, Any]:
    """What the denial says of the request."""
    if denial is None:
        return {}
    carrier = denial.organization
    named = {"organization": carrier} if carrier else {"name": "The carrier of the denial"}
    return {"denial": {"determination": denial.id}, "carrier": named}


def _show_at(fields: list[Field], problem: Problem) -> Problem:
    """Show the complaints about facts at their fields; the problem with the others."""
    for each in fields:
        each.errors += [wrong.detail for wrong in problem.errors if wrong.fact == each.fact.name]
    shown = {each.fact.name for each in fields}
    left = [wrong for wrong in problem.errors if wrong.fact not in shown]
    return problem if left == problem.errors else Problem(problem.type.name, "", left)


def _page(form: PageForm, fields: list[Field], denial: DeterminationRecord | None) -> str:
    return render_template(
        "waivers/new.html",
        form=form,
        fields=fields,
        denial=denial,
        wrong_facts=[each for each in fields if each.errors],
    )
