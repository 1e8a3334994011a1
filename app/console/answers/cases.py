"""What an answer was asked of, to be decided again with something changed. Nothing is stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

import orjson
from flask import url_for
from werkzeug.exceptions import NotFound

from app.api.determinations.deciding import Asked, decide
from app.api.determinations.stored import is_own, kept, note, text_of
from app.api.http.service import current_service, principal
from app.console.ask.drafting import Asking, draft_of, stated_facts
from app.determinations.cases.events import SEVERAL, is_event_fact
from app.law.facts import FactDefinition
from app.law.questions import Question
from app.law.reading.names import nest
from app.records.people.drafts import Draft

Document = Mapping[str, Any]


@dataclass(frozen=True)
class AnsweredCase:
    """A question with its facts, and the *document* of the answer that they got; *draft* where the
    question is still being put together, *is_own* whether it is of the person's organization.
    """

    question: Question
    document: Document
    draft: Draft | None = None
    is_own: bool = True

    @classmethod
    def of_stored(cls, id: UUID) -> "AnsweredCase":
        """The case of a stored answer, which is entered as read.

        Raises:
            Problem: unknown-determination.
            NotFound: its question is asked no more.
        """
        found = kept(id)
        note("determination.read", found.record.id)
        question = current_service().lawbook.questions.get(found.record.question)
        if question is None:
            raise NotFound("This question has left the law.")
        own = is_own(found.record.organization)
        return cls(question, orjson.loads(text_of(found)), is_own=own)

    @classmethod
    def of_draft(cls, id: UUID) -> "AnsweredCase":
        """The case of a question that is being put together.

        Raises:
            NotFound: there is none, or its facts have no answer.
        """
        asking = Asking.of(draft_of(id))
        if asking.determination is None:
            raise NotFound("These facts have no answer yet.")
        return cls(asking.question, orjson.loads(asking.determination.json()), asking.draft)

    @property
    def facts(self) -> Mapping[str, object]:
        """What was stated, by whole name."""
        stated: Mapping[str, object] = self.document["facts"]
        return stated

    @property
    def as_of(self) -> date:
        """The day whose law was applied."""
        return date.fromisoformat(self.document["as_of"])

    @property
    def edition(self) -> str:
        """The edition of the law that was applied."""
        return str(self.document["edition"])

    @property
    def id(self) -> str:
        """The id of the draft, or of the stored answer."""
        return self.draft.id if self.draft is not None else str(self.document["id"])

    @property
    def has_several_events(self) -> bool:
        """Whether it came with a list of events, which pages do not change."""
        return SEVERAL in self.facts

    @property
    def can_be_corrected(self) -> bool:
        """Whether the signed-in person may store another answer in place of it: it is stored, and
        was neither replaced nor voided.
        """
        stands = self.is_own and not (
            self.document.get("replaced_by") or self.document.get("voided")
        )
        return self.draft is None and stands and principal().may("determinations.redetermine")

    def address(self, page: str) -> str:
        """The address of one of its pages: answer, change, other_day."""
        kind = "draft" if self.draft is not None else "stored"
        if page == "answer":
            return url_for("pages.answer" if self.draft else "pages.stored_answer", id=self.id)
        return url_for(f"pages.{page}_of_{kind}", id=self.id)

    @cached_property
    def choosable(self) -> dict[str, FactDefinition]:
        """The facts that can be changed, by name; of several events none."""
        return {
            fact.name: fact
            for fact in stated_facts(self.question.id)
            if not (self.has_several_events and is_event_fact(fact.name))
        }

    @cached_property
    def anew(self) -> Document:
        """The answer to the same facts by the law as it is encoded today.

        Raises:
            Problem: today's law does not take them.
        """
        return self.document if self.draft is not None else self.decided(self.facts)

    @property
    def was_under_other_law(self) -> bool:
        """Whether the text of the law has changed since the answer."""
        return bool(self.document["law"]["digest"] != current_service().lawbook.digest)

    def decided(
        self, facts: Mapping[str, object], as_of: date | None = None, edition: str | None = None
    ) -> Document:
        """The answer to other facts, or on another day, or in another edition.

        Raises:
            Problem: the law does not take them.
        """
        asked: Asked = {
            "question": self.question.id,
            "facts": nest(facts),
            "edition": edition or self.edition,
        }
        if self.question.governed_by not in facts:
            asked["as_of"] = as_of or self.as_of
        decided = decide(current_service(), asked, "", principal(), keep=False)
        document: Document = orjson.loads(decided.text)
        return document

    def on(self, day: date, edition: str) -> Document:
        """The answer to the same facts on another day, or in another edition.

        Raises:
            Problem: the law does not take them.
        """
        governing = self.question.governed_by
        facts = dict(self.facts)
        if governing in facts:
            facts[str(governing)] = day.isoformat()
        return self.decided(facts, day, edition)
