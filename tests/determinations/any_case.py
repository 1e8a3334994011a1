"""Cases of every question as hypothesis draws them: days and numbers near the law's own edges, some
facts left out.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import reject
from hypothesis import strategies as st

from app.determinations.cases.case import Case
from app.determinations.decide import Decider
from app.determinations.determination import Determination
from app.determinations.facts.knowledge import Knowledge
from app.determinations.needs.relevance import exact_outcome
from app.law.errors import LawNotEncoded
from app.law.facts import FactDefinition, Value
from app.law.lawbook import Lawbook
from app.law.questions import Outcome
from app.law.relations import broken_orders, conflicts
from tests.plain_evaluator import evaluate
from tests.relevance.holidays import counted

FIRST, LAST = date(2007, 5, 1), date(2026, 10, 14)


def days(lawbook: Lawbook, question: str, edition: str) -> st.SearchStrategy[date]:
    """Days of the encoded law, often next to a day on which something changes."""
    edges = [b for b in lawbook.boundaries(question, edition) if FIRST <= b <= LAST]
    series = lawbook.edition(edition).series["open-enrollment"]
    edges += [s for s in series.starts() if FIRST <= s <= LAST]
    near = st.builds(
        lambda edge, off: edge + timedelta(days=off), st.sampled_from(edges), st.integers(-70, 70)
    )
    return st.one_of(near, near, st.dates(FIRST, LAST))


def values(fact: FactDefinition, day: date) -> st.SearchStrategy[Value]:
    """Values of a fact; days mostly within some months of the day asked about."""
    if fact.type == "flag":
        return st.booleans()
    if fact.type in ("choice", "outcome"):
        return st.sampled_from(list(fact.choices))
    if fact.type == "day":
        near = st.integers(-100, 100).map(lambda off: day + timedelta(days=off))
        return st.one_of(near, near, st.dates(day - timedelta(days=12_000), day))
    low, high = fact.minimum, min(fact.maximum, 90_000)
    if fact.type == "integer":
        return st.one_of(st.integers(low, min(high, 120)), st.integers(low, high))
    numbers = st.decimals(max(low, -5), min(high, 5), places=fact.places, allow_nan=False)
    return st.one_of(numbers, st.integers(max(low, 0), min(high, 500)).map(Decimal))


@st.composite
def cases(draw: st.DrawFn, lawbook: Lawbook, only: str | None = None) -> Case:
    """A case of any question, or of one."""
    question = only or draw(st.sampled_from(sorted(lawbook.questions)))
    edition = draw(st.sampled_from(sorted(lawbook.editions)))
    day = draw(days(lawbook, question, edition))
    facts: dict[str, Value] = {}
    governing = lawbook.question(question).governed_by
    for fact in lawbook.facts_of(question):
        if fact.type != "outcome" and draw(st.integers(0, 99)) >= 12:
            facts[fact.name] = day if fact.name == governing else draw(values(fact, day))
            if not can_be(lawbook, facts):
                del facts[fact.name]
    return Case(question, facts, day, edition)


@st.composite
def sparse_cases(draw: st.DrawFn, lawbook: Lawbook) -> Case:
    """A case of which little is known, its days at most some months apart."""
    question = draw(st.sampled_from(sorted(lawbook.questions)))
    edition = draw(st.sampled_from(sorted(lawbook.editions)))
    day = draw(days(lawbook, question, edition))
    known = [f for f in lawbook.facts_of(question) if f.type != "outcome"]
    some = draw(
        st.lists(st.sampled_from(known), min_size=1, max_size=4, unique_by=lambda f: f.name)
    )
    facts = {fact.name: draw(values(fact, day)) for fact in some}
    governing = lawbook.question(question).governed_by
    if governing in facts or (governing is not None and draw(st.booleans())):
        facts[str(governing)] = day
    return Case(question, facts if can_be(lawbook, facts) else {}, day, edition)


def decided_case(
    decider: Decider, data: st.DataObject, only: str | None = None
) -> tuple[Case, Determination]:
    """A case on a day whose law is encoded, with its determination."""
    case = data.draw(cases(decider.lawbook, only))
    try:
        return case, decider.decide(case)
    except LawNotEncoded:
        reject()


def can_be(lawbook: Lawbook, facts: Mapping[str, Value]) -> bool:
    """Whether stated facts can be so together."""
    return not any(broken_orders(lawbook.vocabulary.get, facts))


def outcome_by_logic(decider: Decider, case: Case) -> Outcome | None:
    """The outcome by the plain evaluator, in three-valued logic; none where the law is not
    encoded.
    """
    known = _knowledge(decider, case)
    if known is None:
        return None
    return evaluate(known.in_play.law, known.codes).outcomes[case.question]


def plain_outcome(decider: Decider, case: Case) -> Outcome | None:
    """The same, and where logic leaves it open what all completions come to."""
    outcome = outcome_by_logic(decider, case)
    if outcome != "undetermined":
        return outcome
    known = _knowledge(decider, case)
    assert known is not None
    return exact_outcome(known)


def conflicting(decider: Decider, case: Case) -> set[str]:
    """The stated facts of which one must be wrong."""
    known = decider.lawbook.known_facts(case.question)
    return {name for each in conflicts(known, case.facts) for name in each.facts}


def not_counting(decider: Decider, case: Case) -> set[str]:
    """The stated facts that do not count: one of them must be wrong, or they can still be cured."""
    curing = curable(case.facts, case.as_of, case.decided_on or case.as_of)
    return conflicting(decider, case) | curing


ANSWER_DAYS = REQUEST_DAYS = 30


def curable(facts: Mapping[str, Value], received: date, day: date) -> set[str]:
    """What the Office of Patient Protection still misses, while it can still be sent on a day."""
    missing = {
        name
        for name in ("form_complete", "notice_attached")
        if facts.get(f"waiver.{name}") is False
    }
    denied = facts.get("waiver.denial_received_on")
    found = set[str]()
    if not isinstance(denied, date) or counted(denied, day) <= REQUEST_DAYS:
        found = {f"waiver.{name}" for name in missing}
    if facts.get("waiver.sworn") is False and day <= received + timedelta(ANSWER_DAYS):
        found.add("waiver.sworn")
    return found


def _knowledge(decider: Decider, case: Case) -> Knowledge | None:
    try:
        law = decider.lawbook.standing(case.question, case.as_of, case.edition)
    except LawNotEncoded:
        return None
    doubted = not_counting(decider, case)
    facts = {name: value for name, value in case.facts.items() if name not in doubted}
    return Knowledge.of(decider.facts_in_play(law), facts, case.as_of)
