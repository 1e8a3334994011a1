"""Names with dots and objects in one another tell the same."""

from hypothesis import given
from hypothesis import strategies as st

from app.law.reading.names import DEEPEST, NAME, is_beginning, nest, walk

parts = st.sampled_from(["a", "b", "c_on"])
names = st.lists(parts, min_size=2, max_size=DEEPEST).map(".".join)
values: st.SearchStrategy[object] = (
    st.booleans() | st.integers() | st.just({}) | st.just([{"a": 1}])
)


def without_beginnings(flat: dict[str, object]) -> dict[str, object]:
    """What a vocabulary may hold: no name leads to another."""
    return {
        name: value
        for name, value in flat.items()
        if not any(is_beginning(name, other) for other in flat)
    }


@given(st.dictionaries(names, values).map(without_beginnings))
def test_what_is_nested_is_found_again_under_its_whole_name(flat: dict[str, object]) -> None:
    assert flat == {".".join(keys): value for keys, value in walk(nest(flat))}


@given(st.dictionaries(names, values).map(without_beginnings))
def test_whole_names_are_found_as_they_are(flat: dict[str, object]) -> None:
    assert [((name,), value) for name, value in flat.items()] == list(walk(flat))


def test_half_a_name_may_lead_to_the_rest() -> None:
    assert [(("a.b", "c"), 1), (("a.b", "d"), 2)] == list(walk({"a.b": {"c": 1, "d": 2}}))


def test_what_lies_deeper_than_a_name_can_reach_is_a_value() -> None:
    assert [(("a", "b", "c", "d"), {"e": 1})] == list(walk({"a": {"b": {"c": {"d": {"e": 1}}}}}))


@given(names)
def test_every_name_of_two_to_four_parts_is_one(name: str) -> None:
    assert NAME.fullmatch(name)


@given(names, names)
def test_the_beginning_of_a_name_ends_at_a_dot(shorter: str, longer: str) -> None:
    some, others = shorter.split("."), longer.split(".")

    assert is_beginning(shorter, longer) == (
        len(some) < len(others) and others[: len(some)] == some
    )
