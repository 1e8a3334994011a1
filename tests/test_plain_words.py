"""Plain words: what people read is short, easy, and names who does what.

The rule: 95 of 100 sentences at grade 8 or below, none of more than eight words above 12, none of
more than 25 words, no double negative, no tiring word. `tests/plain_words.py` measures it.
"""

from collections.abc import Iterable

from app.commands import command_line
from app.law.lawbook import Lawbook
from tests.plain_words import (
    Measured,
    Spoken,
    at_fault,
    details_of_problems,
    sentences_of_help,
    sentences_of_law,
    titles_of_problems,
)

LAW_TODAY = Measured(sentences=587, hard=113, too_hard=4, too_long=9, tiring=65)
"""What was counted when this test was written. Lower it with every sentence that is mended; when
`hard` is a twentieth of the sentences and the others are 0, demand `require_plain` instead.
"""


def require_plain(sentences: Iterable[Spoken]) -> None:
    """Assert the rule; a failure lists the sentences that break it."""
    spoken = list(sentences)
    counted = Measured.of(spoken)

    assert counted.hard <= counted.sentences / 20, "\n".join(at_fault(spoken))
    assert (0, 0, 0) == counted[2:], "\n".join(at_fault(spoken))


def test_details_of_problems_are_plain() -> None:
    require_plain(details_of_problems())


def test_titles_of_problems_are_plain() -> None:
    """Of two or three words there is no grade; none may be long or tiring."""
    titles = list(titles_of_problems())

    assert (0, 0, 0) == Measured.of(titles)[2:], "\n".join(at_fault(titles))


def test_help_of_commands_is_plain() -> None:
    require_plain(sentences_of_help(command_line().cli))


def test_sentences_of_the_law_get_no_worse(lawbook: Lawbook) -> None:
    """`python -m tests.plain_words` prints those to mend, with file and id."""
    counted = Measured.of(sentences_of_law(lawbook))

    assert all(now <= then for now, then in zip(counted[1:], LAW_TODAY[1:], strict=True)), counted


def test_what_counts_as_one_word_of_two_syllables() -> None:
    sentence = Spoken("", "", "Apply to the Division of Insurance by April 14, 2012, with {value}.")

    assert 8 == len(sentence.words)


def test_double_negatives_and_tiring_words_are_found() -> None:
    assert Spoken("", "", "Nothing says that you are not eligible.").tires
    assert Spoken("", "", "The key is taken no more.").tires
    assert Spoken("", "", "Whoever asks gets an answer.").tires
    assert not Spoken("", "", "You cannot enroll, because enrollment is not open.").tires
