"""Sets of codes against plain sets of numbers."""

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.law.spans import CodeSet, Span, day_after, day_before

LOW, HIGH = -12, 32
codes = st.integers(LOW, HIGH)
intervals = st.lists(st.tuples(st.integers(-10, 30), st.integers(-10, 30)), max_size=6)
days = st.dates()
spans = st.tuples(days, days, st.booleans()).map(
    lambda t: Span(min(t[:2]), None if t[2] else max(t[:2]))
)


def members(written: list[tuple[int, int]]) -> set[int]:
    return {code for first, last in written for code in range(first, last + 1)}


@given(intervals)
def test_a_code_is_in_the_set_if_it_is_in_one_of_the_intervals(
    written: list[tuple[int, int]],
) -> None:
    assert members(written) == {code for code in range(LOW, HIGH + 1) if code in CodeSet(written)}


@given(intervals)
def test_intervals_are_kept_sorted_and_apart(written: list[tuple[int, int]]) -> None:
    kept = list(CodeSet(written))

    assert all(first <= last for first, last in kept)
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(kept))


@given(intervals, intervals)
def test_sets_are_equal_where_their_members_are(
    some: list[tuple[int, int]], others: list[tuple[int, int]]
) -> None:
    assert (members(some) == members(others)) == (CodeSet(some) == CodeSet(others))


@given(intervals, codes, codes)
def test_what_is_outside_within_bounds_is_everything_else(
    written: list[tuple[int, int]], first: int, last: int
) -> None:
    assert CodeSet((c, c) for c in range(first, last + 1) if c not in members(written)) == CodeSet(
        written
    ).outside(first, last)


@given(intervals, codes, codes)
def test_clipping_keeps_the_members_within_bounds(
    written: list[tuple[int, int]], first: int, last: int
) -> None:
    assert CodeSet((c, c) for c in members(written) if first <= c <= last) == CodeSet(
        written
    ).clipped(first, last)


@given(intervals, codes)
def test_the_nearest_member_above(written: list[tuple[int, int]], code: int) -> None:
    nearest = CodeSet(written).at_or_after(code)

    assert min((c for c in members(written) if c >= code), default=None) == nearest


@given(intervals)
def test_edges_are_the_codes_at_which_membership_changes(written: list[tuple[int, int]]) -> None:
    inside = members(written)

    assert [c for c in range(LOW, HIGH + 1) if (c in inside) != (c - 1 in inside)] == list(
        CodeSet(written).edges()
    )


@given(days, days, days)
def test_a_span_includes_its_first_and_last_day(first: date, last: date, day: date) -> None:
    assert (first <= day <= last) == (day in Span(first, last))
    assert (first <= day) == (day in Span(first))


@given(spans, spans)
def test_spans_meet_where_a_day_is_in_both(some: Span, other: Span) -> None:
    first, last = max(some.first, other.first), min(some.last or date.max, other.last or date.max)

    assert (first <= last) == some.meets(other) == other.meets(some)


@given(spans, days)
def test_a_span_cut_at_a_day_includes_no_later_one(span: Span, last: date) -> None:
    assert (span.last is None or last <= span.last) == (span.until(last).last == last)
    assert span.first == span.until(last).first


def test_days_beside_february_29() -> None:
    assert date(2012, 2, 29) == day_after(date(2012, 2, 28)) == day_before(date(2012, 3, 1))
