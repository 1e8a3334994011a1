"""YAML → objects. Every complaint is `file:line: sentence`; all of them are gathered before
anything is refused.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TypeVar

from app.law.fact_types import FACT_TYPES, LARGEST, PLACES
from app.law.facts import Citation, Computation, FactDefinition, Presumption, Value
from app.law.names import NAME
from app.law.provision import (
    EVIDENCE,
    CalendarName,
    Conclusion,
    Condition,
    DatedValue,
    NextStep,
    Operand,
    Parameter,
    ParameterName,
    Provision,
    Source,
)
from app.law.sentences import Sentence
from app.law.spans import Span
from app.law.yaml_source import Item, Unreadable

OPERATORS = (
    "is", "is_not", "one_of", "at_least", "at_most", "more_than", "less_than",
    "before", "after", "on_or_before", "on_or_after", "within",
)  # fmt: skip
T = TypeVar("T")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CALL = re.compile(r"([a-z_]+)\(([^()]*)\)")


def read_citation(item: Item) -> Citation:
    """Where the law is written."""
    fields = item.known_fields(("instrument",), ("under", "url"))
    under, url = fields.get("under"), fields.get("url")
    return Citation(
        fields["instrument"].text(), under.text() if under else None, url.text() if url else None
    )


def optional(fields: Mapping[str, Item], name: str, read: Callable[[Item], T]) -> T | None:
    return read(fields[name]) if name in fields else None


def read_span(item: Item) -> Span:
    fields = item.known_fields(("from",), ("to",))
    span = Span(fields["from"].day(), optional(fields, "to", Item.day))
    if span.last is not None and span.last < span.first:
        item.refuse("it ends before it starts")
    return span


def read_evidence(item: Item) -> str:
    return item.one_of(EVIDENCE)


def read_ids(item: Item) -> tuple[str, ...]:
    return item.texts()


COMMON: dict[str, Callable[[Item], object]] = {
    "title": Item.text,
    "citation": read_citation,
    "evidence": read_evidence,
    "enacted": Item.day,
    "in_force": read_span,
    "supersedes": read_ids,
}
"""The fields that provisions and calendars share."""


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


def _concluded(_: str, item: Item) -> tuple[Conclusion, Source | None]:
    """A conclusion, written as a value or, where its source is another than the provision's, as a
    mapping.
    """
    if not item.is_mapping:
        return read_conclusion(item), None
    fields = item.known_fields(("value", "citation", "evidence"))
    source = Source(read_citation(fields["citation"]), read_evidence(fields["evidence"]))  # type: ignore[arg-type]
    return read_conclusion(fields["value"]), source


def read_sentence(item: Item) -> Sentence:
    return Sentence.parse(item.text())


def next_step_reader(default: str) -> Callable[[Item], NextStep]:
    def read(item: Item) -> NextStep:
        fields = item.known_fields(("says",), ("question", "on", "unless_failed"))
        on = (
            optional(
                fields, "on", lambda i: i.one_of(("applies", "does_not_apply", "undetermined"))
            )
            or default
        )
        unless_failed = optional(fields, "unless_failed", Item.text)
        return NextStep(
            fields["says"].text(),
            optional(fields, "question", Item.text),
            on,
            unless_failed,
            item.place,
        )

    return read


def read_fact(name: str, item: Item) -> FactDefinition:
    """One entry of the vocabulary."""
    fields = item.known_fields(
        ("type",),
        (
            "asks",
            "describes",
            "unit",
            "choices",
            "places",
            "minimum",
            "maximum",
            "presumed",
            "computed",
            "changes",
        ),
    )
    if not NAME.fullmatch(name):
        item.refuse(f"{name} is not a fact's name: subject.attribute, lower case with underscores")
    try_each(
        fields,
        {"asks": Item.text, "describes": Item.text, "unit": Item.text, "places": Item.integer},
    )
    types = tuple(name for name, each in FACT_TYPES.items() if not each.is_outcome)
    kind = FACT_TYPES[fields["type"].one_of(types)]
    computed = optional(fields, "computed", lambda i: read_computation(i, i.text()))
    if computed is None and "asks" not in fields:
        item.refuse(f"the fact {name} needs the question that asks for it")
    if computed is not None and "describes" not in fields:
        item.refuse(f"the computed fact {name} needs `describes`")
    if kind.needs == "unit" and "unit" not in fields:
        item.refuse(f"the fact {name} needs its unit")
    if (kind.needs == "choices") != ("choices" in fields):
        item.refuse("`choices` goes with the type choice, and only with it")
    changes = optional(fields, "changes", lambda i: i.one_of(("act", "once")))
    places = optional(fields, "places", Item.integer)
    minimum, maximum = _bound(fields, "minimum", 0), _bound(fields, "maximum", LARGEST)
    if minimum > maximum:
        item.refuse("the minimum is above the maximum")
    if places is not None and not 0 <= places <= PLACES:
        fields["places"].refuse(f"places must be between 0 and {PLACES}")
    return FactDefinition(
        name=name,
        type=kind.name,
        asks=optional(fields, "asks", Item.text),
        describes=optional(fields, "describes", Item.text),
        unit=optional(fields, "unit", Item.text),
        choices={k: v.text() for k, v in fields["choices"].fields().items()}
        if "choices" in fields
        else {},
        places=PLACES if places is None else places,
        minimum=minimum,
        maximum=maximum,
        presumed=optional(fields, "presumed", _presumption),
        computed=computed,
        actionable=changes is not None,
        irreversible=changes == "once",
        place=item.place,
    )


def _bound(fields: Mapping[str, Item], name: str, default: int) -> int:
    bound = optional(fields, name, Item.integer)
    if bound is None:
        return default
    if abs(bound) > LARGEST * 1000:
        fields[name].refuse("the engine cannot carry so large a number")
    return bound


def _presumption(item: Item) -> Presumption:
    fields = item.known_fields(("value", "because"), ("citation",))
    value = fields["value"].scalar()
    if value is None:
        raise fields["value"].refuse("must have a value")
    return Presumption(value, fields["because"].text(), optional(fields, "citation", read_citation))


def _operand(item: Item) -> Operand:
    if not item.is_list:
        value = item.scalar()
        if isinstance(value, str) and value.startswith("$"):
            return ParameterName(value[1:])
        if isinstance(value, str) and value.startswith("calendars/"):
            return CalendarName(value)
        if value is None:
            raise item.refuse("must have a value")
        return value
    members = item.items()
    if members and all(member.is_list for member in members):
        return tuple(_pair(member) for member in members)
    values = [member.scalar() for member in members]
    if not values or any(value is None for value in values):
        raise item.refuse("must be a list of values")
    return tuple(value for value in values if value is not None)


def _pair(item: Item) -> tuple[Value, Value]:
    ends = [member.scalar() for member in item.items()]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        raise item.refuse("must be a pair of a first and a last value")
    return ends[0], ends[1]


def read_condition(item: Item) -> Condition:
    """One condition, with exactly one operator."""
    fields = item.known_fields(("id", "words", "fact", "met", "not_met"), OPERATORS)
    try_each(fields, dict.fromkeys(("id", "words", "fact", "met", "not_met"), Item.text))
    if not _ID.fullmatch(fields["id"].text()):
        fields["id"].refuse("a condition's id is lower-case words joined by hyphens")
    operators = [name for name in fields if name in OPERATORS]
    if len(operators) != 1:
        raise item.refuse(f"a condition has exactly one operator; here are {len(operators)}")
    operator = operators[0]
    return Condition(
        id=fields["id"].text(),
        words=fields["words"].text(),
        fact=fields["fact"].text(),
        operator=operator,
        operand=_operand(fields[operator]),
        met=read_sentence(fields["met"]),
        not_met=read_sentence(fields["not_met"]),
        places=item.places,
    )


def _dated_value(item: Item) -> DatedValue:
    fields = item.known_fields(("from", "value"), ("enacted", "citation", "evidence", "note"))
    value = fields["value"].scalar()
    if isinstance(value, bool) or not isinstance(value, int | Decimal | date):
        raise fields["value"].refuse("must be a number or a day")
    return DatedValue(
        fields["from"].day(),
        value,
        optional(fields, "enacted", Item.day),
        optional(fields, "citation", read_citation),
        optional(fields, "evidence", read_evidence),  # type: ignore[arg-type]
        optional(fields, "note", Item.text),
    )


def _parameter(name: str, item: Item) -> Parameter:
    fields = item.known_fields(("unit", "values"))
    values = tuple(
        sorted((_dated_value(v) for v in fields["values"].items()), key=lambda v: v.starts)
    )
    if not values:
        fields["values"].refuse("a parameter needs a value")
    starts = [value.starts for value in values]
    if len(set(starts)) != len(starts):
        fields["values"].refuse(f"the parameter {name} has two values from the same day")
    return Parameter(name, fields["unit"].text(), values)


def read_provision(item: Item, id: str, text: str) -> Provision:
    """One provision file."""
    fields = item.known_fields(
        (
            "provision",
            "title",
            "citation",
            "evidence",
            "gist",
            "enacted",
            "in_force",
            "answers",
            "effect",
        ),
        (
            "may",
            "supersedes",
            "unread",
            "parameters",
            "when",
            "when_any",
            "concludes",
            "informs",
            "caution",
            "next_steps",
            "introduces",
        ),
    )
    try_each(
        fields,
        {
            **COMMON,
            "gist": Item.text,
            "answers": Item.text,
            "unread": Item.text,
            "caution": Item.text,
        },
    )
    if fields["provision"].text() != id:
        fields["provision"].refuse(f"the provision's id must be its path, {id}")
    effect = fields["effect"].one_of(("grants", "bars", "refers", "cautions"))
    if effect == "cautions" and "caution" not in fields:
        item.refuse("a provision that cautions needs its caution")
    if (effect == "refers") != ("may" in fields):
        item.refuse("a provision that refers, and no other, says which way a person `may` decide")
    step_on = "does_not_apply" if effect == "grants" else "applies"
    steps = fields.get("next_steps")
    concluded = read_each(fields, "concludes", _concluded)
    return Provision(
        id=id,
        title=fields["title"].text(),
        citation=read_citation(fields["citation"]),
        evidence=read_evidence(fields["evidence"]),  # type: ignore[arg-type]
        gist=fields["gist"].text(),
        enacted=fields["enacted"].day(),
        in_force=read_span(fields["in_force"]),
        answers=fields["answers"].text(),
        effect=effect,  # type: ignore[arg-type]
        paths=_paths(item, fields),
        may=optional(fields, "may", _read_may),  # type: ignore[arg-type]
        supersedes=optional(fields, "supersedes", read_ids) or (),
        text_missing=optional(fields, "unread", Item.text),
        parameters=read_each(fields, "parameters", _parameter),
        concludes={name: conclusion for name, (conclusion, _) in concluded.items()},
        sources={name: source for name, (_, source) in concluded.items() if source is not None},
        informs=read_each(fields, "informs", lambda _, i: read_conclusion(i)),
        caution=optional(fields, "caution", read_sentence),
        next_steps=tuple(next_step_reader(step_on)(step) for step in steps.items())
        if steps
        else (),
        introduces=read_each(fields, "introduces", read_fact),
        places=item.places,
        text=text,
    )


def _read_may(item: Item) -> str:
    return item.one_of(("grant", "bar", "either"))


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


def _paths(item: Item, fields: Mapping[str, Item]) -> dict[str, tuple[Condition, ...]]:
    if ("when" in fields) == ("when_any" in fields):
        raise item.refuse("a provision has either `when` or `when_any`")
    written = {"": fields["when"]} if "when" in fields else fields["when_any"].fields()
    paths: dict[str, tuple[Condition, ...]] = {}
    for name, path in written.items():
        conditions = [path.faults.tolerate(lambda c=c: read_condition(c)) for c in path.items()]  # type: ignore[misc]
        paths[name] = tuple(c for c in conditions if c is not None)
        if not conditions:
            path.faults.note(path.place, "a path needs a condition")
    if not paths:
        raise fields["when_any"].refuse("a provision needs a path")
    ids = [condition.id for path_conditions in paths.values() for condition in path_conditions]
    for condition in (c for path_conditions in paths.values() for c in path_conditions):
        if ids.count(condition.id) > 1:
            item.faults.note(
                condition.places.of("id"), f"the condition id {condition.id} is used twice"
            )
    return paths
