"""Merkle trees and chains: every change of a batch changes its root, and every leaf
proves itself.
"""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.records.digests import (
    EMPTY_CHAIN,
    chain_digest,
    inclusion_proof,
    leaf_hash,
    merkle_root,
    record_digest,
    root_of_proof,
)

names = st.text("abc", min_size=1, max_size=3)
records = st.lists(st.tuples(names, names, names), min_size=1, max_size=70)


@given(records, st.data())
def test_every_leaf_leads_to_the_root(
    batch: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    leaves = [leaf_hash(*record) for record in batch]
    position = data.draw(st.integers(0, len(leaves) - 1))

    assert merkle_root(leaves) == root_of_proof(leaves[position], inclusion_proof(leaves, position))


@given(records, st.data())
def test_no_other_leaf_leads_there(batch: list[tuple[str, str, str]], data: st.DataObject) -> None:
    leaves = [leaf_hash(*record) for record in batch]
    position = data.draw(st.integers(0, len(leaves) - 1))
    other = leaf_hash("other", *batch[position][1:])

    assert merkle_root(leaves) != root_of_proof(other, inclusion_proof(leaves, position))


@given(records, records)
def test_batches_that_differ_have_different_roots(
    one: list[tuple[str, str, str]], other: list[tuple[str, str, str]]
) -> None:
    roots = [merkle_root([leaf_hash(*record) for record in batch]) for batch in (one, other)]

    assert (one == other) == (roots[0] == roots[1])


def test_a_batch_without_records_has_no_root() -> None:
    with pytest.raises(ValueError, match="no root"):
        merkle_root([])


columns = st.dictionaries(
    names, st.one_of(st.none(), st.text(max_size=4), st.integers(), st.booleans()), max_size=4
)


@given(columns, columns)
def test_records_that_differ_have_different_digests(
    one: dict[str, str], other: dict[str, str]
) -> None:
    same = {k: _text(v) for k, v in one.items()} == {k: _text(v) for k, v in other.items()}

    assert same == (record_digest("kind", one) == record_digest("kind", other))


def _text(value: object) -> object:
    return value if value is None or isinstance(value, str) else str(value).lower()


def test_the_same_instant_has_the_same_digest_wherever_it_was_read() -> None:
    in_utc = datetime(2026, 1, 2, 3, 4, 5, 6, UTC)

    assert record_digest("kind", {"at": in_utc}) == record_digest(
        "kind", {"at": in_utc.astimezone()}
    )


def test_nothing_and_empty_text_are_not_the_same() -> None:
    assert record_digest("kind", {"subject": None}) != record_digest("kind", {"subject": ""})


def test_a_link_covers_everything_about_its_seal() -> None:
    now = datetime(2026, 1, 2, tzinfo=UTC)
    links = {
        chain_digest(EMPTY_CHAIN, 1, 1, 2, now, "aa"),
        chain_digest("1" * 64, 1, 1, 2, now, "aa"),
        chain_digest(EMPTY_CHAIN, 2, 1, 2, now, "aa"),
        chain_digest(EMPTY_CHAIN, 1, 2, 2, now, "aa"),
        chain_digest(EMPTY_CHAIN, 1, 1, 3, now, "aa"),
        chain_digest(EMPTY_CHAIN, 1, 1, 2, now.replace(year=2027), "aa"),
        chain_digest(EMPTY_CHAIN, 1, 1, 2, now, "ab"),
    }

    assert 7 == len(links)
