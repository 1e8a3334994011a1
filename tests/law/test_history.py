"""What a provision was from day to day, and in what two editions differ."""

import itertools
from datetime import date, timedelta

from app.law.history import differences, versions
from app.law.lawbook import Lawbook
from app.law.spans import LAST_DAY, day_after


def test_versions_cover_the_days_in_force_without_a_gap(lawbook: Lawbook) -> None:
    for name in lawbook.editions:
        law = lawbook.edition(name)
        for id, provision in law.provisions.items():
            spans = [version.span for version in versions(provision, law)]
            assert (law.in_force[id].first, law.in_force[id].last) == (
                spans[0].first,
                spans[-1].last,
            ), id
            for earlier, later in itertools.pairwise(spans):
                assert earlier.last is not None
                assert day_after(earlier.last) == later.first, id


def test_a_version_is_the_law_of_each_of_its_days(lawbook: Lawbook) -> None:
    for name in lawbook.editions:
        law = lawbook.edition(name)
        cut = law.edition.enacted_through
        for provision in law.provisions.values():
            for version in versions(provision, law):
                for day in {version.span.first, version.span.last or LAST_DAY}:
                    assert law.source_on(provision, day) == version.source
                    found = {n: p.dated_value_on(day, cut) for n, p in provision.parameters.items()}
                    assert {n: v for n, v in found.items() if v} == version.values


def test_neighboring_versions_differ(lawbook: Lawbook) -> None:
    several = 0
    for name in lawbook.editions:
        law = lawbook.edition(name)
        for provision in law.provisions.values():
            found = versions(provision, law)
            several += len(found) > 1
            for earlier, later in itertools.pairwise(found):
                assert (earlier.source, earlier.values) != (later.source, later.values)

    assert several


def test_a_provision_outside_the_edition_has_no_version(lawbook: Lawbook) -> None:
    law = lawbook.edition("chapter-288")
    outside = set(lawbook.provisions) - set(law.provisions)

    assert outside
    assert all([] == versions(lawbook.provisions[id], law) for id in outside)


def test_an_edition_differs_in_nothing_from_itself(lawbook: Lawbook) -> None:
    for name in lawbook.editions:
        law = lawbook.edition(name)
        for provision in law.provisions.values():
            assert [] == differences(law, law, provision.in_force.first)


def test_differences_read_both_ways_are_the_same(lawbook: Lawbook) -> None:
    ours, theirs = lawbook.edition("chapter-288"), lawbook.edition("current")
    mirrored = {"only here": "only there", "only there": "only here"}
    seen = set()
    for provision in lawbook.provisions.values():
        for day in (provision.in_force.first, provision.in_force.first + timedelta(days=400)):
            there = differences(theirs, ours, day)
            back = [(d.what, mirrored.get(d.kind, d.kind), d.there, d.here) for d in there]
            here = differences(ours, theirs, day)
            seen.update(d.kind for d in here)
            assert back == [(d.what, d.kind, d.here, d.there) for d in here]

    assert {"only here", "only there"} <= seen


def test_what_is_in_force_in_one_edition_only_is_a_difference(lawbook: Lawbook) -> None:
    ours, theirs = lawbook.edition("chapter-288"), lawbook.edition("current")
    day = lawbook.provisions["council/composition-abolished"].in_force.first
    found = {d.what.id: d.kind for d in differences(ours, theirs, day)}

    assert "only there" == found["council/composition-abolished"]
    later = {d.what.id: d.kind for d in differences(ours, theirs, date(2014, 7, 5))}
    assert "only here" == later["enrollment/open-period-yearly"]
