"""What unknown facts can turn out to be, as far as the law alone says it: alike for everybody."""

from datetime import date, timedelta

from app.determinations.facts.facts_in_play import FactsInPlay
from app.determinations.facts.knowledge import Knowledge
from app.determinations.needs.completions import Group, groups_of
from app.engine import CompiledLaw
from app.law.facts import Value
from app.law.lawbook import Lawbook

QUESTION, DAY = "waiver.binding", date(2012, 3, 1)


def shared_groups(lawbook: Lawbook, as_of: date, stated: dict[str, Value]) -> list[Group]:
    """The groups that the law alone gives, found for a case that comes first."""
    law = lawbook.standing(QUESTION, as_of, "chapter-288")
    in_play = FactsInPlay(lawbook, law, CompiledLaw(law))
    groups = groups_of(Knowledge.of(in_play, stated, as_of), -1)
    return [group for group in groups if group.of_law_alone]


def test_whoever_asks_first_leaves_nothing_in_what_others_are_told(lawbook: Lawbook) -> None:
    """The values in each cell are told in `settled_by`, and replayed byte for byte."""
    first = shared_groups(lawbook, DAY, {})
    later = DAY + timedelta(days=40)
    other = shared_groups(lawbook, later, {"enrollment.channel": "carrier"})
    by_facts = {tuple(fact.name for fact in group.facts): group.found for group in first}
    both = [group for group in other if tuple(f.name for f in group.facts) in by_facts]

    assert any(len(group.facts) > 1 for group in both)
    for group in both:
        assert by_facts[tuple(fact.name for fact in group.facts)] == group.found
