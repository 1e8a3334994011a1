"""A question being put together: its draft, what it comes to so far, and what is wrong with it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import cast
from uuid import UUID

import orjson
from flask import Flask, abort, current_app, redirect, url_for
from werkzeug.exceptions import NotFound

from app import clock
from app.api.determinations import determinations, replay
from app.api.determinations.deciding import Asked, determine
from app.api.http.answered.responses import Problem
from app.api.http.asked.idempotency import digest_of
from app.api.http.service import current_service, principal
from app.console.guard import who
from app.determinations.answer import FindingAnswer, NestedAnswer, ReasonAnswer
from app.determinations.determination import Determination
from app.law.facts import FactDefinition
from app.law.questions import Question
from app.law.reading.names import nest
from app.records.errors import RecordDamaged
from app.records.people.drafts import Draft, Drafts

_NAME = "drafts"
CHANGED = "You answered this question in another window meanwhile. What you typed there counts."
ABOUT_FACTS = frozenset({"facts-refused", "facts-contradict", "as-of-differs"})
"""The problems that people can mend at the fields."""


def install_drafts(app: Flask, drafts: Drafts) -> None:
    """Make the drafts findable from within requests."""
    app.extensions[_NAME] = drafts


def drafts() -> Drafts:
    """The drafts of the application that handles the present request."""
    return cast(Drafts, current_app.extensions[_NAME])


def draft_of(id: UUID) -> Draft:
    """A draft of the signed-in person. Where its answer was stored, the request goes on to that.

    Raises:
        NotFound: there is none of that id, it ended, or it is somebody else's.
    """
    found = drafts().find(str(id), who().account.id, clock.now())
    if found is None and (stored := _stored_of(id)) is not None:
        abort(redirect(url_for("pages.stored_answer", id=stored), 303))
    if found is None or found.question not in current_service().lawbook.questions:
        raise NotFound("A question that was left for a day is put again from the start.")
    return found


def once_key(id: UUID) -> str:
    """The key under which the answer to a draft is stored, so that it is stored once."""
    return f"draft-{id}"


def _stored_of(id: UUID) -> str | None:
    """The answer that was stored of a draft."""
    store, by, key = current_service().store, principal(), digest_of(once_key(id)) or ""
    for route in (determinations.ROUTE, replay.ROUTE):
        found = store.stored_responses(by.actor, route, [key]).get(key)
        if found is not None and not isinstance(found, RecordDamaged):
            return found.response.determination
    return None


@dataclass(frozen=True, slots=True)
class Asking:
    """A draft with what the law makes of it: a determination, or the problem that stands against
    one.
    """

    draft: Draft
    determination: Determination | None
    problem: Problem | None

    @classmethod
    def of(cls, draft: Draft) -> "Asking":
        """What a draft comes to.

        Raises:
            Problem: it cannot be decided, whatever the facts are.
        """
        service = current_service()
        try:
            return cls(draft, determine(service, asked(draft), clock.today(), principal()), None)
        except Problem as problem:
            if problem.type.name not in ABOUT_FACTS:
                raise
            return cls(draft, None, problem)

    @property
    def question(self) -> Question:
        """The question that is put."""
        return current_service().lawbook.question(self.draft.question)

    @property
    def next_fact(self) -> FactDefinition | None:
        """The fact to ask for next: the first that can change the answer, apart from those that the
        person does not know. Where the law looks at another needed fact before it, that one: a
        person is asked whether there is a waiver before the day of its approval.
        """
        left = {fact.name: fact for fact in self.still_needed}
        if not left or self.determination is None:
            return None
        name = next(iter(left))
        before = _looked_at_before(self.determination.reasons, name, left)
        return left[before]

    @property
    def still_needed(self) -> list[FactDefinition]:
        """The facts that can change the answer, apart from those that the person does not know."""
        needs = self.determination.needs if self.determination is not None else ()
        return [fact for fact in needs if fact.name not in self.draft.left_open]

    @property
    def wrong(self) -> Mapping[str, list[str]]:
        """What is wrong, by fact."""
        found: dict[str, list[str]] = {}
        for each in self.problem.errors if self.problem is not None else ():
            found.setdefault(each.fact or "", []).append(each.detail)
        return found


def _looked_at_before(
    reasons: Iterable[ReasonAnswer], name: str, left: Mapping[str, FactDefinition]
) -> str:
    """The needed fact that every open path with another one looks at before it; that one itself
    where a path begins with it.
    """
    firsts = []
    for path in _open_paths(reasons):
        needed = [each for facts in path for each in facts if each in left]
        if name in needed:
            firsts.append(needed[0])
    return name if not firsts or name in firsts else firsts[0]


def _open_paths(reasons: Iterable[ReasonAnswer]) -> Iterator[list[list[str]]]:
    """The missing facts of the open paths of provisions, in the order in which the law looks."""
    for reason in reasons:
        paths: dict[object, list[list[str]]] = {}
        for finding in reason.findings:
            if isinstance(finding.determination, NestedAnswer):
                yield from _open_paths(finding.determination.reasons)
            if finding.status == "unknown":
                paths.setdefault(finding.path, []).append(missing_of(finding))
        yield from paths.values()


def missing_of(finding: FindingAnswer) -> list[str]:
    """The facts that a finding lacks."""
    if isinstance(finding.computed_from, dict):
        return [name for name, value in finding.computed_from.items() if value is None]
    return [finding.fact]


def stated_facts(question: str) -> list[FactDefinition]:
    """The facts of a question that people state, by subject; outcomes of other questions follow
    from facts.
    """
    facts = current_service().lawbook.facts_of(question)
    stated = [f for f in facts if f.computed is None and not f.kind.is_outcome]
    subjects: dict[str, list[FactDefinition]] = {}
    for fact in stated:
        subjects.setdefault(fact.name.partition(".")[0], []).append(fact)
    return [fact for each in subjects.values() for fact in each]


def asked(draft: Draft) -> Asked:
    """A draft as a request of the interface."""
    request: Asked = {
        "question": draft.question,
        "facts": nest(draft.facts),
        "edition": draft.edition,
    }
    if draft.as_of is not None:
        request["as_of"] = draft.as_of
    if draft.subject:
        request["subject"] = draft.subject
    return request


def request_text(draft: Draft) -> bytes:
    """The same as the text of a request."""
    return orjson.dumps(asked(draft))


def with_facts(draft: Draft, facts: Mapping[str, object]) -> Draft:
    """A draft with other facts. Those are no longer left open."""
    left_open = tuple(name for name in draft.left_open if name not in facts)
    return replace(draft, facts=dict(facts), left_open=left_open)
