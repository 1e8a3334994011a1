"""The conditions of a provision: YAML → objects, with the same complaints."""

import re
from collections.abc import Iterable, Mapping

from app.law.facts import Value
from app.law.parts import read_sentence, try_each
from app.law.provision import CalendarName, Condition, Operand, ParameterName
from app.law.yaml_source import Item

OPERATORS = (
    "is", "is_not", "one_of", "at_least", "at_most", "more_than", "less_than",
    "before", "after", "on_or_before", "on_or_after", "within",
)  # fmt: skip
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


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


def _read_condition(item: Item, marks: Mapping[str, str]) -> Condition:
    """One condition, with exactly one operator; its words are marked in the gist or its own."""
    fields = item.known_fields(("id", "fact", "met", "not_met"), ("words", *OPERATORS))
    try_each(fields, dict.fromkeys(("id", "words", "fact", "met", "not_met"), Item.text))
    if not _ID.fullmatch(fields["id"].text()):
        fields["id"].refuse("a condition's id is lower-case words joined by hyphens")
    operators = [name for name in fields if name in OPERATORS]
    if len(operators) != 1:
        raise item.refuse(f"a condition has exactly one operator; here are {len(operators)}")
    operator = operators[0]
    return Condition(
        id=fields["id"].text(),
        words=_words(fields, marks),
        fact=fields["fact"].text(),
        operator=operator,
        operand=_operand(fields[operator]),
        met=read_sentence(fields["met"]),
        not_met=read_sentence(fields["not_met"]),
        places=item.places,
    )


def _words(fields: Mapping[str, Item], marks: Mapping[str, str]) -> str:
    id = fields["id"].text()
    if "words" not in fields:
        if id not in marks:
            fields["id"].refuse(f"the gist marks no words for the condition {id}")
        return marks[id]
    if id in marks:
        fields["words"].refuse(f"the words of {id} are marked in the gist already")
    return fields["words"].text()


def read_paths(
    item: Item, fields: Mapping[str, Item], marks: Mapping[str, str]
) -> dict[str, tuple[Condition, ...]]:
    """The paths of a provision with their conditions; *marks* has their words by id.

    A complaint is a path without conditions, an id used twice, and a mark without its condition.
    """
    if ("when" in fields) == ("when_any" in fields):
        raise item.refuse("a provision has either `when` or `when_any`")
    written = {"": fields["when"]} if "when" in fields else fields["when_any"].fields()
    paths: dict[str, tuple[Condition, ...]] = {}
    is_whole = True
    for name, path in written.items():
        read = [path.faults.tolerate(lambda c=c: _read_condition(c, marks)) for c in path.items()]  # type: ignore[misc]
        paths[name] = tuple(condition for condition in read if condition is not None)
        is_whole = is_whole and None not in read
        if not read:
            path.faults.note(path.place, "a path needs a condition")
    if not paths:
        raise fields["when_any"].refuse("a provision needs a path")
    _check_ids(
        fields["gist"], [c for path in paths.values() for c in path], marks if is_whole else ()
    )
    return paths


def _check_ids(gist: Item, conditions: list[Condition], marks: Iterable[str]) -> None:
    ids = [condition.id for condition in conditions]
    for condition in conditions:
        if ids.count(condition.id) > 1:
            gist.faults.note(
                condition.places.of("id"), f"the condition id {condition.id} is used twice"
            )
    for id in marks:
        if id not in ids:
            gist.faults.note(gist.place, f"the gist marks words for {id}, which is no condition")
