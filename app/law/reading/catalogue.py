"""Questions, editions and calendars: YAML → objects, with the same complaints as provisions."""

import re
from collections.abc import Mapping
from datetime import date
from typing import cast

from app.law.calendars import Calendar, Period, YearlyPeriod
from app.law.holidays import WEEKDAYS, Holiday, HolidayLaw
from app.law.questions import OUTCOMES, ConclusionDefinition, Edition, Outcome, Question
from app.law.reading.names import NAME
from app.law.reading.parts import (
    Cite,
    common,
    optional,
    read_conclusion,
    read_each,
    read_evidence,
    read_ids,
    read_items,
    read_sentence,
    read_span,
    try_each,
)
from app.law.reading.reader import next_step_reader
from app.law.reading.vocabulary import read_told
from app.law.reading.yaml_source import Item

_MONTH_DAY = re.compile(r"(\d\d)-(\d\d)")


def _period(item: Item) -> Period:
    fields = item.known_fields(
        ("first", "last", "authority"), ("url", "evidence", "enacted", "note")
    )
    period = Period(
        fields["first"].day(),
        fields["last"].day(),
        fields["authority"].text(),
        optional(fields, "url", Item.text),
        optional(fields, "evidence", read_evidence),
        optional(fields, "enacted", Item.day),
        optional(fields, "note", Item.text),
    )
    if period.last < period.first:
        item.refuse("the period ends before it starts")
    return period


def _month_day(item: Item) -> int:
    written = _MONTH_DAY.fullmatch(item.text())
    if written is None:
        raise item.refuse('must be a month and a day as "MM-DD"')
    month, day = int(written[1]), int(written[2])
    try:
        date(2011, month, day)
    except ValueError:
        raise item.refuse("there is no such day in every year") from None
    return month * 100 + day


def _yearly(item: Item) -> YearlyPeriod:
    fields = item.known_fields(("first", "last", "authority"), ("url", "evidence", "note"))
    yearly = YearlyPeriod(
        _month_day(fields["first"]),
        _month_day(fields["last"]),
        fields["authority"].text(),
        optional(fields, "url", Item.text),
        optional(fields, "evidence", read_evidence),
        optional(fields, "note", Item.text),
    )
    if yearly.last < yearly.first:
        item.refuse("a yearly period must not run over the end of the year")
    return yearly


def read_calendar(item: Item, id: str, text: str, cite: Cite) -> Calendar:
    """One calendar file."""
    fields = item.known_fields(
        ("series", "title", "citation", "evidence", "in_force", "kind"),
        ("calendar", "enacted", "periods", "every_year", "limited_to", "supersedes"),
    )
    own = {"citation": cite, "evidence": read_evidence, "series": Item.text}
    try_each(fields, {**common(), **own, "limited_to": Item.text})
    if optional(fields, "calendar", Item.text) not in (None, id):
        fields["calendar"].refuse(f"the calendar's id must be its path, {id}")
    kind = fields["kind"].one_of(("open", "continuous", "limited", "unread"))
    if (kind == "limited") != ("limited_to" in fields):
        item.refuse("`limited_to` goes with the kind limited, and only with it")
    if ("periods" in fields) == ("every_year" in fields):
        item.refuse("a calendar has either `periods` or `every_year`")
    in_force = read_span(fields["in_force"])
    return Calendar(
        id=id,
        series=fields["series"].text(),
        title=fields["title"].text(),
        citation=cite(fields["citation"]),
        evidence=read_evidence(fields["evidence"]),
        enacted=optional(fields, "enacted", Item.day) or in_force.first,
        in_force=in_force,
        kind=kind,  # type: ignore[arg-type]
        periods=read_items(fields, "periods", _period),
        every_year=read_items(fields, "every_year", _yearly),
        limited_to=optional(fields, "limited_to", Item.text),
        supersedes=optional(fields, "supersedes", read_ids) or (),
        places=item.places,
        text=text,
    )


def _conclusion_definition(name: str, item: Item) -> ConclusionDefinition:
    fields = item.known_fields(("type", "describes"), ("choices", "unit"))
    kind = fields["type"].one_of(("day", "span", "choice", "integer", "decimal"))
    return ConclusionDefinition(
        name,
        kind,  # type: ignore[arg-type]
        fields["describes"].text(),
        read_items(fields, "choices", Item.text),
        optional(fields, "unit", Item.text),
    )


def read_question(id: str, item: Item) -> Question:
    """One entry of questions.yaml."""
    fields = item.known_fields(
        ("asks", "encoded_from", "says"),
        ("governed_by", "concludes", "leads_by", "on", "briefly", "would", "as_fact", "adverse"),
    )
    if not NAME.fullmatch(id):
        item.refuse(f"{id} is not a question's id: subject.attribute")
    try_each(fields, {"asks": Item.text, "encoded_from": Item.day, "governed_by": Item.text})
    says = fields["says"].known_fields(OUTCOMES)
    briefly, would = _by_outcome(fields, "briefly"), _by_outcome(fields, "would")
    parts = {
        o: i.known_fields((), ("concludes", "next_steps"))
        for o, i in _by_outcome(fields, "on").items()
    }
    return Question(
        id=id,
        asks=fields["asks"].text(),
        encoded_from=fields["encoded_from"].day(),
        says={outcome: read_sentence(says[outcome]) for outcome in OUTCOMES},
        governed_by=optional(fields, "governed_by", Item.text),
        concludes=read_each(fields, "concludes", _conclusion_definition),
        leads_by=read_items(fields, "leads_by", Item.text),
        outcome_concludes={
            o: read_each(p, "concludes", lambda _, i: read_conclusion(i)) for o, p in parts.items()
        },
        outcome_next_steps={
            o: read_items(p, "next_steps", next_step_reader(o, ("question",)))
            for o, p in parts.items()
            if "next_steps" in p
        },
        briefly={o: i.text() for o, i in briefly.items()},
        would={o: i.text().removesuffix(".") for o, i in would.items()},
        as_fact=optional(fields, "as_fact", read_told) or {},
        adverse=cast(Outcome, optional(fields, "adverse", _read_adverse) or "ineligible"),
        places=item.places,
    )


def _by_outcome(fields: Mapping[str, Item], name: str) -> dict[Outcome, Item]:
    written = fields[name].known_fields((), OUTCOMES) if name in fields else {}
    return {cast(Outcome, outcome): item for outcome, item in written.items()}


def _read_adverse(item: Item) -> str:
    return item.one_of(("eligible", "ineligible"))


def read_edition(name: str, item: Item) -> Edition:
    """One entry of editions.yaml."""
    fields = item.known_fields(
        ("title",), ("enacted_through", "checked_through", "because", "default")
    )
    return Edition(
        name,
        fields["title"].text(),
        optional(fields, "enacted_through", Item.day),
        optional(fields, "checked_through", Item.day),
        optional(fields, "because", Item.text),
        optional(fields, "default", Item.flag) or False,
    )


_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}


def _holiday(item: Item) -> Holiday:
    fields = item.known_fields(
        ("name",), ("day", "weekday", "month", "since", "only_in", "evidence")
    )
    name, since = fields["name"].text(), optional(fields, "since", Item.integer)
    only_in = optional(fields, "only_in", Item.text)
    evidence = optional(fields, "evidence", read_evidence)
    if "day" in fields:
        month, day = divmod(_month_day(fields["day"]), 100)
        return Holiday(name, month, day, 0, 0, since, only_in, evidence)
    if not {"weekday", "month"} <= fields.keys():
        raise item.refuse("a holiday has a `day`, or a `weekday` and a `month`")
    nth, _, weekday = fields["weekday"].text().partition(" ")
    month = fields["month"].integer()
    if nth not in _ORDINALS or weekday not in WEEKDAYS or not 1 <= month <= 12:
        raise item.refuse("`weekday` is one such as third monday, `month` a number")
    at = WEEKDAYS.index(weekday)
    return Holiday(name, month, None, _ORDINALS[nth], at, since, only_in, evidence)


def read_holidays(item: Item, text: str, cite: Cite) -> HolidayLaw:
    """The file of legal holidays."""
    fields = item.known_fields(
        ("title", "citation", "evidence", "gist", "reading", "moves", "cautions", "local",
         "every_year")
    )  # fmt: skip
    cautions = fields["cautions"].known_fields(("regulation", "guidance", "period"))
    return HolidayLaw(
        fields["title"].text(),
        cite(fields["citation"]),
        read_evidence(fields["evidence"]),
        fields["gist"].text(),
        fields["reading"].text(),
        tuple(_holiday(holiday) for holiday in fields["every_year"].items()),
        read_sentence(fields["moves"]),
        {name: read_sentence(caution) for name, caution in cautions.items()},
        read_sentence(fields["local"]),
        item.places.start,
        text,
    )
