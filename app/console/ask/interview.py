"""One fact a page, only what can still change the answer; and all facts in one form."""

from dataclasses import replace
from itertools import groupby
from uuid import UUID

from flask import redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.api.http.service import current_service
from app.console.ask.drafting import (
    CHANGED,
    Asking,
    draft_of,
    drafts,
    missing_of,
    stated_facts,
    with_facts,
)
from app.console.ask.fields import Field, values_of
from app.console.forms import AGAIN, SIGNED_IN_AGAIN
from app.console.guard import needs, pages
from app.determinations.answer import NestedAnswer, ReasonAnswer
from app.law.facts import FactDefinition
from app.records.people.drafts import Draft

NOTHING_GIVEN = "Give an answer, or press “I do not know”."
Page = AnyResponse | str | tuple[str, int]


@pages.get("/ask/<uuid:id>")
@needs("law.decide")
def interview(id: UUID) -> Page:
    """The next fact, or the one to be changed; once nothing more matters, the answer."""
    draft = draft_of(id)
    asking, wanted = Asking.of(draft), request.args.get("fact")
    fact = _fact(draft, wanted) if wanted else asking.next_fact
    if fact is None and asking.problem is None:
        return redirect(url_for("pages.answer", id=id), 303)
    if fact is not None and not wanted:  # so that the browser goes back to this question
        changed = request.args.get("changed")
        return redirect(url_for("pages.interview", id=id, fact=fact.name, changed=changed), 303)
    field = None if fact is None else Field.of(fact, draft.facts.get(fact.name))
    return _interview_page(asking, field)


@pages.post("/ask/<uuid:id>")
@needs("law.decide")
def take_fact(id: UUID) -> Page:
    """Take one fact, or that it is not known, and go on."""
    draft = draft_of(id)
    fact = _fact(draft, request.form.get("fact", ""))
    field, facts = Field.sent(fact, request.form), dict(draft.facts)
    if AGAIN in request.form:
        return _interview_page(Asking.of(draft), field, SIGNED_IN_AGAIN), 422
    if request.form.get("do") == "leave open":
        facts.pop(fact.name, None)
        left_open = (*[name for name in draft.left_open if name != fact.name], fact.name)
        return _go_on(Asking.of(replace(draft, facts=facts, left_open=left_open)))
    found = values_of([field])
    if field.is_empty:
        field.errors.append(NOTHING_GIVEN)
    if field.errors:
        return _interview_page(Asking.of(draft), field), 422
    changed = with_facts(draft, {**facts, **found})
    asking = Asking.of(changed)
    if fact.name in asking.wrong:
        field.errors += asking.wrong[fact.name]
        return _interview_page(replace(asking, draft=draft), field), 422
    return _go_on(asking)


def _go_on(asking: Asking) -> AnyResponse:
    """Store a draft as it is now, and go on to its next fact. That stands in the address, so that
    the browser goes back fact by fact.
    """
    id, fact = asking.draft.id, asking.next_fact
    seen = request.form.get("version", type=int) or asking.draft.version
    if drafts().save(replace(asking.draft, version=seen), clock.now()) is None:
        return redirect(url_for("pages.interview", id=id, changed=1), 303)
    if fact is None and asking.problem is None:
        return redirect(url_for("pages.answer", id=id), 303)
    return redirect(url_for("pages.interview", id=id, fact=fact.name if fact else None), 303)


def _interview_page(asking: Asking, field: Field | None, notice: str | None = None) -> str:
    lawbook = current_service().lawbook
    return render_template(
        "ask/interview.html",
        asking=asking,
        field=field,
        said=[Field.of(lawbook.fact(name), value) for name, value in asking.draft.facts.items()],
        left_open=[lawbook.fact(name) for name in asking.draft.left_open],
        matters_for=_matters_for(asking, field.fact.name) if field is not None else [],
        previous=_previous(asking.draft, field),
        notice_words=CHANGED if request.args.get("changed") else notice,
    )


def _previous(draft: Draft, field: Field | None) -> str | None:
    """The fact that was asked for before the one of a field, as far as the draft tells."""
    asked = [*draft.facts, *draft.left_open]
    governs = current_service().lawbook.question(draft.question).governed_by
    stated = {fact.name for fact in stated_facts(draft.question)} - {governs}
    name = None if field is None else field.fact.name
    before = asked[: asked.index(name)] if name in asked else asked
    return next((each for each in reversed(before) if each in stated), None)


def _matters_for(asking: Asking, name: str) -> list[str]:
    """The titles of the provisions that a missing fact may decide."""
    if asking.determination is None:
        return []
    titles = _open_titles(asking.determination.reasons, name)
    return list(dict.fromkeys(titles))


def _open_titles(reasons: tuple[ReasonAnswer, ...], name: str) -> list[str]:
    found = []
    for reason in reasons:
        for finding in reason.findings:
            if isinstance(finding.determination, NestedAnswer):
                found += _open_titles(finding.determination.reasons, name)
            elif finding.status == "unknown" and name in missing_of(finding):
                found.append(reason.title)
    return found


@pages.get("/ask/<uuid:id>/form")
@needs("law.decide")
def fill_in(id: UUID) -> Page:
    """All facts of the question, by subject."""
    draft = draft_of(id)
    fields = [Field.of(fact, draft.facts.get(fact.name)) for fact in stated_facts(draft.question)]
    return _form_page(Asking.of(draft), fields)


@pages.post("/ask/<uuid:id>/form")
@needs("law.decide")
def take_facts(id: UUID) -> Page:
    """Take all facts of the form; it comes again where something in it is wrong."""
    draft = draft_of(id)
    fields = [Field.sent(fact, request.form) for fact in stated_facts(draft.question)]
    values = values_of(fields)
    if AGAIN in request.form:
        return _form_page(Asking.of(draft), fields, SIGNED_IN_AGAIN), 422
    changed = replace(with_facts(draft, values), left_open=())
    if any(field.errors for field in fields):
        return _form_page(Asking.of(draft), fields), 422
    asking = Asking.of(changed)
    for field in fields:
        field.errors += asking.wrong.get(field.fact.name, [])
    if any(field.errors for field in fields):
        return _form_page(asking, fields), 422
    seen = request.form.get("version", type=int) or draft.version
    if drafts().save(replace(changed, version=seen), clock.now()) is None:
        return _form_page(Asking.of(draft_of(id)), fields, CHANGED), 409
    return redirect(url_for("pages.answer", id=id), 303)


def _form_page(asking: Asking, fields: list[Field], notice: str | None = None) -> str:
    subjects = [
        (subject.replace("_", " ").capitalize(), list(each))
        for subject, each in groupby(fields, key=lambda field: field.fact.name.partition(".")[0])
    ]
    return render_template(
        "ask/form.html",
        asking=asking,
        subjects=subjects,
        wrong=[field for field in fields if field.errors],
        notice_words=notice,
    )


def _fact(draft: Draft, name: str) -> FactDefinition:
    for fact in stated_facts(draft.question):
        if fact.name == name:
            return fact
    raise NotFound("This question has no such fact.")
