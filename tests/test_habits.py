"""The habits that keep the law and its tests honest.

Each is a rule about every provision, case, fact and question there is.
"""

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from random import Random

import pytest

from app.determinations.cases.case import make_case
from app.determinations.cases.withheld import find_cures
from app.determinations.decide import Decider
from app.determinations.determination import Determination
from app.determinations.facts.knowledge import Knowledge
from app.determinations.trials.case_edges import case_in_force, missing_edges
from app.law.checking.coverage import gist_report
from app.law.checking.habits import missing_cases
from app.law.errors import LawNotEncoded
from app.law.facts import Computation, FactDefinition, Value
from app.law.functions import FUNCTIONS
from app.law.lawbook import Lawbook
from app.law.provision import Conclusion, Condition
from app.law.reading.case_files import CaseFile
from app.law.sentences import Told
from tests.case_files import CASES, ROOT, case_files, load
from tests.plain_evaluator import evaluate, outcome_of

RULESETS = ROOT / "rulesets"
SHARED = {"questions", "facts", "sources", "editions", "grammar", "legal-holidays"}
VECTORS = 3


@pytest.fixture(scope="module")
def written() -> dict[str, CaseFile]:
    return case_files()


# --- 1: files mirror each other ---


def test_every_provision_has_a_case_file_and_every_case_file_a_provision(lawbook: Lawbook) -> None:
    files = {str(path.relative_to(CASES).with_suffix("")) for path in CASES.rglob("*.yaml")}

    assert set(lawbook.provisions) == files


def test_every_file_of_the_rulesets_is_a_provision_a_calendar_or_shared(lawbook: Lawbook) -> None:
    files = {
        str(path.relative_to(RULESETS).with_suffix(""))
        for path in RULESETS.rglob("*")
        if path.is_file()
    }

    assert SHARED | set(lawbook.provisions) | set(lawbook.calendars) == files


# --- 2: every condition seen met, not met, unknown; both sides of every edge and day ---


def test_cases_show_each_condition_each_way_and_both_sides_of_every_day(
    lawbook: Lawbook, written: dict[str, CaseFile]
) -> None:
    missing = [
        str(fault)
        for id, provision in lawbook.provisions.items()
        for fault in missing_cases(lawbook, provision, written[id].cases)
    ]

    assert "" == "\n".join(missing)


def test_cases_stand_on_both_sides_of_every_number_and_every_range(
    decider: Decider, written: dict[str, CaseFile]
) -> None:
    missing = [
        str(fault)
        for id, provision in decider.lawbook.provisions.items()
        for in_force in [filter(None, (case_in_force(decider, c) for c in written[id].cases))]
        for fault in missing_edges(decider.lawbook, provision, written[id], in_force)
    ]

    assert "" == "\n".join(missing)


def test_the_plain_evaluator_finds_the_conditions_as_the_cases_expect(
    decider: Decider, written: dict[str, CaseFile]
) -> None:
    words = {True: "met", False: "not_met", None: "unknown"}
    wrong = []
    for case in (case for file in written.values() for case in file.cases):
        if (found := case_in_force(decider, case)) is not None:
            knowledge, in_play = found.knowledge, found.knowledge.in_play
            cures = find_cures(in_play, knowledge.stated, case.as_of, case.decided_on)
            curable = {cure.fact for cure in cures}
            stated = {n: v for n, v in knowledge.stated.items() if v or n not in curable}
            codes = Knowledge.of(in_play, stated, case.as_of).codes
            evaluation = evaluate(in_play.law, codes)
            for condition in found.provision.conditions:
                name = condition.condition.id
                status = words[evaluation.condition(condition.index)]
                if case.conditions.get(name, status) != status:
                    wrong.append(f"{case.provision}: {case.name}: {name}")

    assert "" == "\n".join(wrong)


# --- 4: words and gist ---


def test_the_words_of_every_condition_stand_in_the_gist(lawbook: Lawbook) -> None:
    def one_line(text: str) -> str:
        return " ".join(text.split()).lower()

    absent = [
        f"{provision.id}/{condition.id}"
        for provision in lawbook.provisions.values() for condition in provision.conditions
        if one_line(condition.words) not in one_line(provision.gist)
    ]  # fmt: skip

    assert "" == "\n".join(absent)


def test_the_report_of_unclaimed_gist_covers_every_provision(lawbook: Lawbook) -> None:
    report = gist_report(lawbook.provisions.values())
    for line in report:
        sys.stdout.write(
            f"{line.provision.id}: {line.share:.0%} claimed; not claimed: "
            f"{' | '.join(line.unclaimed) or 'nothing'}\n"
        )

    assert set(lawbook.provisions) == {line.provision.id for line in report}
    assert all(0 < line.share <= 1 for line in report)


# --- 4a: nothing is said twice ---


def own_sentences(condition: Condition) -> bool:
    """Whether a condition says itself what its fact could say for it."""
    return bool({"met", "not_met", "says"} & set(condition.places.keys))


def test_no_file_repeats_a_test_of_another_with_the_same_sentences(lawbook: Lawbook) -> None:
    """They stand once, under `says` of the fact, or under `as_fact` of the question."""
    said: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for provision in lawbook.provisions.values():
        for c in filter(own_sentences, provision.conditions):
            test = (c.fact, c.operator, str(c.operand), str(c.met), str(c.not_met))
            said[test].add(provision.id)

    assert [] == [(test, sorted(files)) for test, files in said.items() if len(files) > 1]


def test_no_condition_says_what_its_fact_says(lawbook: Lawbook) -> None:
    says = {fact.name: fact.says for fact in lawbook.vocabulary}
    says |= {question.id: question.as_fact for question in lawbook.questions.values()}

    assert [] == [
        f"{provision.id}/{condition.id}"
        for provision in lawbook.provisions.values()
        for condition in filter(own_sentences, provision.conditions)
        if says[condition.fact].get((condition.operator, condition.operand))
        == Told(condition.met, condition.not_met)
    ]


def citations(written: object) -> Iterator[object]:
    """Every citation in a file, as it is written."""
    if isinstance(written, dict):
        for cited in (value for key, value in written.items() if key == "citation"):
            is_dated = isinstance(cited, dict) and "values" in cited
            yield from (v["value"] for v in cited["values"]) if is_dated else [cited]
        written = list(written.values())
    if isinstance(written, list):
        for value in written:
            yield from citations(value)


def test_what_several_files_cite_stands_in_the_sources_once_and_is_cited() -> None:
    sources = load(RULESETS / "sources.yaml")
    cited: set[object] = set()
    written_out = Counter((s["instrument"], s.get("url")) for s in sources.values())
    for path in RULESETS.rglob("*.yaml"):
        found = list(citations(load(path)))
        cited.update(c if isinstance(c, str) else c.get("source") for c in found)
        own = [c for c in found if isinstance(c, dict) and "instrument" in c]
        written_out.update({(c["instrument"], c.get("url")) for c in own})

    assert set(sources) == cited - {None}
    assert [] == [source for source, times in written_out.items() if times > 1]


# --- 5: every fact is used ---


def computations(*written: Conclusion) -> Iterator[Computation]:
    yield from (conclusion for conclusion in written if isinstance(conclusion, Computation))


def facts_used(lawbook: Lawbook) -> Iterator[str]:
    for question in lawbook.questions.values():
        yield question.governed_by or ""
        for concludes in question.outcome_concludes.values():
            for computation in computations(*concludes.values()):
                yield from computation.fact_names
    for provision in lawbook.provisions.values():
        yield from (condition.fact for condition in provision.conditions)
        for computation in computations(*provision.concludes.values(), *provision.informs.values()):
            yield from computation.fact_names
    for fact in lawbook.vocabulary:
        if fact.computed is not None:
            yield from fact.computed.fact_names


def test_every_fact_defined_is_used(lawbook: Lawbook) -> None:
    assert [] == sorted({fact.name for fact in lawbook.vocabulary} - set(facts_used(lawbook)))


# --- 6: no conflict, no hole ---


def random_value(fact: FactDefinition, day: date, random: Random) -> Value:
    """A value a caller could state: of the smaller ones half the time, days mostly near the day
    asked about.
    """
    if fact.type == "day":
        return day + timedelta(
            days=random.choice((0, -1, 1, random.randint(-70, 70), random.randint(-9_000, 3_000)))
        )
    low, high = fact.first_code // fact.step, fact.last_code // fact.step
    if random.random() < 0.5:
        high = min(high, low + 100)
    return fact.value(random.randint(low, high) * fact.step)


def fact_vectors(
    lawbook: Lawbook, question: str, day: date, seed: str
) -> Iterator[dict[str, Value]]:
    """Nothing stated; then random facts, more and more of them, about someone who asks
    on that day.
    """
    yield {}
    governing = lawbook.question(question).governed_by
    for number in range(1, VECTORS):
        random = Random(f"{seed} {number}")
        chance = (0.6, 0.95)[number - 1]
        facts = {
            f.name: random_value(f, day, random)
            for f in lawbook.facts_of(question)
            if random.random() < chance
        }
        facts = {
            name: value
            for name, value in facts.items()
            if name not in lawbook.questions or random.random() < 0.2
        }
        if governing is not None:
            facts[governing] = day
        yield facts


def is_admitted(lawbook: Lawbook, question: str, edition: str, day: date) -> bool:
    """Whether a day may be refused: before the law was encoded, after it was last checked, or after
    all that grants has ended.
    """
    law = lawbook.edition(edition)
    checked = law.edition.checked_through
    ends = [
        law.in_force[p.id].last for p in law.by_question.get(question, []) if p.effect == "grants"
    ]
    has_ended = all(last is not None and last < day for last in ends)
    return (
        day < lawbook.question(question).encoded_from
        or (checked is not None and day > checked)
        or has_ended
    )


def contradictions(decided: Determination) -> Iterator[str]:
    """Where an outcome does not follow from the provisions' status."""
    law, found = decided.knowledge.in_play.law, decided.evaluation
    follows = outcome_of(law.asked, [found.provision(p.index) for p in law.provisions])
    is_nested = any(found.outcomes[used] == "referred" for used in law.used)
    is_nested |= "referred" in decided.knowledge.stated.values()
    is_left = follows == "undetermined" and is_nested
    if follows != decided.outcome and not is_left and not decided.settled_by:
        yield f"{decided.outcome}, but {follows} would follow"
    lacks_text = any(decided.builder.is_text_missing(p) for p in law.provisions)
    if (decided.outcome == "undetermined") != bool(decided.needs) and not lacks_text:
        yield f"{decided.outcome} with {len(decided.needs)} needs"


@pytest.mark.parametrize("question", sorted(load(RULESETS / "questions.yaml")))
@pytest.mark.parametrize("edition", sorted(load(RULESETS / "editions.yaml")))
def test_around_every_boundary_day_there_is_neither_conflict_nor_hole(
    decider: Decider, edition: str, question: str
) -> None:
    lawbook, wrong = decider.lawbook, []
    days = {
        b + timedelta(days=n)
        for b, n in product(lawbook.boundaries(question, edition)[1:], (-1, 0, 1))
    }
    for day in sorted(days):
        for facts in fact_vectors(lawbook, question, day, f"{question} {edition} {day}"):
            case = make_case(lawbook, question, facts, day, edition, today=day)
            try:
                decided = decider.decide(case)
            except LawNotEncoded:
                if not is_admitted(lawbook, question, edition, day):
                    wrong.append(f"{day}: not encoded")
                continue
            wrong += [f"{day} {facts}: {problem}" for problem in contradictions(decided)]

    assert "" == "\n".join(wrong)


# --- 7: chains of supersession ---


def test_what_supersedes_never_overlaps_what_it_supersedes(lawbook: Lawbook) -> None:
    overlaps = []
    for name in lawbook.editions:
        law = lawbook.edition(name)
        spans = {
            **law.in_force,
            **{id: calendar.in_force for id, calendar in law.calendars.items()},
        }
        for older, successors in law.successors.items():
            for newer in successors:
                if older in spans and spans[older].meets(spans[newer.id]):
                    overlaps.append(f"{name}: {newer.id} and {older}")

    assert "" == "\n".join(overlaps)


def test_no_provision_ends_before_it_begins(lawbook: Lawbook) -> None:
    empty = [
        f"{name}: {id}"
        for name in lawbook.editions
        for id, span in lawbook.edition(name).in_force.items()
        if span.last is not None and span.last < span.first
    ]

    assert "" == "\n".join(empty)


# --- the lists that must be the same ---


def test_every_function_of_the_law_is_documented_and_every_documented_one_exists() -> None:
    text = (ROOT / "docs" / "provision-format.md").read_text(encoding="utf-8")
    table = text.partition("### Functions")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]

    assert set(FUNCTIONS) == {name for row in rows for name in re.findall(r"`([a-z_]+)\(", row)}


def test_every_function_says_whether_it_rises_with_each_of_its_arguments() -> None:
    silent = [
        name
        for name, function in FUNCTIONS.items()
        if not function.concludes_only
        and "series" not in function.takes
        and len(function.rises) != (1 if function.is_variadic else len(function.takes))
    ]

    assert [] == silent
