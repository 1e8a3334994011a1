"""This service loaded with the small rule alone."""

from collections.abc import Iterator
from pathlib import Path

from app.determinations.answer import Detail
from app.determinations.cases.case import make_case, read_facts
from app.determinations.decide import Decider
from app.determinations.determination import Determination
from app.law.reading.library import open_lawbook
from bench.in_process import TODAY
from bench.peers.rule import Answer, Contestant, Facts

RULESETS = Path(__file__).parent / "rulesets"
QUESTION, EDITION = "person.may_enroll", "small"
BARS = "bars/"
EXPLAINS: dict[Detail, str] = {
    "brief": (
        "the provisions and findings that decided, as sentences with citations; what would change "
        "it and how long it holds; what is missing; what to do next"
    ),
    "full": "the same, with every provision and finding that did not decide, and nested reasons",
}


def contestants() -> Iterator[Contestant]:
    """The service with each detail."""
    decider = Decider(open_lawbook(RULESETS))
    decider.prepare()

    def contestant(detail: Detail) -> Contestant:
        def decide(facts: Facts) -> Answer:
            determination = _determination(decider, facts)
            return _outcome(determination), determination.json(detail)

        return Contestant(f"this service, {detail}", EXPLAINS[detail], decide)

    yield contestant("brief")
    yield contestant("full")


def _determination(decider: Decider, facts: Facts) -> Determination:
    coverage = {"lost": facts["coverage_lost"], "lost_on": facts["coverage_lost_on"]}
    given = {
        "person": {"resident": facts["resident"]},
        "employer": {"plan_open": facts["employer_plan_open"]},
        "application": {"made_on": facts["applied_on"]},
        "waiver": {"granted": facts["waiver_granted"]},
        "event": {"qualifies": facts["qualifying_event"]},
        "coverage": {name: value for name, value in coverage.items() if value is not None},
    }
    typed = read_facts(decider.lawbook, QUESTION, given)
    return decider.decide(make_case(decider.lawbook, QUESTION, typed, None, EDITION, TODAY))


def _outcome(determination: Determination) -> str:
    """In the words of the small rule, which tells who is barred from who has no ground."""
    if determination.outcome == "eligible":
        return "may enroll"
    barred = determination.decisive[0].startswith(BARS)
    return "ineligible" if barred else "denied"
