"""Every sentence of the law that a letter can hold, with an id for translators."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from app.law.facts import FactDefinition
from app.law.lawbook import Lawbook
from app.law.provision import Provision
from app.law.questions import Question


class EnglishSentence(NamedTuple):
    """English text with its gaps in braces, where it is written, and the topic that it belongs
    to: a question's id, or `letter` for the letters' own.
    """

    id: str
    text: str
    topic: str


def law_sentences(lawbook: Lawbook) -> Iterator[EnglishSentence]:
    """The sentences, titles, questions and words of choices of the law: each text once, under the
    first id that has it.
    """
    seen = set[str]()
    for sentence in _all(lawbook):
        if sentence.text and sentence.text not in seen:
            seen.add(sentence.text)
            yield sentence


def _all(lawbook: Lawbook) -> Iterator[EnglishSentence]:
    for question in lawbook.questions.values():
        yield from _named(_of_question(question), question.id)
    facts = dict[str, FactDefinition]()
    for provision in lawbook.provisions.values():
        yield from _named(_of_provision(provision), provision.answers)
        for condition in provision.conditions:
            fact = lawbook.vocabulary.get(condition.fact)
            names = () if fact is None else lawbook.vocabulary.inputs_of(fact.name)
            for name in (condition.fact, *names):
                if name not in facts and name in lawbook.vocabulary:
                    facts[name] = lawbook.vocabulary[name]
                    yield from _named(_of_fact(facts[name]), provision.answers)
    for fact in lawbook.vocabulary:
        if fact.name not in facts:
            yield from _named(_of_fact(fact), "facts")
    yield from _named(_of_holidays(lawbook), "legal-holidays")


def _named(found: Iterable[tuple[str, object]], topic: str) -> Iterator[EnglishSentence]:
    return (EnglishSentence(id, str(text), topic) for id, text in found)


def _of_question(question: Question) -> Iterator[tuple[str, object]]:
    yield f"{question.id}: asks", question.asks
    for outcome, says in question.says.items():
        yield f"{question.id}: says {outcome}", says
    for outcome, text in question.briefly.items():
        yield f"{question.id}: briefly {outcome}", text
    for outcome, text in question.would.items():
        yield f"{question.id}: would {outcome}", f"{text} on {{day}}."
    for name, definition in question.concludes.items():
        yield f"{question.id}: concludes {name}", definition.describes
    for outcome, steps in question.outcome_next_steps.items():
        for number, step in enumerate(steps, 1):
            yield f"{question.id}: step {outcome} {number}", step.says


def _of_provision(provision: Provision) -> Iterator[tuple[str, object]]:
    yield f"{provision.id}: title", provision.title
    for condition in provision.conditions:
        yield f"{provision.id}: {condition.id} met", condition.met
        yield f"{provision.id}: {condition.id} not met", condition.not_met
    for name, text in _single(provision).items():
        yield f"{provision.id}: {name}", text
    for number, step in enumerate(provision.next_steps, 1):
        yield f"{provision.id}: step {number}", step.says
    for number, deadline in enumerate(provision.deadlines, 1):
        yield f"{provision.id}: deadline {number}", deadline.do


def _single(provision: Provision) -> Mapping[str, object]:
    told = {"caution": provision.caution, "text missing": provision.text_missing}
    return {name: text for name, text in told.items() if text is not None}


def _of_fact(fact: FactDefinition) -> Iterator[tuple[str, object]]:
    yield f"{fact.name}: asks", fact.label
    for choice, words in fact.choices.items():
        yield f"{fact.name}: choice {choice}", words


def _of_holidays(lawbook: Lawbook) -> Iterator[tuple[str, object]]:
    law = lawbook.holidays.law
    if law is None:
        return
    yield "legal-holidays: moves", law.moves
    for set_by, sentence in law.cautions.items():
        yield f"legal-holidays: caution {set_by}", sentence
    yield "legal-holidays: local", law.local
