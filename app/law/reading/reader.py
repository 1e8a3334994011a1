"""Provisions: YAML → objects. Every complaint is `file:line: sentence`; all of them are gathered
before anything is refused.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import cast

from app.law.facts import ACTORS, Actor, Citation, Computation
from app.law.provision import (
    EFFECTS,
    SET_BY,
    Conclusion,
    DatedValue,
    Deadline,
    Effect,
    Evidence,
    NextStep,
    Parameter,
    Provision,
    SetBy,
)
from app.law.reading.conditions import Sayings, read_paths
from app.law.reading.gist import read_gist
from app.law.reading.parts import (
    Cite,
    common,
    optional,
    read_concluded,
    read_conclusion,
    read_dated,
    read_each,
    read_evidence,
    read_ids,
    read_items,
    read_sentence,
    read_span,
    try_each,
)
from app.law.reading.vocabulary import read_fact
from app.law.reading.yaml_source import Item

_OPTIONAL = (
    "provision",
    "enacted",
    "answers",
    "effect",
    *EFFECTS,
    "may",
    "reading",
    "supersedes",
    "unread",
    "parameters",
    "when",
    "when_any",
    "concludes",
    "informs",
    "curable_through",
    "caution",
    "next_steps",
    "deadlines",
    "introduces",
)
_OF_A_PROVISION = ("question", "on", "unless_failed", "if_failed", "path")
"""What a next step of a provision may hold."""


def next_step_reader(
    default: str, keys: tuple[str, ...] = _OF_A_PROVISION
) -> Callable[[Item], NextStep]:
    """What reads a next step with some of these optional keys, told on *default* unless it says
    otherwise.
    """

    def read(item: Item) -> NextStep:
        if not item.is_mapping:
            return NextStep(read_sentence(item), None, default, place=item.place)
        fields = item.known_fields(("says",), keys)
        on = (
            optional(
                fields, "on", lambda i: i.one_of(("applies", "does_not_apply", "undetermined"))
            )
            or default
        )
        return NextStep(
            read_sentence(fields["says"]),
            optional(fields, "question", Item.text),
            on,
            optional(fields, "unless_failed", Item.texts) or (),
            optional(fields, "path", Item.text),
            optional(fields, "if_failed", Item.texts) or (),
            item.place,
        )

    return read


def _dated_value(item: Item, cite: Cite) -> DatedValue:
    fields = item.known_fields(("from", "value"), ("enacted", *_OF_A_VALUE))
    value = fields["value"].scalar()
    if isinstance(value, bool) or not isinstance(value, int | Decimal | date):
        raise fields["value"].refuse("must be a number or a day")
    enacted = optional(fields, "enacted", Item.day)
    return DatedValue(fields["from"].day(), value, enacted, *_of_a_value(fields, cite))


_OF_A_VALUE = ("citation", "evidence", "note")


def _of_a_value(
    fields: Mapping[str, Item], cite: Cite
) -> tuple[Citation | None, Evidence | None, str | None]:
    return (
        optional(fields, "citation", cite),
        optional(fields, "evidence", read_evidence),
        optional(fields, "note", Item.text),
    )


def _parameters(fields: Mapping[str, Item], starts: date, cite: Cite) -> dict[str, Parameter]:
    return read_each(fields, "parameters", lambda name, i: _parameter(name, i, starts, cite))


def _parameter(name: str, item: Item, starts: date, cite: Cite) -> Parameter:
    """A number of the law: `63 days`, which holds from the provision's first day; or with dates."""
    if not item.is_mapping:
        return _single(name, item, item, DatedValue(starts, 0))
    if "values" not in item.fields(silently=True):
        fields = item.known_fields(("value",), ("set_by", *_OF_A_VALUE))
        dated = DatedValue(starts, 0, None, *_of_a_value(fields, cite))
        single = _single(name, item, fields["value"], dated)
        return replace(single, set_by=optional(fields, "set_by", _read_set_by))
    fields = item.known_fields(("unit", "values"), ("set_by",))
    values = tuple(
        sorted((_dated_value(v, cite) for v in fields["values"].items()), key=lambda v: v.starts)
    )
    if not values:
        fields["values"].refuse("a parameter needs a value")
    days = [value.starts for value in values]
    if len(set(days)) != len(days):
        fields["values"].refuse(f"the parameter {name} has two values from the same day")
    set_by = optional(fields, "set_by", _read_set_by)
    return Parameter(name, fields["unit"].text(), values, set_by)


def _read_set_by(item: Item) -> SetBy:
    return item.one_of(SET_BY)


def _single(name: str, item: Item, written: Item, dated: DatedValue) -> Parameter:
    """A parameter with one value, written as a number with its unit, or as a day."""
    scalar = written.scalar()
    if isinstance(scalar, date):
        return Parameter(name, "day", (replace(dated, value=scalar),))
    number, _, unit = scalar.partition(" ") if isinstance(scalar, str) else ("", "", "")
    value = item.plain(number)
    if not unit or isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise written.refuse("must be a number with its unit, such as 63 days, or a day")
    return Parameter(name, unit.strip(), (replace(dated, value=value),))


def _fields_of_provision(item: Item, id: str, cite: Cite) -> Mapping[str, Item]:
    """What a provision file holds; complains of what is misspelled, missing or of another form."""
    fields = item.known_fields(("title", "citation", "evidence", "gist", "in_force"), _OPTIONAL)
    try_each(
        fields,
        {
            **common(),
            "citation": lambda i: read_dated(i, read_span(fields["in_force"]), cite),
            "evidence": lambda i: read_dated(i, read_span(fields["in_force"]), read_evidence),
            "gist": Item.text,
            "reading": Item.text,
            **dict.fromkeys(("answers", *EFFECTS), Item.text),
            "unread": Item.text,
            "caution": Item.text,
        },
    )
    if optional(fields, "provision", Item.text) not in (None, id):
        fields["provision"].refuse(f"the provision's id must be its path, {id}")
    return fields


def read_provision(item: Item, id: str, text: str, sayings: Sayings, cite: Cite) -> Provision:
    """One provision file; *sayings* has what facts and questions say of the tests of
    conditions, *cite* knows the instruments of sources.yaml.
    """
    fields = _fields_of_provision(item, id, cite)
    effect, question = _effect(item, fields)
    step_on = "does_not_apply" if effect == "grants" else "applies"
    concluded = read_each(fields, "concludes", lambda _, i: read_concluded(i, cite))
    informs = read_each(fields, "informs", lambda _, i: read_conclusion(i))
    known = {**informs, **{name: conclusion for name, (conclusion, _) in concluded.items()}}
    deadlines = fields["deadlines"].items() if "deadlines" in fields else ()
    in_force = read_span(fields["in_force"])
    gist, marks = read_gist(fields["gist"])
    return Provision(
        id=id,
        title=fields["title"].text(),
        citation=read_dated(fields["citation"], in_force, cite),
        evidence=read_dated(fields["evidence"], in_force, read_evidence),
        gist=gist,
        enacted=optional(fields, "enacted", Item.day) or in_force.first,
        in_force=in_force,
        answers=question,
        effect=effect,
        paths=read_paths(item, fields, marks, sayings),
        may=optional(fields, "may", _read_may),  # type: ignore[arg-type]
        reading=optional(fields, "reading", Item.text),
        supersedes=optional(fields, "supersedes", read_ids) or (),
        text_missing=optional(fields, "unread", Item.text),
        parameters=_parameters(fields, in_force.first, cite),
        concludes={name: conclusion for name, (conclusion, _) in concluded.items()},
        sources={name: source for name, (_, source) in concluded.items() if source is not None},
        informs=informs,
        curable_through=optional(fields, "curable_through", lambda i: _own_day(i, known)),
        caution=optional(fields, "caution", read_sentence),
        next_steps=read_items(fields, "next_steps", next_step_reader(step_on)),
        deadlines=tuple(_deadline(each, known) for each in deadlines),
        introduces=read_each(fields, "introduces", lambda name, i: read_fact(name, i, cite)),
        places=item.places,
        text=text,
    )


def _effect(item: Item, fields: Mapping[str, Item]) -> tuple[Effect, str]:
    """What a provision does, and for which question: `bars: <question>`, or as older texts say it,
    under `effect` and `answers`.
    """
    written = [effect for effect in EFFECTS if effect in fields]
    effect: Effect
    if len(written) == 1 and not {"answers", "effect"} & set(fields):
        effect, question = written[0], fields[written[0]].text()
    elif written or not {"answers", "effect"} <= set(fields):
        raise item.refuse(f"a provision has one of {', '.join(EFFECTS)}, with its question")
    else:
        effect = cast(Effect, fields["effect"].one_of(EFFECTS))
        question = fields["answers"].text()
    if effect == "cautions" and "caution" not in fields:
        item.refuse("a provision that cautions needs its caution")
    if (effect == "refers") != ("may" in fields):
        item.refuse("a provision that refers, and no other, says which way a person `may` decide")
    return effect, question


def _own_day(item: Item, known: Mapping[str, Conclusion]) -> Computation:
    """A function that gives a day, written out or named among the conclusions of the provision
    (*known*).
    """
    written = read_conclusion(item)
    if isinstance(written, str):
        if written not in known:
            raise item.refuse(f"{written} is no conclusion of this provision")
        written = known[written]
    if not isinstance(written, Computation):
        raise item.refuse("must be a function of facts that gives a day")
    return written


def _deadline(item: Item, known: Mapping[str, Conclusion]) -> Deadline:
    """A deadline of a provision whose conclusions are *known*."""
    fields = item.known_fields(("on", "do", "by"), ("why",))
    by = cast(Actor, fields["by"].one_of(tuple(a for a in ACTORS if a != "nobody")))
    on = _own_day(fields["on"], known)
    return Deadline(
        on, read_sentence(fields["do"]), by, optional(fields, "why", read_sentence), item.place
    )


def _read_may(item: Item) -> str:
    return item.one_of(("grant", "bar", "either"))
