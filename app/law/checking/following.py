"""What must hold of flags that follow from the outcomes of questions."""

from collections.abc import Collection, Iterator, Mapping

from app.law.facts import FactDefinition
from app.law.uses import Uses


def unsound_flags(
    facts: Mapping[str, FactDefinition], questions: Collection[str]
) -> Iterator[tuple[FactDefinition, str]]:
    """Facts that cannot follow as they say, each with a complaint."""
    contradicted = {each.other for fact in facts.values() for each in fact.contradictions}
    for fact in facts.values():
        if fact.follows_from is None:
            continue
        if fact.type != "flag":
            yield fact, f"only a flag follows from a question, which {fact.name} is not"
        if fact.follows_from not in questions:
            yield fact, f"there is no question {fact.follows_from}"
        if fact.presumed is not None or fact.curable is not None:
            yield (
                fact,
                f"{fact.name} follows from a question, so it is neither presumed nor curable",
            )
        if fact.contradictions or fact.name in contradicted:
            yield fact, f"{fact.name} follows from a question, so it contradicts no other fact"


def looked_at_twice(
    facts: Mapping[str, FactDefinition], questions: Collection[str], uses: Uses
) -> Iterator[tuple[FactDefinition, str]]:
    """Flags with each question that looks at what they follow from, by name and through flags.
    Nobody is asked for what is behind a flag, so it cannot be both.
    """
    for question in questions:
        behind, by_name = set(uses.behind_flags(question)), uses.asked_with(question)
        for fact in facts.values():
            if fact.follows_from is not None and behind.intersection(
                by_name, uses.before(fact.follows_from)
            ):
                yield fact, question
