"""The same case on another day, or in another edition of the law, beside the answer that there is;
and the way to store the new one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

import orjson
from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.api.determinations.replay import reconsidered
from app.api.http.answered.responses import Problem
from app.api.http.service import current_service, principal
from app.console.answers.beside import Pair
from app.console.answers.cases import AnsweredCase, Document
from app.console.answers.correcting import correct, in_the_way
from app.console.ask.choose import day_fact, new_draft
from app.console.ask.drafting import CHANGED, drafts
from app.console.ask.editions import editions_of, in_words_of_editions
from app.console.ask.fields import Field, values_of
from app.console.guard import needs, pages
from app.law.reading.names import nest
from app.law.words import day_in_words

Page = AnyResponse | str | tuple[str, int]
NO_DAY = "Give the day to decide for."
SAME = "Give another day or choose another edition. This answer is for that day and edition."


@pages.get("/answers/<uuid:id>/other-day")
@needs("determinations.reconsider", "determinations.read")
def other_day_of_stored(id: UUID) -> Page:
    """The day and the edition of a stored answer, to choose others."""
    return _Other.of(AnsweredCase.of_stored(id)).page()


@pages.post("/answers/<uuid:id>/other-day")
@needs("determinations.reconsider", "determinations.read")
def do_other_day_of_stored(id: UUID) -> Page:
    """A stored answer beside the one on another day, by the law as it is encoded today."""
    return _Other.sent(AnsweredCase.of_stored(id)).result()


@pages.post("/answers/<uuid:id>/correct-day")
@needs("determinations.redetermine", "determinations.reconsider", "determinations.read")
def do_correct_day(id: UUID) -> Page:
    """Store the answer for another day or edition in place of a stored one."""
    return _Other.sent(AnsweredCase.of_stored(id)).corrected()


@pages.get("/ask/<uuid:id>/other-day")
@needs("law.decide")
def other_day_of_draft(id: UUID) -> Page:
    """The day and the edition of a question being put together, to choose others."""
    return _Other.of(AnsweredCase.of_draft(id)).page()


@pages.post("/ask/<uuid:id>/other-day")
@needs("law.decide")
def do_other_day_of_draft(id: UUID) -> Page:
    """The answer so far beside the one on another day."""
    return _Other.sent(AnsweredCase.of_draft(id)).result()


@dataclass(frozen=True)
class _Other:
    """A case with the day and the edition to decide it for."""

    case: AnsweredCase
    field: Field
    edition: str

    @classmethod
    def of(cls, case: AnsweredCase) -> "_Other":
        """The day and the edition of the answer that there is, to change either."""
        return cls(case, Field.of(day_fact(case.question), case.as_of.isoformat()), case.edition)

    @classmethod
    def sent(cls, case: AnsweredCase) -> "_Other":
        """What was sent."""
        edition = request.form.get("edition", case.edition)
        if edition not in current_service().lawbook.editions:
            abort(400)
        return cls(case, Field.sent(day_fact(case.question), request.form), edition)

    def result(self) -> Page:
        """Both answers, or the draft for that day where the button says so; the form again where
        something is wrong.
        """
        other = self._decided()
        if other is None:
            return self.page(), 422
        may_take = principal().may("law.decide") and not self.case.has_several_events
        if request.form.get("do") == "take" and may_take:
            return self._take()
        first, second = (
            f"{day_in_words(on)}, edition {of}"
            for on, of in (
                (self.case.as_of, self.case.edition),
                (self.field.day(), self.edition),
            )
        )
        return self.page(Pair.of(self.case.document, other, (first, second)))

    def corrected(self) -> Page:
        """The stored answer for the new day and edition in place of the one that there is; the form
        again where something is wrong.
        """
        if self._decided() is None:
            return self.page(), 422
        given: dict[str, object] = {"edition": self.edition}
        if self._is_governed:
            given["facts"] = nest(self._facts)
        else:
            given["as_of"] = self.field.day()
        try:
            return correct(self.case, given)
        except Problem as problem:
            return self.page(notice=in_the_way(problem)), 409

    def _decided(self) -> Document | None:
        """The answer for the new day and edition; None where something is wrong, which the field
        says then.
        """
        field, case = self.field, self.case
        if field.is_empty:
            field.errors.append(NO_DAY)
        values_of([field])
        goes_on = case.draft is None and request.form.get("do") == "take"
        if (
            not field.errors
            and not goes_on
            and (field.day(), self.edition) == (case.as_of, case.edition)
        ):
            field.errors.append(SAME)
        if field.errors:
            return None
        try:
            return _decided(case, field, self.edition)
        except Problem as problem:
            if problem.type.status >= 500:
                raise
            field.errors.append(in_words_of_editions(problem))
            return None

    @property
    def _is_governed(self) -> bool:
        return self.case.question.governed_by in self.case.facts

    @property
    def _facts(self) -> Mapping[str, object]:
        """The facts with the new day among them, where one of them names the day."""
        if not self._is_governed:
            return self.case.facts
        return {**self.case.facts, str(self.case.question.governed_by): str(self.field.day())}

    def _take(self) -> Page:
        """Go on for the new day and edition: in the same draft, or in a new one."""
        case, draft = self.case, self.case.draft
        begun = new_draft(case.question, self._facts, self.field.day(), self.edition)
        if draft is None:
            begun = replace(begun, subject=case.document.get("subject"))
            drafts().begin(begun)
            is_same = (self.field.day(), self.edition) == (case.as_of, case.edition)
            way = "pages.interview" if is_same else "pages.answer"
            return redirect(url_for(way, id=begun.id), 303)
        seen = request.form.get("version", type=int) or draft.version
        changed = replace(
            draft, facts=begun.facts, as_of=begun.as_of, edition=self.edition, version=seen
        )
        if drafts().save(changed, clock.now()) is None:
            return self.page(notice=CHANGED), 409
        return redirect(url_for("pages.answer", id=draft.id), 303)

    def page(self, pair: Pair | None = None, notice: str | None = None) -> str:
        """The page with the form, and both answers where they are there."""
        return render_template(
            "answers/other_day.html",
            case=self.case,
            field=self.field,
            edition=self.edition,
            choices=editions_of(self.case.question.id),
            pair=pair,
            notice_words=notice,
        )


def _decided(case: AnsweredCase, field: Field, edition: str) -> Document:
    if case.draft is not None:
        return case.on(field.day(), edition)
    _, determination = reconsidered(UUID(case.id), field.day(), edition)
    document: Document = orjson.loads(determination.json())
    return document
