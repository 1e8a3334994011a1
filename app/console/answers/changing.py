"""Changing a fact of an answer: both answers beside each other, and storing the new one instead."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.api.http.answered.responses import Problem
from app.console.answers.beside import Pair
from app.console.answers.cases import AnsweredCase, Document
from app.console.answers.correcting import correct, in_the_way
from app.console.ask.choose import new_draft
from app.console.ask.drafting import ABOUT_FACTS, CHANGED, drafts, with_facts
from app.console.ask.editions import in_words_of_editions
from app.console.ask.fields import Field, values_of
from app.console.guard import needs, pages
from app.law.facts import FactDefinition
from app.law.reading.names import nest

Page = AnyResponse | str | tuple[str, int]
OTHER_VALUE = "Give another value than the one that was said."
HEADS = ("As it was said", "With the change")


@pages.get("/answers/<uuid:id>/change")
@needs("law.decide", "determinations.read")
def change_of_stored(id: UUID) -> Page:
    """The facts of a stored answer, to choose the ones to change."""
    return _opened(AnsweredCase.of_stored(id))


@pages.post("/answers/<uuid:id>/change")
@needs("law.decide", "determinations.read")
def do_change_of_stored(id: UUID) -> Page:
    """A stored answer beside the one with other facts."""
    return Change.sent(AnsweredCase.of_stored(id)).result()


@pages.post("/answers/<uuid:id>/correct")
@needs("determinations.redetermine", "law.decide", "determinations.read")
def do_correct(id: UUID) -> Page:
    """Store the answer with other facts in place of a stored one."""
    return Change.sent(AnsweredCase.of_stored(id)).corrected()


@pages.get("/ask/<uuid:id>/change")
@needs("law.decide")
def change_of_draft(id: UUID) -> Page:
    """The facts of a question being put together, to choose the ones to change."""
    return _opened(AnsweredCase.of_draft(id))


@pages.post("/ask/<uuid:id>/change")
@needs("law.decide")
def do_change_of_draft(id: UUID) -> Page:
    """The answer so far beside the one with other facts."""
    return Change.sent(AnsweredCase.of_draft(id)).result()


def _opened(case: AnsweredCase) -> str:
    way = request.args.get("way", type=int)
    if way is not None:
        return _page(case, _fields_of_way(case, way))
    return _page(case, [_field(case, name) for name in request.args.getlist("fact")])


def _fields_of_way(case: AnsweredCase, number: int) -> list[Field]:
    """The facts of one of the changes that the answer names, filled in as that change has them."""
    changes = case.document["would_change"]
    if not 0 <= number < len(changes):
        raise NotFound("The answer names no such change any more.")
    return [Field.of(_fact(case, part["fact"]), part["to"]) for part in changes[number]["if"]]


def _fact(case: AnsweredCase, name: str) -> FactDefinition:
    fact = case.choosable.get(name)
    if fact is None:
        raise NotFound("This question has no such fact to change.")
    return fact


def _field(case: AnsweredCase, name: str) -> Field:
    return Field.of(_fact(case, name), case.facts.get(name))


@dataclass
class Change:
    """What was sent: the facts to change, each as it was filled in."""

    case: AnsweredCase
    fields: list[Field]
    facts: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def sent(cls, case: AnsweredCase) -> "Change":
        names = dict.fromkeys(request.form.getlist("fact"))
        fields = [Field.sent(_fact(case, name), request.form) for name in names]
        unchanged = {name: value for name, value in case.facts.items() if name not in names}
        return cls(case, fields, {**unchanged, **values_of(fields)})

    def result(self) -> Page:
        """Both answers, or the form again with what is wrong; as the button that was pressed
        says.
        """
        case, do = self.case, request.form.get("do")
        if do == "more" or not self.fields:
            return self._with_another()
        changed = self._decided()
        if changed is None:
            return _page(case, self.fields), 422
        if do == "take" and not case.has_several_events:
            return self._take()
        return _page(case, self.fields, Pair.of(case.anew, changed, HEADS))

    def corrected(self) -> Page:
        """The stored answer with the change in place of the one without it; the form again where
        something is wrong.
        """
        if not self.fields:
            return _page(self.case, [])
        if self._decided() is None:
            return _page(self.case, self.fields), 422
        try:
            return correct(self.case, {"facts": nest(self.facts)})
        except Problem as problem:
            return _page(self.case, self.fields, notice=in_the_way(problem)), 409

    def _decided(self) -> Document | None:
        """The answer with the change; None where something is wrong with it, which the fields say
        then.
        """
        if any(each.errors for each in self.fields):
            return None
        if self.facts == self.case.facts:
            self.fields[0].errors.append(OTHER_VALUE)
            return None
        try:
            return self.case.decided(self.facts)
        except Problem as problem:
            self.fields = self._explained(problem)
            return None

    def _with_another(self) -> Page:
        """The same form with one fact more."""
        more = request.form.get("more", "")
        for each in self.fields:
            each.errors.clear()  # not yet asked for
        if not more or more in [each.fact.name for each in self.fields]:
            return _page(self.case, self.fields)
        return _page(self.case, [*self.fields, _field(self.case, more)])

    def _explained(self, problem: Problem) -> list[Field]:
        """The fields with what stands against their values. A fact that contradicts one of them
        comes into the form.
        """
        if problem.type.name not in ABOUT_FACTS and problem.type.name != "law-not-encoded":
            raise problem
        fields = {each.fact.name: each for each in self.fields}
        for wrong in problem.errors:
            if wrong.fact in self.case.choosable:
                at = fields.setdefault(wrong.fact, _field(self.case, wrong.fact))
                at.errors.append(wrong.detail)
        if not any(each.errors for each in fields.values()):
            self.fields[0].errors.append(in_words_of_editions(problem))
        return list(fields.values())

    def _take(self) -> Page:
        """Go on with the changed facts: in the same draft, or in a new one."""
        draft = self.case.draft
        if draft is None:
            begun = new_draft(self.case.question, self.facts, self.case.as_of, self.case.edition)
            begun = replace(begun, subject=self.case.document.get("subject"))
            drafts().begin(begun)
            return redirect(url_for("pages.answer", id=begun.id), 303)
        seen = request.form.get("version", type=int) or draft.version
        changed = replace(with_facts(draft, self.facts), version=seen)
        if drafts().save(changed, clock.now()) is None:
            return _page(self.case, self.fields, notice=CHANGED), 409
        return redirect(url_for("pages.answer", id=draft.id), 303)


def _page(
    case: AnsweredCase,
    fields: list[Field],
    pair: Pair | None = None,
    notice: str | None = None,
) -> str:
    chosen = [each.fact.name for each in fields]
    return render_template(
        "answers/change.html",
        case=case,
        fields=fields,
        wrong=[each for each in fields if each.errors],
        pair=pair,
        notice_words=notice,
        is_newer_law=pair is not None and case.was_under_other_law,
        **_choices(case, chosen),
    )


def _choices(case: AnsweredCase, chosen: Iterable[str]) -> dict[str, Any]:
    """The facts to choose from: what was said, what is needed, and the others."""
    left = {name: fact for name, fact in case.choosable.items() if name not in chosen}
    needed = [need["fact"] for need in case.document["needs"] if need["fact"] in left]
    return {
        "said": [(left[name], value) for name, value in case.facts.items() if name in left],
        "needed": [left[name] for name in dict.fromkeys(needed) if name not in case.facts],
        "others": [
            fact for name, fact in left.items() if name not in case.facts and name not in needed
        ],
    }
