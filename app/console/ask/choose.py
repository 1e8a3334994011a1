"""Choosing a question, and the day and edition of the law for it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from flask import abort, redirect, render_template, request, url_for
from marshmallow import ValidationError
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.api.applicants.answers import initials
from app.api.applicants.register import read_by_id, sees_whole
from app.api.determinations.stored import kept, note
from app.api.http.answered.responses import Problem
from app.api.http.asked.schemas import SUBJECT
from app.api.http.service import current_service, principal
from app.console.answers.telling import fact_in_words
from app.console.ask.drafting import Asking, draft_of, drafts
from app.console.ask.editions import EditionChoice, editions_of, in_words_of_editions
from app.console.ask.fields import Field, values_of
from app.console.ask.topics import RELATED, grouped, with_words
from app.console.forms import AGAIN, SIGNED_IN_AGAIN
from app.console.guard import needs, pages, who
from app.law.facts import FactDefinition
from app.law.questions import Question
from app.records.applicants.applicants import Applicant
from app.records.identity import is_id, new_id
from app.records.people.drafts import Draft

LONGEST_WORDS = 100
NO_DAY = "Give the day. The answer is for that day alone."
AS_OF = FactDefinition("as_of", "day", asks="As of which day?")
"""The day for a question whose law looks at no day of its own."""


@pages.get("/ask")
@needs("law.decide")
def ask() -> str:
    """The questions by group, or those with some words, and those that are being put together."""
    questions = current_service().lawbook.questions
    words = " ".join(request.args.get("words", "").split())[:LONGEST_WORDS]
    found = with_words(questions.values(), words) if words else None
    open_still = drafts().of(who().account.id, clock.now())
    return render_template(
        "ask/choose.html",
        groups=grouped(questions.values()),
        found=found,
        words_wanted=words,
        drafts=[
            (questions[d.question], d, _day_in(d)) for d in open_still if d.question in questions
        ],
    )


@pages.post("/ask/<uuid:id>/end")
@needs("law.decide")
def end_draft(id: UUID) -> AnyResponse:
    """Delete a question that is being put together. A second click changes nothing."""
    drafts().end(str(id), who().account.id)
    return redirect(url_for("pages.ask"), 303)


@pages.app_context_processor
def related_context() -> dict[str, object]:
    """The question that decides what another one counts, where there is one."""
    questions = current_service().lawbook.questions
    return {"related_question": lambda id: questions.get(RELATED.get(id, ""))}


def _day_in(draft: Draft) -> date | None:
    """The day that a draft is for, so that two of them can be told apart."""
    governs = current_service().lawbook.question(draft.question).governed_by
    said = draft.as_of or draft.facts.get(governs or "")
    return None if said is None else date.fromisoformat(str(said))


@pages.get("/ask/new")
@needs("law.decide")
def start() -> str:
    """The day and the edition for a question, before its facts."""
    question = _question(request.args.get("question"))
    fact = day_fact(question)
    day = _day_of(_document_of(request.args.get("like")), fact)
    return _start_page(question, Field.of(fact, day))


@pages.post("/ask/new")
@needs("law.decide")
def do_start() -> AnyResponse | tuple[str, int]:
    """Begin a draft and go on to its facts."""
    question = _question(request.form.get("question"))
    fact = day_fact(question)
    field = Field.sent(fact, request.form)
    edition = request.form.get("edition", current_service().edition)
    if edition not in current_service().lawbook.editions:
        abort(400)
    if AGAIN in request.form:
        return _start_page(question, field, again=SIGNED_IN_AGAIN), 422
    if field.is_empty:
        field.errors.append(NO_DAY)
    values_of([field])
    try:
        subject = _subject()
    except ValidationError as error:
        return _start_page(question, field, subject_wrong=str(error.messages[0])), 422
    if field.errors:
        return _start_page(question, field), 422
    day, facts = field.day(), _known_to(question, _document_of(request.form.get("like"))["facts"])
    if fact is not AS_OF:
        facts[fact.name] = day.isoformat()
    draft = replace(new_draft(question, facts, day, edition), subject=subject)
    try:
        Asking.of(draft)
    except Problem as problem:  # the law of that day is not encoded
        field.errors.append(in_words_of_editions(problem))
        return _start_page(question, field), 422
    drafts().begin(draft)
    way = "pages.fill_in" if request.form.get("way") == "form" else "pages.interview"
    return redirect(url_for(way, id=draft.id), 303)


def new_draft(question: Question, facts: Mapping[str, object], as_of: date, edition: str) -> Draft:
    """A draft of the signed-in person, not stored yet. The day counts where no fact governs it."""
    now, governs = clock.now(), question.governed_by in facts
    return Draft(
        new_id(now),
        who().account.id,
        question.id,
        edition,
        None if governs else as_of,
        None,
        facts,
        (),
        1,
        now,
        now,
    )


def _subject() -> str | None:
    """The reference of the person whose page the question was begun on, or the one typed.

    Raises:
        ValidationError: what was typed cannot be a reference.
    """
    if (person := _about()) is not None:
        return person.subject
    typed = request.form.get("subject", "").strip()
    return str(SUBJECT.deserialize(typed)) if typed else None


def _about() -> Applicant | None:
    """The person whose page the question was begun on."""
    about = request.values.get("about")
    if not about or not is_id(about) or not principal().may("applicants.read"):
        return None
    return read_by_id(about)


def _document_of(like: str | None) -> Mapping[str, Any]:
    """The document of another draft's answer or of a stored answer; one without facts where the
    person may not see it, or it is none.
    """
    nothing: Mapping[str, Any] = {"facts": {}, "would_change": []}
    if not like or not is_id(like):
        return nothing
    try:
        asking = Asking.of(draft_of(UUID(like)))
        if asking.determination is None:
            return {**nothing, "facts": asking.draft.facts}
        return _loaded(asking.determination.json())
    except NotFound:
        if not principal().may("determinations.read"):
            return nothing
        record = kept(UUID(like)).record
        note("determination.read", record.id)
        return _loaded(record.document)


def _loaded(text: bytes | str) -> Mapping[str, Any]:
    document: Mapping[str, Any] = orjson.loads(text)
    return document


def _known_to(question: Question, facts: Mapping[str, object]) -> dict[str, object]:
    """Those of facts that a question knows too."""
    known = current_service().lawbook.known_facts(question.id)
    return {name: value for name, value in facts.items() if name in known}


def _day_of(document: Mapping[str, Any], fact: FactDefinition) -> object:
    """The day to begin with: that of the change that the address names by its number, else the one
    that was stated before; none where a worker has to say it.
    """
    way = request.args.get("way", type=int)
    if way is not None and 0 <= way < len(document["would_change"]):
        parts = document["would_change"][way]["if"]
        days = [part["to"] for part in parts if part["fact"] == fact.name]
        if days:
            return days[0]
    return document["facts"].get(fact.name)


def _start_page(question: Question, field: Field, subject_wrong: str = "", again: str = "") -> str:
    whom, facts = _about(), _document_of(request.values.get("like"))["facts"]
    name = None if whom is None else whom.person.name
    choices = editions_of(question.id)
    return render_template(
        "ask/start.html",
        question=question,
        whom=whom,
        whom_name=name if name is None or sees_whole() else initials(name),
        subject=request.form.get("subject", ""),
        subject_wrong=subject_wrong,
        again=again,
        taken=_in_words(question, facts),
        like=request.values.get("like", ""),
        about=request.values.get("about", ""),
        field=field,
        choices=choices,
        usual=request.form.get("edition") or _usual(choices),
    )


def _usual(choices: list[EditionChoice]) -> str:
    """The edition that is chosen beforehand: the usual one, or the first that the question can be
    asked in.
    """
    usual = current_service().edition
    asked = [each.name for each in choices if each.days]
    return usual if usual in asked or not asked else asked[0]


def _in_words(question: Question, facts: Mapping[str, object]) -> list[tuple[str, str]]:
    """What is taken along from another answer, each question with its answer, without the day."""
    lawbook, day = current_service().lawbook, day_fact(question).name
    known = {name: value for name, value in _known_to(question, facts).items() if name != day}
    found = [(lawbook.vocabulary.get(name), value) for name, value in known.items()]
    return [(fact.label, fact_in_words(fact, value)) for fact, value in found if fact is not None]


def _question(id: str | None) -> Question:
    return current_service().lawbook.questions.get(id or "") or abort(404)


def day_fact(question: Question) -> FactDefinition:
    """The fact that names the day whose law is looked at."""
    if question.governed_by is None:
        return AS_OF
    return current_service().lawbook.fact(question.governed_by)
