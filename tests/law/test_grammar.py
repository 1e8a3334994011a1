"""The text of the law says in which grammar it is written, and no other is read."""

import pytest

from app.determinations.again.older_law import OtherGrammar, decider_under
from app.engine import Engine
from app.law.errors import UnsoundLaw
from app.law.lawbook import Lawbook, text_digest
from app.law.reading.grammar import FILE, GRAMMAR, grammar_of
from app.law.reading.library import lawbook_of


def test_the_rulesets_are_written_in_the_grammar_that_is_read(lawbook: Lawbook) -> None:
    assert FILE in lawbook.texts
    assert GRAMMAR == grammar_of(lawbook.texts)


@pytest.mark.parametrize(
    ("texts", "number"),
    [
        ({}, 1),
        ({FILE: "grammar: 12\n"}, 12),
        ({FILE: "grammar: two\n"}, None),
        ({FILE: None}, None),
    ],
)
def test_the_number_stands_in_its_file(texts: dict[str, str | None], number: int | None) -> None:
    assert number == grammar_of(texts)


def test_a_law_in_another_grammar_is_refused_and_is_not_taken_for_an_altered_one(
    lawbook: Lawbook,
) -> None:
    texts = {**lawbook.texts, FILE: "grammar: 2\n"}

    with pytest.raises(UnsoundLaw, match="grammar 2 is not 1"):
        lawbook_of(texts)
    with pytest.raises(OtherGrammar, match="grammar 2") as refused:
        decider_under(text_digest(texts), texts, Engine())
    assert "/law/grammar" == refused.value.differs_at
