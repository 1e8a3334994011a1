"""Facts: YAML → objects, with the same complaints as provisions."""

from collections.abc import Mapping
from typing import cast

from app.law.fact_types import FACT_TYPES, LARGEST, PLACES, FactType
from app.law.facts import (
    ACTORS,
    Actor,
    Contradiction,
    FactDefinition,
    Order,
    Presumption,
    Value,
)
from app.law.functions import FUNCTIONS, Function
from app.law.reading.names import NAME
from app.law.reading.operands import OPERATORS, read_test
from app.law.reading.parts import Cite, optional, read_computation, read_sentence, try_each
from app.law.reading.yaml_source import Item
from app.law.relations import ORDERS
from app.law.sentences import Sentence, Told

_KEYS = (
    "type",
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
    "by",
    "if",
    "says",
    "contradicts",
    "follows_from",
    "curable",
    *ORDERS,
)
_PLAIN = {
    "asks": Item.text,
    "describes": Item.text,
    "unit": Item.text,
    "places": Item.integer,
    "follows_from": Item.text,
}


def read_fact(name: str, item: Item, cite: Cite) -> FactDefinition:
    """One entry of the vocabulary."""
    fields = item.known_fields((), _KEYS)
    if not NAME.fullmatch(name):
        item.refuse(f"{name} is not a fact's name: subject.attribute, lower case with underscores")
    try_each(fields, _PLAIN)
    computed = optional(fields, "computed", lambda i: read_computation(i, i.text()))
    function = FUNCTIONS.get(computed.function) if computed else None
    kind = _type(item, fields, function)
    unit = optional(fields, "unit", Item.text) or (function.unit if function else None)
    changes = optional(fields, "changes", lambda i: i.one_of(("act", "once")))
    places = optional(fields, "places", Item.integer)
    minimum, maximum = _bound(fields, "minimum", 0), _bound(fields, "maximum", LARGEST)
    _check_fact(item, name, fields, kind, unit)
    return FactDefinition(
        name=name,
        type=kind.name,
        asks=optional(fields, "asks", Item.text),
        describes=optional(fields, "describes", Item.text),
        unit=unit,
        choices={name: words.text() for name, words in _choices(fields).items()},
        places=PLACES if places is None else places,
        minimum=minimum,
        maximum=maximum,
        presumed=optional(fields, "presumed", lambda i: _presumption(i, cite)),
        computed=computed,
        actionable=changes is not None,
        irreversible=changes == "once",
        by=cast(Actor, optional(fields, "by", lambda i: i.one_of(ACTORS)) or "nobody"),
        clauses=_clauses(fields["if"], kind.name, fields) if "if" in fields else {},
        says=_says(fields, kind.name),
        orders=tuple(_order(name, fields[name]) for name in ORDERS if name in fields),
        contradictions=optional(fields, "contradicts", _contradictions) or (),
        follows_from=optional(fields, "follows_from", Item.text),
        curable=optional(fields, "curable", read_sentence),
        place=item.place,
    )


def _check_fact(
    item: Item, name: str, fields: Mapping[str, Item], kind: FactType, unit: str | None
) -> None:
    """Complain of a fact that lacks what its kind needs, and of bounds that cannot be."""
    if "computed" not in fields and "asks" not in fields:
        item.refuse(f"the fact {name} needs the question that asks for it")
    if "computed" in fields and "describes" not in fields:
        item.refuse(f"the computed fact {name} needs `describes`")
    if kind.needs == "unit" and unit is None:
        item.refuse(f"the fact {name} needs its unit")
    if (kind.needs == "choices") != ("choices" in fields):
        item.refuse("`choices` goes with the type choice, and only with it")
    if "changes" in fields and "by" not in fields:
        item.refuse(f"the fact {name} says who can `change` it: `by`, one of {', '.join(ACTORS)}")
    if _bound(fields, "minimum", 0) > _bound(fields, "maximum", LARGEST):
        item.refuse("the minimum is above the maximum")
    places = optional(fields, "places", Item.integer)
    if places is not None and not 0 <= places <= PLACES:
        fields["places"].refuse(f"places must be between 0 and {PLACES}")


def _type(item: Item, fields: Mapping[str, Item], function: Function | None) -> FactType:
    """The type as it is written, or of a computed fact the one that its function always gives."""
    types = tuple(name for name, each in FACT_TYPES.items() if not each.is_outcome)
    if "type" in fields:
        return FACT_TYPES[fields["type"].one_of(types)]
    if function is None or function.gives not in types:
        raise item.refuse("the key type is missing")
    return FACT_TYPES[function.gives]


def _choices(fields: Mapping[str, Item]) -> dict[str, Item]:
    return fields["choices"].fields() if "choices" in fields else {}


def _clauses(item: Item, type: str, fields: Mapping[str, Item]) -> dict[Value | None, Sentence]:
    """What follows an `if`: one clause for any value, or one for each of some values."""
    if not item.is_mapping:
        return {None: read_sentence(item)}
    values: dict[str, Value] = {"true": True, "false": False} if type == "flag" else {}
    if "choices" in fields:
        values = {name: name for name in fields["choices"].fields()}
    written = item.known_fields((), tuple(values))
    return {values[name]: read_sentence(clause) for name, clause in written.items()}


def _says(fields: Mapping[str, Item], type: str) -> dict[tuple[str, object], Told]:
    """What is said of the tests of a fact: of one with two values a sentence for each, of others
    what `read_told` reads.
    """
    if "says" not in fields:
        return {}
    choices = _choices(fields)
    values = {"true": True, "false": False} if type == "flag" else {name: name for name in choices}
    written = fields["says"].fields()
    if type == "flag" or (len(values) == 2 and set(written) & set(values)):
        first, second = (Told(*pair) for pair in _both(fields["says"], tuple(values)))
        one, other = values.values()
        return {("is", one): first, ("is", other): second}
    return read_told(fields["says"])


def _both(item: Item, values: tuple[str, ...]) -> tuple[tuple[Sentence, Sentence], ...]:
    says = item.known_fields(values)
    one, other = (read_sentence(says[value]) for value in values)
    return (one, other), (other, one)


def read_told(item: Item) -> dict[tuple[str, object], Told]:
    """Sentences by the test of which they are said: `is connector`, or `at_most` for any number.

    A complaint is a test that cannot be read.
    """
    told: dict[tuple[str, object], Told] = {}
    for test, says in item.fields().items():
        operator, operand = (test, None) if test in OPERATORS else read_test(says, test)
        if says.is_mapping:
            both = says.known_fields(("met", "not_met"))
            told[operator, operand] = Told(
                read_sentence(both["met"]), read_sentence(both["not_met"])
            )
        else:
            told[operator, operand] = Told(read_sentence(says), read_sentence(says))
    return told


def _bound(fields: Mapping[str, Item], name: str, default: int) -> int:
    bound = optional(fields, name, Item.integer)
    if bound is None:
        return default
    if abs(bound) > LARGEST * 1000:
        fields[name].refuse("the engine cannot carry so large a number")
    return bound


def _order(operator: str, item: Item) -> Order:
    other = item.scalar()
    if isinstance(other, bool) or not isinstance(other, str | int):
        raise item.refuse("must be the name of a fact, or a whole number")
    return Order(operator, other)


def _contradictions(item: Item) -> tuple[Contradiction, ...]:
    return tuple(_contradiction(each) for each in (item.items() if item.is_list else (item,)))


def _contradiction(item: Item) -> Contradiction:
    fields = item.known_fields(("fact", "values"), ("where", "same_day"))
    return Contradiction(
        fields["fact"].text(),
        _values(fields["values"]),
        optional(fields, "where", _values) or (),
        optional(fields, "same_day", Item.texts) or (),
    )


def _values(item: Item) -> tuple[Value, ...]:
    values = [each.scalar() for each in item.items()]
    return tuple(value for value in values if value is not None)


def _presumption(item: Item, cite: Cite) -> Presumption:
    fields = item.known_fields(("value", "because"), ("citation",))
    value = fields["value"].scalar()
    if value is None:
        raise fields["value"].refuse("must have a value")
    return Presumption(value, fields["because"].text(), optional(fields, "citation", cite))
