"""Facts: YAML → objects, with the same complaints as provisions."""

from collections.abc import Mapping

from app.law.fact_types import FACT_TYPES, LARGEST, PLACES
from app.law.facts import FactDefinition, Presumption
from app.law.names import NAME
from app.law.parts import optional, read_citation, read_computation, try_each
from app.law.yaml_source import Item


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
