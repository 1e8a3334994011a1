"""How the law changed between two days, and in what two editions differ on a day."""

from collections import Counter, defaultdict

from flask import render_template
from werkzeug.wrappers import Response as AnyResponse

from app.api.http.service import current_service
from app.api.law.answers import LawChangeAnswer
from app.api.law.editions import differences_answer
from app.api.law.provisions import Query, changes_answer
from app.console.guard import pages, public
from app.console.law.asked import AS_OF, LawAsked, usual_day
from app.law.edition_law import EditionLaw
from app.law.facts import FactDefinition
from app.law.spans import FIRST_DAY, LAST_DAY

FROM = FactDefinition("from", "day", asks="From which day?")
TO = FactDefinition("to", "day", asks="Through which day?")
HAPPENED = {
    "came into force": "Came into force",
    "ended": "Last day in force",
    "superseded": "Last day in force, then replaced",
    "new value": "New value",
}
"""What a change is, beside its day."""
DIFFERS = {
    "only here": "In force in this edition only",
    "only there": "In force in this edition only",
    "other source": "Written elsewhere, or read otherwise",
    "other periods": "Other periods",
    "other value": "Another value",
}
"""In what two editions differ."""


@pages.get("/law/changes")
@public
def law_changes() -> AnyResponse | tuple[str, int]:
    """What began, ended or took another value between two days, by provision; without days, the
    years in which anything changed.
    """
    asked = LawAsked()
    edition = asked.edition()
    first, last = asked.day(FROM, None), asked.day(TO, None)
    sent = [day for day in (first, last) if day is not None]
    if len(sent) == 1 and not asked.wrong:
        missing = asked.fields[TO.name if last is None else FROM.name]
        missing.errors.append("Give both days, or leave both out.")
    if first is not None and last is not None and last < first:
        asked.fields[TO.name].errors.append("Give a day that is not before the first one.")
    if (leads_on := asked.address()) is not None:
        return leads_on
    name = edition.edition.name
    provisions: list[list[LawChangeAnswer]] = []
    if first is not None and last is not None and not asked.wrong:
        query = Query(first=first, last=last, edition=name)
        provisions = _by_provision(changes_answer(current_service(), query).changes)
    page = render_template(
        "law/changes.html",
        asked=asked,
        edition=edition.edition,
        first=first,
        last=last,
        provisions=provisions,
        count=sum(map(len, provisions)),
        years=_years(edition),
        happened=HAPPENED,
        titles=_titles(),
    )
    return page, asked.status


def _by_provision(changes: list[LawChangeAnswer]) -> list[list[LawChangeAnswer]]:
    """The changes of each provision, in the order of the first change of each."""
    found: dict[str, list[LawChangeAnswer]] = defaultdict(list)
    for change in changes:
        found[change.id].append(change)
    return list(found.values())


def _titles() -> dict[str, str]:
    """What provisions and calendars are called, by id."""
    lawbook = current_service().lawbook
    return {
        id: each.title
        for each_kind in (lawbook.provisions, lawbook.calendars)
        for id, each in each_kind.items()
    }


def _years(edition: EditionLaw) -> list[tuple[int, int]]:
    """The years in which something changed, each with how much."""
    query = Query(first=FIRST_DAY, last=LAST_DAY, edition=edition.edition.name)
    changes = changes_answer(current_service(), query).changes
    return sorted(Counter(change.on.year for change in changes).items())


@pages.get("/law/differences")
@public
def law_differences() -> AnyResponse | tuple[str, int]:
    """What two editions say differently of a day."""
    service = current_service()
    names = list(service.lawbook.editions)
    asked = LawAsked()
    here = asked.edition()
    usual = next((name for name in names if name != here.edition.name), here.edition.name)
    there = asked.edition("other", usual)
    day = asked.day(AS_OF, min(usual_day(here), usual_day(there)))
    for edition in (here, there):
        asked.require_checked(edition, day)
    if (leads_on := asked.address()) is not None:
        return leads_on
    found = []
    if day is not None and not asked.wrong:
        found = differences_answer(service, here, there, day).differences
    page = render_template(
        "law/differences.html",
        asked=asked,
        here=here.edition,
        there=there.edition,
        day=day,
        only_here=[each for each in found if each.what == "only here"],
        only_there=[each for each in found if each.what == "only there"],
        both=[each for each in found if each.here is not None and each.there is not None],
        differs=DIFFERS,
    )
    return page, asked.status
