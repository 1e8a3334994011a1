"""The days by which somebody has to act, of those still to come."""

from collections.abc import Callable, Iterator
from datetime import date

from msgspec import UNSET

from app.determinations.answer import DeadlineAnswer
from app.determinations.telling.prepared import PreparedDeadline, PreparedProvision
from app.determinations.telling.reasons import ReasonBuilder
from app.law.spans import Span
from app.law.standing import StandingQuestion
from app.law.words import day_in_words


def deadlines(builder: ReasonBuilder) -> tuple[DeadlineAnswer, ...]:
    """The deadlines of the provisions that bear on the case, those of used questions too, in the
    order of days; each once.

    The applicant's deadlines count unless something failed that no act can still change, those of a
    carrier or a public body only where the provision applies. Where a bar applies, those of grants
    do not count.
    """
    found: dict[tuple[date, str], DeadlineAnswer] = {}
    for index in builder.prepared.with_deadlines:
        prepared = builder.prepared.provisions[index]
        question = builder.law.question_of[index]
        if not _is_asked(builder, question) or _is_barred(builder, question, prepared):
            continue
        for deadline in prepared.deadlines:
            if _is_open(builder, prepared, deadline):
                for told in _told(builder, prepared, deadline):
                    found.setdefault((told.on, told.do), told)
    return tuple([found[key] for key in sorted(found)])


def _is_asked(builder: ReasonBuilder, question: StandingQuestion) -> bool:
    id, law = question.question.id, builder.law
    if id not in law.behind_flags:
        return question is law.asked or builder.behind(id) is not None
    return any(builder.behind(look.fact) for look in law.looks[id] if look.fact != id)


def _is_barred(
    builder: ReasonBuilder, question: StandingQuestion, prepared: PreparedProvision
) -> bool:
    return prepared.effect == "grants" and any(map(builder.evaluation.provision, question.bars))


def _is_open(
    builder: ReasonBuilder, prepared: PreparedProvision, deadline: PreparedDeadline
) -> bool:
    status = builder.evaluation.provision(prepared.index)
    if status or deadline.by != "applicant":
        return bool(status)
    truth = builder.evaluation.condition
    return any(
        all(truth(c.index) is not False or c.fact.actionable for c in path)
        for path in prepared.standing.paths
    )


def _told(
    builder: ReasonBuilder, prepared: PreparedProvision, deadline: PreparedDeadline
) -> Iterator[DeadlineAnswer]:
    """The deadline where its day is known and still to come."""
    knowledge = builder.knowledge
    deriving, parameters = knowledge.in_play.deriving, prepared.standing.parameters
    on = deriving.compute(deadline.on, knowledge.values, parameters)
    if isinstance(on, Span):
        on = on.last
    if not isinstance(on, date) or on < knowledge.as_of:
        return
    word_for: Callable[[str], str] = {"on": day_in_words(on)}.__getitem__
    why = deadline.why.fill(word_for) if deadline.why is not None else UNSET
    provision = prepared.provision.id
    yield DeadlineAnswer(on, deadline.do.fill(word_for), deadline.by, provision, why)
