"""Sentences whose gaps might stay empty: complaints, so that no answer ever says "not stated
percent".
"""

from collections.abc import Iterator, Mapping

from app.law.facts import FactDefinition
from app.law.provision import Condition, Provision
from app.law.questions import Question


def question_holes(question: Question) -> Iterator[tuple[str, str]]:
    """Outcomes whose sentence names a conclusion and that have no brief sentence for when it is
    unknown, each with the conclusion.
    """
    for outcome, sentence in question.says.items():
        for name in sentence.names:
            if name in question.concludes and outcome not in question.briefly:
                yield outcome, name


def known_day(
    question: Question | None,
    provisions: Mapping[str, Provision],
    questions: Mapping[str, Question],
) -> str | None:
    """The fact that names the governing day of a question, where that day also governs every
    question that uses it.
    """
    if question is None:
        return None
    users = [
        p.answers for p in provisions.values() if question.id in {c.fact for c in p.conditions}
    ]
    days = {questions[user].governed_by for user in users if user in questions}
    return question.governed_by if days <= {question.governed_by} else None


def provision_holes(
    provision: Provision, facts: Mapping[str, FactDefinition], governing: str | None
) -> Iterator[tuple[Condition | None, str]]:
    """Gaps that may be empty where the sentence is used: those of a condition (None: of the
    caution) that name a fact which nothing that was told rests on; *governing* is the fact that
    names the governing day, where it is known whenever the provision is looked at.
    """
    always = {*provision.parameters, "value", "required", governing or ""}
    for condition in provision.conditions:
        known = always | _behind(condition.fact, facts)
        for sentence in (condition.met, condition.not_met):
            yield from ((condition, name) for name in _unknown(sentence.names, known, facts))
    if provision.caution is not None:
        behind = [
            set[str]().union(*(_behind(c.fact, facts) for c in path))
            for path in provision.paths.values()
        ]
        known = always | set.intersection(*behind)
        yield from ((None, name) for name in _unknown(provision.caution.names, known, facts))


def _unknown(
    names: tuple[str, ...], known: set[str], facts: Mapping[str, FactDefinition]
) -> Iterator[str]:
    """The names of facts that are not known and do not follow from what is."""
    for name in names:
        if name in known or name not in facts:
            continue
        behind = _behind(name, facts)
        if not {n for n in behind if facts[n].computed is None} <= known:
            yield name


def _behind(name: str, facts: Mapping[str, FactDefinition]) -> set[str]:
    """A fact and those that it is computed from."""
    found: set[str] = set()
    left = [name]
    while left:
        fact = facts.get(left.pop())
        if fact is not None and fact.name not in found:
            found.add(fact.name)
            left += fact.computed.fact_names if fact.computed is not None else ()
    return found
