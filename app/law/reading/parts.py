"""Parts that provisions, facts, questions and calendars share: YAML → objects.

Every complaint is `file:line: sentence`; all of them are gathered before anything is refused.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar, cast

from app.law.dated import Dated, DatedPart, undated
from app.law.facts import Citation, Computation
from app.law.provision import EVIDENCE, Conclusion, Evidence, ParameterName, Source
from app.law.reading.yaml_source import Item, Unreadable
from app.law.sentences import Sentence
from app.law.spans import Span

T = TypeVar("T")
Cite = Callable[[Item], Citation]
"""`read_citation` with the instruments that it knows."""
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CALL = re.compile(r"([a-z_]+)\(([^()]*)\)")


def read_instrument(name: str, item: Item) -> Citation:
    """One entry of sources.yaml: an instrument under the short id by which files cite it."""
    if not _ID.fullmatch(name):
        item.refuse("a source's id is lower-case words and numbers joined by hyphens")
    return _written_out(item)


def read_citation(item: Item, instruments: Mapping[str, Citation]) -> Citation:
    """Where the law is written: the id of an instrument, an id with a section in it, or written
    out; *instruments* has those of sources.yaml.

    A complaint is an id that is not among them.
    """
    if item.is_list:
        raise item.refuse("must be the id of a source, or a mapping")
    if not item.is_mapping:
        return _cited(item, instruments)
    if "source" not in item.fields(silently=True):
        return _written_out(item)
    fields = item.known_fields(("source",), ("section", "under", "url"))
    source = _cited(fields["source"], instruments)
    section = optional(fields, "section", Item.text) or ""
    joint = "" if section.startswith("(") or not section else ", "
    return Citation(
        f"{source.instrument}{joint}{section}",
        optional(fields, "under", Item.text) or source.under,
        optional(fields, "url", Item.text) or source.url,
    )


def _cited(item: Item, instruments: Mapping[str, Citation]) -> Citation:
    id = item.text()
    if id not in instruments:
        raise item.refuse(f"there is no source {id} in sources.yaml")
    return instruments[id]


def _written_out(item: Item) -> Citation:
    fields = item.known_fields(("instrument",), ("under", "url"))
    return Citation(
        fields["instrument"].text(),
        optional(fields, "under", Item.text),
        optional(fields, "url", Item.text),
    )


def optional(fields: Mapping[str, Item], name: str, read: Callable[[Item], T]) -> T | None:
    return read(fields[name]) if name in fields else None


def read_items(fields: Mapping[str, Item], name: str, read: Callable[[Item], T]) -> tuple[T, ...]:
    return tuple(read(item) for item in fields[name].items()) if name in fields else ()


def read_span(item: Item) -> Span:
    """Days in force: the first alone, or `from` with `to`."""
    if not item.is_mapping:
        return Span(item.day())
    fields = item.known_fields(("from",), ("to",))
    span = Span(fields["from"].day(), optional(fields, "to", Item.day))
    if span.last is not None and span.last < span.first:
        item.refuse("it ends before it starts")
    return span


def read_evidence(item: Item) -> Evidence:
    return cast(Evidence, item.one_of(EVIDENCE))


def read_dated(item: Item, in_force: Span, read: Callable[[Item], T]) -> Dated[T]:
    """What a provision says once, or with dates: then from its first day on, and as the days
    rise to the last on which it is in force.
    """
    if not item.is_mapping or "values" not in item.fields(silently=True):
        return undated(read(item), in_force.first)
    items = item.known_fields(("values",))["values"].items()
    values = [_dated_part(i, read) for i in items]
    if not values or values[0].starts != in_force.first:
        item.refuse(f"the first value must hold from {in_force.first}, the first day in force")
    if values[0].enacted is not None:
        items[0].refuse("the first value is as old as the provision")
    for earlier, value, written in zip(values, values[1:], items[1:], strict=False):
        if value.starts <= earlier.starts:
            written.refuse("the days of the values must rise")
        if value.starts not in in_force:
            written.refuse(f"the provision is not in force on {value.starts}")
    return Dated(tuple(values))


def _dated_part(item: Item, read: Callable[[Item], T]) -> DatedPart[T]:
    fields = item.known_fields(("from", "value"), ("enacted",))
    return DatedPart(
        fields["from"].day(), read(fields["value"]), optional(fields, "enacted", Item.day)
    )


def read_ids(item: Item) -> tuple[str, ...]:
    return item.texts()


def common() -> dict[str, Callable[[Item], object]]:
    """What reads the fields that provisions and calendars share and that look alike in both."""
    return {
        "title": Item.text,
        "enacted": Item.day,
        "in_force": read_span,
        "supersedes": read_ids,
    }


def try_each(fields: Mapping[str, Item], readers: Mapping[str, Callable[[Item], object]]) -> None:
    """Have complaints about every field noted before the first of them ends the reading."""
    tried = [
        fields[name].faults.tolerate(partial(read, fields[name]))
        for name, read in readers.items()
        if name in fields
    ]
    if any(value is None for value in tried):
        raise Unreadable


def read_computation(item: Item, text: str) -> Computation:
    """A call such as `days_between(a.b, c.d)`: names, whole numbers, parameters and inner calls as
    arguments.
    """
    inner: list[Computation] = []

    def argument(written: str) -> str | int | Computation:
        if written.startswith("#"):
            return inner[int(written[1:])]
        return int(written) if re.fullmatch(r"-?\d+", written) else written

    rest = text.replace(" ", "")
    while (call := _CALL.search(rest)) is not None:
        inner.append(Computation(call[1], tuple(argument(a) for a in call[2].split(",") if a)))
        rest = f"{rest[: call.start()]}#{len(inner) - 1}{rest[call.end() :]}"
    if not inner or rest != f"#{len(inner) - 1}":
        raise item.refuse(f"{text} is not a function of facts; write function(fact, …)")
    return inner[-1]


def read_conclusion(item: Item) -> Conclusion:
    value = item.scalar()
    if isinstance(value, str) and value.startswith("$"):
        return ParameterName(value[1:])
    if isinstance(value, str) and "(" in value:
        return read_computation(item, value)
    if value is None:
        raise item.refuse("must have a value")
    return value


def read_concluded(item: Item, cite: Cite) -> tuple[Conclusion, Source | None]:
    """A conclusion, written as a value or, where its source is another than the provision's, as a
    mapping.
    """
    if not item.is_mapping:
        return read_conclusion(item), None
    fields = item.known_fields(("value", "citation", "evidence"))
    source = Source(cite(fields["citation"]), read_evidence(fields["evidence"]))
    return read_conclusion(fields["value"]), source


def read_sentence(item: Item) -> Sentence:
    return Sentence.parse(item.text())


def read_each(
    fields: Mapping[str, Item], name: str, read: Callable[[str, Item], T]
) -> dict[str, T]:
    if name not in fields:
        return {}
    entries = {}
    for key, item in fields[name].fields().items():
        entry = item.faults.tolerate(lambda key=key, item=item: read(key, item))  # type: ignore[misc]
        if entry is not None:
            entries[key] = entry
    return entries
