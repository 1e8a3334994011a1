"""The law twice dated: when it governs and when it was made."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.law.errors import LawNotEncoded, UnknownEdition, UnknownQuestion
from app.law.lawbook import Lawbook
from app.law.provision import DatedValue, Parameter
from app.law.reading.library import open_lawbook
from app.law.spans import Span
from tests.law.small_law import FILES, write_law

SEASON = FILES["doors/season.yaml"]
AMENDMENT = (
    SEASON.replace("doors/season", "doors/any-day")
    .replace("enacted: 2010-06-01", "enacted: 2013-06-01\nsupersedes: doors/season")
    .replace("in_force: {from: 2011-01-01}", "in_force: {from: 2014-01-01}")
    .replace(
        "values: [{from: 2011-01-01, value: 1.50}]", "values: [{from: 2014-01-01, value: 1.20}]"
    )
)
Amended = Callable[..., Lawbook]


@pytest.fixture
def amended(tmp_path: Path) -> Amended:
    """The small law with an amendment made in 2013 and in force from 2014, and further changes."""

    def build(**changes: str) -> Lawbook:
        return open_lawbook(write_law(tmp_path, **{"doors__any-day": AMENDMENT, **changes}))

    return build


def in_force(lawbook: Lawbook, day: date, edition: str) -> list[str]:
    return [p.id for p in lawbook.in_force(day, edition, "person.admitted")]


def test_an_amendment_ends_what_it_supersedes_on_the_day_before(amended: Amended) -> None:
    law = amended()

    assert (
        Span(date(2011, 1, 1), date(2013, 12, 31))
        == law.edition("current").in_force["doors/season"]
    )
    assert ["doors/season"] == in_force(law, date(2013, 12, 31), "current")
    assert ["doors/any-day"] == in_force(law, date(2014, 1, 1), "current")


def test_an_edition_knows_nothing_enacted_later(amended: Amended) -> None:
    law = amended()

    assert Span(date(2011, 1, 1)) == law.edition("early").in_force["doors/season"]
    assert ["doors/season"] == in_force(law, date(2014, 1, 1), "early")
    assert "doors/any-day" not in law.edition("early").provisions


def test_an_amendment_made_on_the_last_day_of_an_edition_belongs_to_it(amended: Amended) -> None:
    law = amended(
        **{"doors__any-day": AMENDMENT.replace("enacted: 2013-06-01", "enacted: 2012-12-31")}
    )

    assert ["doors/any-day"] == in_force(law, date(2014, 1, 1), "early")


def test_a_number_is_that_of_the_day(amended: Amended) -> None:
    values = "values: [{from: 2011-01-01, value: 1.50}, {from: 2012-07-01, value: 1.60}]"
    law = amended(doors__season=SEASON.replace("values: [{from: 2011-01-01, value: 1.50}]", values))

    def height(day: date) -> object:
        return (
            law.standing("person.admitted", day, "early").asked.provisions[0].parameters["height"]
        )

    assert Decimal("1.50") == height(date(2012, 6, 30))
    assert Decimal("1.60") == height(date(2012, 7, 1))
    assert {date(2011, 1, 1), date(2012, 7, 1)} <= set(law.boundaries("person.admitted", "early"))


@pytest.mark.parametrize(
    ("day", "enacted_through", "value"),
    [
        (date(2010, 12, 31), None, None),
        (date(2011, 1, 1), None, 10),
        (date(2011, 12, 31), None, 10),
        (date(2012, 1, 1), None, 20),
        (date(2012, 1, 1), date(2011, 6, 1), 20),
        (date(2012, 1, 1), date(2011, 5, 31), 10),
    ],
)
def test_a_dated_value_holds_until_the_next_one_among_those_enacted_in_time(
    day: date, enacted_through: date | None, value: int
) -> None:
    parameter = Parameter(
        "x",
        "days",
        (DatedValue(date(2011, 1, 1), 10), DatedValue(date(2012, 1, 1), 20, date(2011, 6, 1))),
    )

    found = parameter.dated_value_on(day, enacted_through)

    assert value == (found.value if found else None)


def test_the_same_law_stands_between_boundaries(amended: Amended) -> None:
    law = amended()

    first, last = (
        law.standing("person.admitted", day, "current")
        for day in (date(2014, 1, 1), date(2020, 12, 31))
    )

    assert first is last
    assert first is not law.standing("person.admitted", date(2013, 12, 31), "current")


def test_a_day_before_the_law_was_encoded_is_refused(amended: Amended) -> None:
    with pytest.raises(
        LawNotEncoded,
        match="as of 2010-12-31 in the edition current: the law is encoded from January 1, 2011 on",
    ):
        amended().standing("person.admitted", date(2010, 12, 31), "current")


def test_a_day_after_the_law_was_last_looked_for_is_refused_in_that_edition_only(
    amended: Amended,
) -> None:
    law = amended()

    assert law.standing("person.admitted", date(2020, 12, 31), "current")
    assert law.standing("person.admitted", date(2021, 1, 1), "early")
    with pytest.raises(LawNotEncoded, match="searched only through December 31, 2020"):
        law.standing("person.admitted", date(2021, 1, 1), "current")


def test_a_day_on_which_nothing_grants_is_refused(amended: Amended) -> None:
    law = amended(
        **{
            "doors__any-day": AMENDMENT.replace(
                "from: 2014-01-01}", "from: 2014-01-01, to: 2015-12-31}"
            )
        }
    )

    assert law.standing("person.admitted", date(2015, 12, 31), "current")
    with pytest.raises(
        LawNotEncoded, match="no provision that grants anything was in force on that day"
    ):
        law.standing("person.admitted", date(2016, 1, 1), "current")


def test_unknown_questions_and_editions_are_refused_by_name(amended: Amended) -> None:
    law = amended()

    with pytest.raises(UnknownQuestion, match=r"^there is no question person\.tall$"):
        law.standing("person.tall", date(2011, 1, 1), "current")
    with pytest.raises(
        UnknownEdition, match=r"^there is no edition late; there are early, current$"
    ):
        law.standing("person.admitted", date(2011, 1, 1), "late")


def test_changes_tell_what_came_ended_and_was_superseded(amended: Amended) -> None:
    ending = FILES["people/grown.yaml"].replace(
        "in_force: {from: 2011-01-01}", "in_force: {from: 2011-01-01, to: 2013-12-31}"
    )
    law = amended(people__grown=ending)

    changes = law.changes(date(2013, 12, 31), date(2014, 1, 1), "current")

    assert [
        (date(2013, 12, 31), "superseded", "doors/season", "doors/any-day"),
        (date(2013, 12, 31), "ended", "people/grown", None),
        (date(2014, 1, 1), "came into force", "doors/any-day", None),
    ] == [(c.on, c.what, c.provision.id, c.superseded_by) for c in changes]


def test_changes_of_days_on_which_nothing_changed_are_none(amended: Amended) -> None:
    assert [] == amended().changes(date(2014, 1, 2), date(2020, 1, 1), "current")


def test_the_digest_is_that_of_the_text(amended: Amended, tmp_path: Path) -> None:
    first, again = amended().digest, amended().digest
    other = amended(facts=f"{FILES['facts.yaml']}# a remark\n").digest

    assert first == again
    assert first != other
    assert first.startswith("sha256:")


def test_a_question_asks_for_the_facts_of_the_questions_it_uses(amended: Amended) -> None:
    names = [fact.name for fact in amended().facts_of("person.admitted")]

    assert [
        "person.grown",
        "person.born_on",
        "visit.asked_on",
        "person.known",
        "person.height",
    ] == names


def test_a_computed_fact_is_asked_for_by_what_it_is_computed_from(amended: Amended) -> None:
    assert ("person.born_on", "visit.asked_on") == amended().vocabulary.inputs_of("person.age")
