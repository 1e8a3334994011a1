"""How many requests a worker takes in, in bursts and under pressure."""

from hypothesis import given
from hypothesis import strategies as st

from app.server.admission import BUSY, PATIENCE_SECONDS, RELIEF_SECONDS, Admission

ROOM = 8


def admit(here: Admission, now: float, number: int) -> list[float]:
    """As many of a number of requests as find room; the others are turned away."""
    begun = []
    for _ in range(number):
        if here.is_full(now):
            here.turn_away(now)
        else:
            begun.append(here.take(now))
    return begun


def pressed_at(now: float) -> Admission:
    """A worker to which too much has come for a while, up to a time; nothing is in work."""
    here = Admission(ROOM)
    for at in (now - 2 * PATIENCE_SECONDS, now):
        for begun in admit(here, at, ROOM + 1):
            here.give_back(begun)
    return here


def test_a_burst_fills_the_room_and_what_comes_beyond_is_turned_away() -> None:
    here = Admission(ROOM)

    assert ROOM == len(admit(here, 0.0, ROOM + 5))
    assert ROOM == here.taken


def test_a_second_burst_is_taken_as_the_first() -> None:
    here = Admission(ROOM)

    for burst in range(10):
        begun = admit(here, burst * (RELIEF_SECONDS + 0.01), ROOM + 5)
        assert ROOM == len(begun)
        for one in begun:
            here.give_back(one)


def test_under_pressure_only_so_much_is_taken_as_keeps_the_worker_busy() -> None:
    here = pressed_at(10.0)

    assert BUSY == len(admit(here, 10.0, ROOM))


def test_turning_away_for_less_than_the_patience_is_no_pressure() -> None:
    here = Admission(ROOM)
    for at in (10.0, 10.0 + PATIENCE_SECONDS - 0.01):
        for begun in admit(here, at, ROOM + 1):
            here.give_back(begun)

    assert ROOM == len(admit(here, 10.0 + PATIENCE_SECONDS - 0.01, ROOM))


def test_pressure_ends_once_nobody_was_turned_away_for_a_while() -> None:
    assert pressed_at(10.0).is_pressed(10.0 + RELIEF_SECONDS - 0.01)
    assert not pressed_at(10.0).is_pressed(10.0 + RELIEF_SECONDS)
    assert ROOM == len(admit(pressed_at(10.0), 10.0 + RELIEF_SECONDS, ROOM))


def test_long_requests_leave_room_for_others_under_pressure() -> None:
    here = Admission(ROOM)
    for _ in range(BUSY):
        here.take(0.0)
    now = RELIEF_SECONDS
    while not here.is_pressed(now):
        for begun in admit(here, now, ROOM + 1):
            here.give_back(begun)
        now += PATIENCE_SECONDS

    assert BUSY == len(admit(here, now, ROOM))
    assert 2 * BUSY == here.taken


@given(st.lists(st.tuples(st.floats(0.001, 0.3), st.integers(0, 12), st.integers(0, 12))))
def test_there_are_never_more_than_there_is_room_for_and_never_none_while_there_is_work(
    steps: list[tuple[float, int, int]],
) -> None:
    here, now, in_work = Admission(ROOM), 0.0, list[float]()
    for seconds, coming, ending in steps:
        now += seconds
        in_work += admit(here, now, coming)
        assert len(in_work) == here.taken <= ROOM
        assert in_work or not coming
        for begun in in_work[:ending]:
            here.give_back(begun)
        in_work = in_work[ending:]
