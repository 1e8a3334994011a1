"""The conditions of a provision: YAML → objects, with the same complaints."""

import re
from collections.abc import Iterable, Mapping

from app.law.provision import Condition, Operand
from app.law.reading.operands import OPERATORS, read_operand, read_test
from app.law.reading.parts import read_sentence, try_each
from app.law.reading.yaml_source import Item
from app.law.sentences import Sentence, Told

Sayings = Mapping[str, Mapping[tuple[str, object], Told]]
"""Facts and questions by name: what is said of each of their tests."""
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TEST = re.compile(r"(\S+) (.+)")
_OWN = ("words", "met", "not_met", "says")
"""What a condition may say itself; the rest of it is its test."""


def _read_condition(item: Item, marks: Mapping[str, str], sayings: Sayings) -> Condition:
    """One condition: `id: fact operator value`, with or without sentences of its own, or with each
    part under a key. Its words are marked in the gist or its own.
    """
    fields = item.fields()
    if "id" in fields:
        fields, (id, fact, operator, operand) = _long(item)
    else:
        fields, (id, fact, operator, operand) = _short(item, fields)
    try_each(fields, dict.fromkeys(_OWN, Item.text))
    told = _told(item, fields, id, sayings.get(fact), (operator, operand))
    return Condition(
        id=id,
        words=_words(item, fields, id, marks),
        fact=fact,
        operator=operator,
        operand=operand,
        met=told.met,
        not_met=told.not_met,
        places=item.places,
    )


_Parts = tuple[dict[str, Item], tuple[str, str, str, Operand]]


def _long(item: Item) -> _Parts:
    fields = item.known_fields(("id", "fact"), (*_OWN, *OPERATORS))
    try_each(fields, {"id": Item.text, "fact": Item.text})
    id = _id(fields["id"], fields["id"].text())
    operators = [name for name in fields if name in OPERATORS]
    if len(operators) != 1:
        raise item.refuse(f"a condition has exactly one operator; here are {len(operators)}")
    operand = read_operand(fields[operators[0]])
    return fields, (id, fields["fact"].text(), operators[0], operand)


def _short(item: Item, fields: dict[str, Item]) -> _Parts:
    named = [name for name in fields if name not in _OWN]
    if len(named) != 1:
        raise item.refuse(
            "a condition is written `id: fact operator value`, beside it at most "
            f"{', '.join(_OWN)}; here are {', '.join(named) or 'none'}"
        )
    test = fields[named[0]]
    parts = _TEST.fullmatch(test.text())
    if parts is None:
        raise test.refuse("a condition in one line is `id: fact operator value`")
    return fields, (_id(test, named[0]), parts[1], *read_test(test, parts[2]))


def _id(item: Item, id: str) -> str:
    if not _ID.fullmatch(id):
        item.refuse("a condition's id is lower-case words joined by hyphens")
    return id


def _words(item: Item, fields: Mapping[str, Item], id: str, marks: Mapping[str, str]) -> str:
    if "words" not in fields:
        if id not in marks:
            item.refuse(f"the gist marks no words for the condition {id}")
        return marks[id]
    if id in marks:
        fields["words"].refuse(f"the words of {id} are marked in the gist already")
    return fields["words"].text()


def _told(
    item: Item,
    fields: Mapping[str, Item],
    id: str,
    says: Mapping[tuple[str, object], Told] | None,
    test: tuple[str, object],
) -> Told:
    """What a condition says itself, else what its fact says of the test."""
    if "says" in fields:
        if "met" in fields or "not_met" in fields:
            fields["says"].refuse("`says` stands for `met` and `not_met`, not beside them")
        sentence = read_sentence(fields["says"])
        return Told(sentence, sentence)
    own = {name: read_sentence(fields[name]) for name in ("met", "not_met") if name in fields}
    told = _found(says, test) if says is not None else Told(Sentence.parse(""), Sentence.parse(""))
    if told is None and len(own) < 2:
        missing = [name for name in ("met", "not_met") if name not in own]
        raise item.refuse(f"{id} needs {' and '.join(missing)}: its fact says nothing of this test")
    if told is None:
        return Told(own["met"], own["not_met"])
    return Told(own.get("met", told.met), own.get("not_met", told.not_met))


def _found(says: Mapping[tuple[str, object], Told], test: tuple[str, object]) -> Told | None:
    operator, operand = test
    if operator == "is_not" and test not in says and ("is", operand) in says:
        opposite = says["is", operand]
        return Told(opposite.not_met, opposite.met)
    return says.get(test) or says.get((operator, None))


def read_paths(
    item: Item, fields: Mapping[str, Item], marks: Mapping[str, str], sayings: Sayings
) -> dict[str, tuple[Condition, ...]]:
    """The paths of a provision with their conditions; *marks* has their words by id, *sayings* what
    is said of their tests where they do not say it themselves.

    A complaint is a path without conditions, an id used twice, and a mark without its condition.
    """
    if ("when" in fields) == ("when_any" in fields):
        raise item.refuse("a provision has either `when` or `when_any`")
    written = {"": fields["when"]} if "when" in fields else fields["when_any"].fields()
    paths: dict[str, tuple[Condition, ...]] = {}
    is_whole = True
    for name, path in written.items():
        read = [
            path.faults.tolerate(lambda c=c: _read_condition(c, marks, sayings))  # type: ignore[misc]
            for c in path.items()
        ]
        paths[name] = tuple(condition for condition in read if condition is not None)
        is_whole = is_whole and None not in read
        if not read:
            path.faults.note(path.place, "a path needs a condition")
    if not paths:
        raise fields["when_any"].refuse("a provision needs a path")
    conditions = [condition for path in paths.values() for condition in path]
    _check_ids(fields["gist"], conditions, marks if is_whole else ())
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
