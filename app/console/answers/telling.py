"""What a page tells of a determination, from its document alone: one just made and one stored long
ago read the same.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal

import orjson
from msgspec import ValidationError

from app.console.answers.picture import year_picture
from app.console.ask.drafting import stated_facts
from app.console.year import YearPicture
from app.determinations.cases.events import ONE, SEVERAL
from app.determinations.decide import Decider
from app.determinations.telling.brief import brief_text
from app.law.fact_types import NotThatFact
from app.law.facts import FactDefinition
from app.law.lawbook import Lawbook
from app.law.questions import Question
from app.law.spans import LAST_DAY
from app.law.words import day_in_words, span_in_words

TAGS = {
    "eligible": "Yes",
    "ineligible": "No",
    "undetermined": "Not known yet",
    "referred": "A person decides",
}
"""An outcome in the fewest words."""
EVIDENCE = {
    "brief": "as the commission states it",
    "primary": "read in the text of the law",
    "guidance": "read in official guidance",
    "secondary": "read in a secondary source only",
    "recollected": "written down from memory, not read again",
}
"""How well a source was read."""
STATUSES = {
    "applies": "Applies",
    "does_not_apply": "Does not apply",
    "undetermined": "Not known whether it applies",
}
"""What a provision does."""
MARKS = {"met": "Met", "not_met": "Not met", "unknown": "Not known"}
"""How a condition comes out."""


@dataclass(frozen=True, slots=True)
class Way:
    """A change that comes to another answer: its *number* among those of the answer, and what
    *starts* it: asking as of another day, changing facts, or nothing that a page can do.
    """

    says: str
    number: int
    starts: Literal["day", "facts"] | None


@dataclass(frozen=True, slots=True)
class Reason:
    """A provision, with the conditions that decided and the others."""

    provision: Mapping[str, Any]
    deciding: list[Mapping[str, Any]]
    others: list[Mapping[str, Any]]

    @property
    def count(self) -> str:
        """How many of the others came out in which way: 2 met, 1 not known."""
        found = Counter(MARKS[each["status"]].lower() for each in self.others)
        return ", ".join(f"{number} {mark}" for mark, number in found.items())


@dataclass(frozen=True)
class Told:
    """A determination's document, as a page tells it."""

    decider: Decider
    document: Mapping[str, Any]

    @property
    def lawbook(self) -> Lawbook:
        """The law as it is today, for the words of facts and conclusions."""
        return self.decider.lawbook

    def __getattr__(self, name: str) -> Any:
        return self.document.get(name)

    @property
    def _question(self) -> Question | None:
        """The question as it is asked today; none where it is no longer."""
        return self.lawbook.questions.get(self.document["question"])

    @property
    def tag(self) -> str:
        """The outcome in the fewest words."""
        return TAGS[self.document["outcome"]]

    @property
    def tone(self) -> str:
        """Whether the answer is what the person wants: where a carrier asks whether it may refuse,
        yes is not.
        """
        if self.document["outcome"] not in ("eligible", "ineligible"):
            return "open"
        return "wanted" if self.document["outcome"] == self._favorable else "unwanted"

    @property
    def day(self) -> str:
        """The day whose law was applied."""
        return in_words(self.document["as_of"])

    @property
    def decided(self) -> datetime:
        """The instant of the decision."""
        return datetime.fromisoformat(self.document["decided_at"])

    @property
    def voided_on(self) -> datetime:
        """The instant since which it is void."""
        return datetime.fromisoformat(self.document["voided"]["voided_at"])

    @property
    def last_day(self) -> date | None:
        """The last day on which the same facts are sure to give the same answer, if known."""
        last = self.document["valid_until"]
        return None if last is None else date.fromisoformat(last)

    @property
    def ways(self) -> list[Way]:
        """What the person can do, or wait for, to get the answer they want."""
        return [self._way(*each) for each in self._changes if self._is_wanted(each[1])]

    @property
    def other_ways(self) -> list[Way]:
        """What else would come to another answer."""
        return [self._way(*each) for each in self._changes if not self._is_wanted(each[1])]

    @property
    def _changes(self) -> list[tuple[int, Mapping[str, Any]]]:
        return list(enumerate(self.document["would_change"]))

    def _is_wanted(self, change: Mapping[str, Any]) -> bool:
        favorable = self._favorable
        return (
            self.document["outcome"] != favorable
            and change["becomes"] == favorable
            and change["kind"] in ("later", "act")
        )

    def _way(self, number: int, change: Mapping[str, Any]) -> Way:
        """A change with the page that starts it; none where a fact of it cannot be stated, or is
        one of several events.
        """
        parts = change.get("if", ())
        names = {part["fact"] for part in parts}
        if any("event" in part for part in parts) or not names <= self._stateable:
            return Way(change["says"], number, None)
        is_wait = change["kind"] == "later" and names == {self._governed_by}
        return Way(change["says"], number, "day" if is_wait else "facts")

    @cached_property
    def _stateable(self) -> set[str]:
        question = self._question
        return set() if question is None else {fact.name for fact in stated_facts(question.id)}

    @property
    def _governed_by(self) -> str | None:
        return None if self._question is None else self._question.governed_by

    @property
    def to_do(self) -> Iterator[str]:
        """What to do, in sentences: first what has a day."""
        for deadline in self.document.get("deadlines") or []:
            yield f"{deadline['do']} {deadline.get('why', '')}".rstrip()
        for step in self.document.get("next_steps") or []:
            yield step["says"]

    @property
    def _favorable(self) -> str:
        return "eligible" if self._question is None else self._question.favorable

    @property
    def decisive(self) -> list[Reason]:
        """The reasons that decided."""
        return [self._reason(each) for each in self.document["reasons"] if each["decisive"]]

    @property
    def further(self) -> list[Reason]:
        """The other provisions in force."""
        return [
            Reason(each, [], each["findings"])
            for each in self.document["reasons"]
            if not each["decisive"]
        ]

    def _reason(self, each: Mapping[str, Any]) -> Reason:
        """A decisive provision. In a text of an earlier program every condition counts as one that
        decided.
        """
        if each["provision"] not in self._decided_by:
            return Reason(each, each["findings"], [])
        conditions = self._decided_by[each["provision"]]
        decides = [(finding["condition"] in conditions, finding) for finding in each["findings"]]
        return Reason(
            each,
            [finding for did, finding in decides if did],
            [finding for did, finding in decides if not did],
        )

    @cached_property
    def _decided_by(self) -> Mapping[str, set[str]]:
        """The conditions that decided, by provision; nothing where an earlier program wrote the
        document in its own form.
        """
        try:
            brief = orjson.loads(brief_text(orjson.dumps(self.document)))
        except ValidationError:
            return {}
        return {
            reason["provision"]: {finding["condition"] for finding in reason["findings"]}
            for reason in brief["reasons"]
        }

    @property
    def concluded(self) -> Iterator[tuple[str, str, str]]:
        """What follows: what it is called, its value, and how long it stays so."""
        for name, value in self.document["concludes"].items():
            until = self.document.get("concludes_until", {}).get(name, {})
            yield self.describe(name), self._concluded_words(name, value), until.get("says", "")

    def _concluded_words(self, name: str, value: Any) -> str:
        """The value of a conclusion; of a choice the code as words."""
        concludes = {} if self._question is None else self._question.concludes
        if name in concludes and concludes[name].type == "choice" and isinstance(value, str):
            return value.replace("_", " ").capitalize()
        return in_words(value)

    def describe(self, name: str) -> str:
        """What a conclusion is called."""
        concludes = {} if self._question is None else self._question.concludes
        words = concludes[name].describes if name in concludes else name
        return words[:1].upper() + words[1:]

    @property
    def stated(self) -> Iterator[tuple[str, str]]:
        """The facts that were stated: the question for each, and the answer in words."""
        for name, value in self.document["facts"].items():
            if name != SEVERAL:
                yield self._fact(name, value)
        for number, event in enumerate(self.document["facts"].get(SEVERAL, ()), start=1):
            for name, value in event.items():
                asks, words = self._fact(f"{ONE}.{name}", value)
                yield f"Event {number}: {asks}", words

    def _fact(self, name: str, value: Any) -> tuple[str, str]:
        fact = self.lawbook.vocabulary.get(name)
        return (name, in_words(value)) if fact is None else (fact.label, fact_in_words(fact, value))

    @property
    def found_facts(self) -> Iterator[tuple[str, str]]:
        """The facts that nobody had to state, in the same way."""
        for name, value in self.document["found"]["facts"].items():
            yield self._fact(name, value)

    @cached_property
    def picture(self) -> YearPicture | None:
        """The year of the day asked about; None where the answer does not hang on a day."""
        return year_picture(self.decider, self.document)

    @property
    def until(self) -> str | None:
        """How long the answer is sure to stand."""
        last = self.document["valid_until"]
        return None if last is None else in_words(last)


def fact_in_words(fact: FactDefinition, value: object) -> str:
    """A value of a fact, as JSON carries it, in words."""
    try:
        words = fact.in_words(fact.read(value))
    except NotThatFact:  # the fact has changed since
        return in_words(value)
    return f"{words[:1].upper()}{words[1:]}{f' {fact.unit}' if fact.unit else ''}"


def in_words(value: Any) -> str:
    """A value of a document as people read it: days and spans in words."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        first, last = (None if end is None else date.fromisoformat(end) for end in value)
        return span_in_words(first or date.min, last or LAST_DAY)
    try:
        return day_in_words(date.fromisoformat(value))
    except (TypeError, ValueError):
        return str(value)
