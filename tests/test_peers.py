"""The small rule that other engines are compared with, as this service has it."""

from bench.peers.rule import random_facts, reference
from bench.peers.service import contestants


def test_this_service_gives_the_reference_answer_of_the_small_rule() -> None:
    facts = random_facts(300)
    expected = [reference(one) for one in facts]
    assert {"may enroll", "ineligible", "denied"} == set(expected)

    for contestant in contestants():
        assert expected == [contestant.decide(one)[0] for one in facts]
