"""What decided, in at most three short sentences."""

import re
from collections.abc import Iterator

from app.determinations.telling.prepared import PreparedCondition
from app.determinations.telling.reasons import ReasonBuilder
from app.determinations.telling.wording import required_in_words, with_unit
from app.law.calendars import StandingCalendar
from app.law.standing import StandingCondition

AT_MOST = 3
SETTLED = "Some answers are missing. Whatever they are, the outcome is the same."
_LIMITS = {
    "at_most": "The limit is {}.",
    "at_least": "The least is {}.",
    "on_or_before": "The last day is {}.",
    "on_or_after": "The first day is {}.",
    "before": "It has to be before {}.",
    "after": "It has to be after {}.",
}
"""The limit of a condition whose sentence does not name it."""
_DATE = re.compile(r"[A-Z][a-z]+ \d{1,2}, \d{4}")


def because(builder: ReasonBuilder, question: str, change: str | None) -> tuple[str, ...]:
    """The sentences of the findings that decide, the nearest ground first, and the first *change*
    that the person can make, if any.
    """
    most = AT_MOST - (change is not None)
    told = tuple(dict.fromkeys(_sentences(builder, question)))[:most]
    return told if change is None else (*told, change)


def _sentences(builder: ReasonBuilder, question: str) -> Iterator[str]:
    explained = builder.explained(question)
    is_adverse = explained.outcome == explained.question.adverse
    for index, conditions in explained.deciding.items():
        prepared = {c.condition.index: c for c in builder.prepared.provisions[index].conditions}
        status = builder.evaluation.provision(index)
        if status is None:
            standing = builder.prepared.provisions[index].standing
            if builder.is_text_missing(standing):
                yield str(standing.provision.text_missing)
            for condition in conditions:
                yield from _open(builder, prepared[condition.index])
        elif status is False:
            yield from _failed(builder, prepared[conditions[0].index])
        else:
            for condition in sorted(conditions, key=lambda c: _tells_less(builder, c)):
                yield builder.finding(prepared[condition.index], with_reasons=False).says
                yield from _behind(builder, condition)
        if is_adverse or status:
            return  # the nearest ground alone, or the one that applies


def _open(builder: ReasonBuilder, prepared: PreparedCondition) -> Iterator[str]:
    """What is not known: of another question, what that lacks."""
    question = builder.behind(prepared.fact.name)
    if question is not None:
        yield from _sentences(builder, question)
    else:
        yield builder.finding(prepared, with_reasons=False).says


def _failed(builder: ReasonBuilder, prepared: PreparedCondition) -> Iterator[str]:
    """The finding that failed, then its limit, or what decided the question that it looks at."""
    says = builder.finding(prepared, with_reasons=False).says
    yield says
    condition = prepared.condition
    yield from _behind(builder, condition)
    limit = _LIMITS.get(condition.condition.operator)
    if (
        limit is not None
        and condition.required
        and not isinstance(condition.required, StandingCalendar)
    ):
        required = required_in_words(condition, None)
        if not _names(says, required):
            yield limit.format(with_unit(condition.fact, required))


def _names(says: str, required: str) -> bool:
    """Whether a sentence names a limit; the 30 of June 30, 2012 is none."""
    text = says if _DATE.fullmatch(required) else _DATE.sub("", says)
    return re.search(rf"(?<![\w.,]){re.escape(required)}(?!\w|[.,]\d)", text) is not None


def _tells_less(builder: ReasonBuilder, condition: StandingCondition) -> int:
    """What has a day or a number tells most, then another question, which has its own reasons."""
    if not condition.fact.kind.is_listed:
        return 0
    return 1 if builder.behind(condition.fact.name) else 2


def _behind(builder: ReasonBuilder, condition: StandingCondition) -> Iterator[str]:
    """What decided the question that a condition looks at, where it was decided here and denied."""
    question = builder.behind(condition.fact.name)
    if question is not None:
        explained = builder.explained(question)
        if explained.outcome == explained.question.adverse:
            yield from _sentences(builder, question)
