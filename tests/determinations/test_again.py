"""Where two texts of a determination differ, and who decides under older law."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.determinations.again.older_law import Deciders, LawAltered, LawNotKept
from app.determinations.again.replay import first_difference
from app.determinations.decide import Decider
from app.law.lawbook import text_digest
from app.law.reading.library import lawbook_of
from tests.law.small_law import FILES

DIFFERENCES = [
    ('{"a":1}', '{"a":1}', None),
    ('{"a":1}', '{"a":2}', "/a"),
    ('{"a":1}', '{"a":1.0}', "/a"),
    ('{"a":1}', '{"a":true}', "/a"),
    ('{"a":null}', "{}", "/a"),
    ("{}", '{"a":null}', "/a"),
    ('{"a":[1,2]}', '{"a":[1]}', "/a/1"),
    ('{"a":[{"b":"x"}]}', '{"a":[{"b":"y"}]}', "/a/0/b"),
    ('{"a":{}}', '{"a":[]}', "/a"),
    ("[]", "{}", ""),
    ('{"a~b/c":1}', '{"a~b/c":2}', "/a~0b~1c"),
    ('{"a":1,"b":2}', '{"b":2,"a":1}', "byte 2"),
    ('{"a": 1}', '{"a":1}', "byte 5"),
    ('{"a":1', '{"a":1}', "byte 6"),
    ("x", '{"a":1}', "byte 0"),
    ('{"x\\n\\u001b":1}', "{}", "/x??"),
]


@pytest.mark.parametrize(("kept", "again", "where"), DIFFERENCES)
def test_the_first_difference_is_named(kept: str, again: str, where: str | None) -> None:
    assert where == first_difference(kept.encode(), again.encode())


documents = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
)


@given(documents, documents)
def test_texts_differ_somewhere_or_are_the_same(kept: object, again: object) -> None:
    ours, theirs = json.dumps(kept).encode(), json.dumps(again).encode()

    assert (ours == theirs) == (first_difference(ours, theirs) is None)


def small(number: int) -> dict[str, str]:
    """The small law with a remark."""
    return {**FILES, "facts.yaml": f"# {number}\n{FILES['facts.yaml']}"}


@pytest.fixture
def deciders() -> Deciders:
    return Deciders(Decider(lawbook_of(FILES)), at_once=2)


KEPT = {text_digest(small(number)): small(number) for number in range(4)}


def test_the_present_law_needs_no_kept_text(deciders: Deciders) -> None:
    assert deciders.present is deciders.under(text_digest(FILES), lambda _: None)


def test_an_older_law_is_read_once_and_the_last_two_are_held(deciders: Deciders) -> None:
    fetched: list[str] = []

    def fetch(digest: str) -> Mapping[str, str]:
        fetched.append(digest)
        return KEPT[digest]

    first, second, third, _ = KEPT
    for digest in (first, second, first, third, first, second):
        assert digest == deciders.under(digest, fetch).lawbook.digest

    assert [first, second, third, second] == fetched


def test_law_that_is_the_same_in_both_is_compiled_once(deciders: Deciders) -> None:
    deciders.present.prepare()
    compiled = deciders.present.engine.counters.rulesets

    for digest in KEPT:
        deciders.under(digest, KEPT.get).prepare()

    assert compiled == deciders.present.engine.counters.rulesets


def test_whoever_decides_under_present_law_does_not_wait_for_older_law_to_be_read(
    deciders: Deciders,
) -> None:
    asked, go_on = Event(), Event()

    def slow(digest: str) -> Mapping[str, str]:
        asked.set()
        assert go_on.wait(60)
        return KEPT[digest]

    with ThreadPoolExecutor(1) as pool:
        older = pool.submit(deciders.under, next(iter(KEPT)), slow)
        assert asked.wait(60)
        present = deciders.under(text_digest(FILES), slow)
        go_on.set()

    assert present is deciders.present
    assert older.result() is deciders.under(next(iter(KEPT)), slow)


def test_many_at_once_read_an_older_law_once(deciders: Deciders) -> None:
    digest = next(iter(KEPT))

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: id(deciders.under(digest, KEPT.get)), range(32)))

    assert 1 == len(found)


def test_law_that_was_not_kept_or_is_not_what_it_was_is_refused(deciders: Deciders) -> None:
    with pytest.raises(LawNotKept):
        deciders.under("sha256:0", KEPT.get)
    with pytest.raises(LawAltered):
        deciders.under("sha256:0", lambda _: FILES)
    unsound = {"facts.yaml": "x"}
    with pytest.raises(LawAltered):
        deciders.under(text_digest(unsound), lambda _: unsound)
