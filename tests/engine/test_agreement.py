"""Two ways of deciding one thing: the rules of durable-rules and the plain evaluator, on random law and random facts."""

import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from app.engine import Engine, EngineFault, Evaluation
from app.engine import engine as engine_module
from app.engine.compiler import MATCHES_AT_MOST, RULES_AT_MOST, TooLarge
from app.engine.shadow import evaluate
from app.law.standing import StandingLaw
from tests.engine.any_law import LawMaker, described

CASES_OF_A_LAW = 12
seeds = st.integers(0, 2**32)
unhurried = [HealthCheck.too_slow, HealthCheck.filter_too_much]
many = settings(max_examples=150, deadline=None, suppress_health_check=unhurried, print_blob=True)
few = settings(max_examples=25, deadline=None, suppress_health_check=unhurried, print_blob=True)


def run(engine: Engine, law: StandingLaw, codes: Mapping[str, int]) -> Evaluation:
    """What the rules alone come to."""
    with engine._lock:
        return engine._run(engine._ruleset_of(law), codes)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


def is_carried(engine: Engine, law: StandingLaw) -> bool:
    """Whether the engine takes a law at all; what is too large is refused when it is loaded."""
    try:
        engine.prepare([law])
    except TooLarge:
        return False
    return True


@many
@given(seeds)
def test_the_rules_and_the_plain_evaluator_agree_on_any_law(engine: Engine, seed: int) -> None:
    maker = LawMaker(seed)
    assume(is_carried(engine, maker.law))
    for _ in range(CASES_OF_A_LAW):
        codes = maker.codes()
        note(described(maker.law, codes))

        assert evaluate(maker.law, codes) == run(engine, maker.law, codes)


@few
@given(seeds)
def test_they_agree_on_law_as_large_as_the_engine_is_trusted_with(engine: Engine, seed: int) -> None:
    maker = LawMaker(seed, questions=4, provisions=12, conditions=6)
    assume(is_carried(engine, maker.law))
    for _ in range(CASES_OF_A_LAW):
        codes = maker.codes()
        note(described(maker.law, codes))

        assert evaluate(maker.law, codes) == run(engine, maker.law, codes)
