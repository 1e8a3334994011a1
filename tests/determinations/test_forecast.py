"""A day to come is a forecast, and a later edition that answers otherwise is named at once."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.determinations.cases.case import Case
from app.determinations.decide import Decider
from app.law.errors import LawNotEncoded
from app.law.words import day_in_words
from tests.determinations.any_case import cases
from tests.determinations.test_calendar import ORDINARY

LATER = "Later law answers otherwise: "


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_only_a_day_after_the_day_of_deciding_is_called_a_forecast(
    decider: Decider, data: st.DataObject
) -> None:
    case = data.draw(cases(decider.lawbook))
    decided_on = case.as_of + timedelta(days=data.draw(st.integers(-400, 400)))
    try:
        decided = decider.decide(replace(case, decided_on=decided_on))
        plain = decider.decide(case)
    except LawNotEncoded:
        return

    forecasts = [c for c in decided.cautions if "this is a forecast" in c]
    assert (case.as_of > decided_on) == bool(forecasts)
    for caution in forecasts:
        assert day_in_words(case.as_of) in caution and day_in_words(decided_on) in caution
    if decided.withheld.facts != plain.withheld.facts:
        return  # what could still be cured on the day asked about no longer can on that of deciding
    assert set(decided.cautions) - set(forecasts) == set(plain.cautions)
    assert decided.outcome == plain.outcome


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_later_edition_that_answers_otherwise_ends_the_sentence_where_none_was_named(
    decider: Decider, data: st.DataObject
) -> None:
    case = replace(data.draw(cases(decider.lawbook)), edition="chapter-288")
    try:
        named = decider.decide(case)
        decided = decider.decide(replace(case, edition_named=False))
    except LawNotEncoded:
        return
    try:
        later = decider.decide(replace(case, edition="current")).outcome
    except LawNotEncoded:
        later = named.outcome

    assert LATER not in named.says
    brief = decided.question.brief(later)
    end = f" {LATER}{brief}" if later != named.outcome else ""
    assert named.says + end == decided.says


def test_the_latest_edition_has_none_after_it(decider: Decider) -> None:
    stated = {**ORDINARY, "enrollment.requested_on": date(2026, 7, 5)}
    case = Case("enrollment.permitted", stated, date(2026, 7, 5), "current", edition_named=False)

    assert LATER not in decider.decide(case).says
