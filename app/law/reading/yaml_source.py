"""YAML 1.2 read strictly, with line numbers: every value knows where it was written, and every
complaint says so.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
)
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from app.law.errors import Fault, Place, Places

_INTEGER = re.compile(r"-?(0|[1-9]\d*)")
_DECIMAL = re.compile(r"-?(0|[1-9]\d*)\.\d+")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
DEEPEST = 32
"""Levels; the law has a handful, and where its keys stand is found by a call for each."""
T = TypeVar("T")
Scalar = bool | int | Decimal | date | str | None


class Unreadable(Exception):
    """Something could not be read; the complaint has been noted already."""


class Faults:
    """The complaints noted so far."""

    def __init__(self) -> None:
        self.noted: list[Fault] = []

    def note(self, place: Place, sentence: str) -> None:
        """Note a complaint and go on."""
        self.noted.append(Fault(place, sentence))

    def tolerate(self, read: Callable[[], T]) -> T | None:
        """What *read* returns, or nothing where it was unreadable, so that the rest is still looked
        at.
        """
        try:
            return read()
        except Unreadable:
            return None


class Item:
    """One value in a YAML file.

    Reading it as something it is not notes a complaint and raises `Unreadable`.
    """

    def __init__(self, node: Node, file: str, faults: Faults, key: Node | None = None) -> None:
        self._node, self._file, self.faults, self._key = node, file, faults, key

    @property
    def place(self) -> Place:
        """Where the value is written: at its key, or where it has none, where it starts."""
        return Place(self._file, (self._key or self._node).start_mark.line + 1)

    @property
    def places(self) -> Places:
        """Where this mapping is written, and its keys, and those of the mappings in it."""
        return Places(self.place, dict(self._key_places()))

    def _key_places(self) -> Iterator[tuple[str, Place]]:
        if isinstance(self._node, MappingNode):
            for name, item in self.fields(silently=True).items():
                yield name, item.place
                yield from ((f"{name}/{inner}", place) for inner, place in item._key_places())

    def refuse(self, sentence: str) -> Unreadable:
        """Note a complaint about this value; raises `Unreadable`."""
        self.faults.note(self.place, sentence)
        raise Unreadable

    @property
    def is_list(self) -> bool:
        """Whether the value is a list."""
        return isinstance(self._node, SequenceNode)

    @property
    def is_mapping(self) -> bool:
        """Whether the value is a mapping."""
        return isinstance(self._node, MappingNode)

    def scalar(self) -> Scalar:
        """A plain value: true or false, a whole number, an exact decimal, a day, text,
        or nothing.
        """
        if not isinstance(self._node, ScalarNode):
            raise self.refuse("must be a single value")
        text = str(self._node.value)
        return text if self._node.style is not None else self.plain(text)

    def plain(self, text: str) -> Scalar:
        """What a text stands for that is not quoted, as a value or in a list of one line;
        complaints name this place.
        """
        if text in ("true", "false"):
            return text == "true"
        if text in ("", "~", "null"):
            return None
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return Decimal(text)
        if _DAY.fullmatch(text):
            return self._day(text)
        return text

    def _day(self, text: str) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise self.refuse(f"there is no day {text}") from None

    def text(self) -> str:
        """Text that is not empty."""
        value = self.scalar()
        if not isinstance(value, str) or not value.strip():
            raise self.refuse("must be text")
        return " ".join(value.split())

    def day(self) -> date:
        """A day written as YYYY-MM-DD."""
        value = self.scalar()
        if not isinstance(value, date):
            raise self.refuse("must be a day as YYYY-MM-DD")
        return value

    def integer(self) -> int:
        """A whole number."""
        value = self.scalar()
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.refuse("must be a whole number")
        return value

    def flag(self) -> bool:
        """True or false."""
        value = self.scalar()
        if not isinstance(value, bool):
            raise self.refuse("must be true or false")
        return value

    def one_of(self, choices: tuple[str, ...]) -> str:
        """One of a few words."""
        value = self.scalar()
        if not isinstance(value, str) or value not in choices:
            raise self.refuse(f"must be one of {', '.join(choices)}")
        return value

    def items(self) -> list["Item"]:
        """The elements of a list."""
        if not isinstance(self._node, SequenceNode):
            raise self.refuse("must be a list")
        return [Item(node, self._file, self.faults) for node in self._node.value]

    def texts(self) -> tuple[str, ...]:
        """One text, or a list of texts."""
        return tuple(item.text() for item in self.items()) if self.is_list else (self.text(),)

    def fields(self, silently: bool = False) -> dict[str, "Item"]:
        """The values of a mapping by key.

        A key written twice is a complaint, unless *silently* another reading has made it.
        """
        if not isinstance(self._node, MappingNode):
            raise self.refuse("must be a mapping of keys to values")
        fields: dict[str, Item] = {}
        for key, value in self._pairs(self._node):
            name = str(key.value)
            if name in fields:
                if not silently:
                    self.faults.note(
                        Place(self._file, key.start_mark.line + 1),
                        f"the key {name} is written twice",
                    )
                continue
            fields[name] = Item(value, self._file, self.faults, key)
        return fields

    def _pairs(self, node: MappingNode) -> Iterator[tuple[ScalarNode, Node]]:
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                raise Item(key, self._file, self.faults).refuse("keys must be plain words")
            yield key, value

    def known_fields(
        self, required: tuple[str, ...], optional: tuple[str, ...] = ()
    ) -> dict[str, "Item"]:
        """The values of a mapping, complaining of unknown keys and of keys that are
        missing.
        """
        fields = self.fields()
        for name, item in list(fields.items()):
            if name not in required and name not in optional:
                item.faults.note(
                    item.place,
                    f"nobody knows the key {name}; known are {', '.join(required + optional)}",
                )
                del fields[name]
        missing = [name for name in required if name not in fields]
        if missing:
            raise self.refuse(
                f"the key {missing[0]} is missing"
                if len(missing) == 1
                else f"the keys {', '.join(missing)} are missing"
            )
        return fields


def _refuse_references(event: Event, place: Place, faults: Faults) -> None:
    """Note an anchor, an alias and a tag, on a value or on a key."""
    if getattr(event, "anchor", None) is not None:
        faults.note(place, "anchors and aliases are not allowed")
    if getattr(event, "tag", None) is not None:
        faults.note(place, "tags are not allowed")


def _compose(text: str, file: str, faults: Faults) -> Node | None:
    """The value that a text holds, put together while it is parsed, once and without recursion.

    Stops where mappings and lists are nested without end.

    Raises:
        MarkedYAMLError: the text is no YAML, or more than one document.
    """
    opened: list[CollectionStartEvent] = []
    written: list[list[Node]] = [[]]  # the documents, and what stands in each that is opened
    anchored: dict[str, Node] = {}
    for event in YAML(typ="safe", pure=True).parse(text):
        place = Place(file, event.start_mark.line + 1)
        _refuse_references(event, place, faults)
        if isinstance(event, CollectionStartEvent):
            if len(opened) == DEEPEST:
                faults.note(
                    place, f"mappings and lists may be nested {DEEPEST} levels deep, not deeper"
                )
                raise Unreadable
            opened.append(event)
            written.append([])
        elif isinstance(event, ScalarEvent | CollectionEndEvent):
            start = event if isinstance(event, ScalarEvent) else opened.pop()
            node = _node(start, written)
            written[-1].append(node)
            anchored[start.anchor] = node
        elif isinstance(event, AliasEvent):
            if event.anchor not in anchored:
                raise _problem(f"found undefined alias {event.anchor!r}", event)
            written[-1].append(anchored[event.anchor])
        elif isinstance(event, DocumentStartEvent) and written[0]:
            raise _problem("but found another document", event)
    return written[0][0] if written[0] else None


def _node(start: ScalarEvent | CollectionStartEvent, written: list[list[Node]]) -> Node:
    """What starts with an event; of a mapping or a list, what stands in it was written last."""
    marks = (start.start_mark, start.end_mark)
    if isinstance(start, ScalarEvent):
        return ScalarNode(None, start.value, *marks, style=start.style)
    inner = written.pop()
    if isinstance(start, MappingStartEvent):
        return MappingNode(None, list(zip(inner[::2], inner[1::2], strict=True)), *marks)
    return SequenceNode(None, inner, *marks)


def _problem(what: str, event: Event) -> MarkedYAMLError:
    return MarkedYAMLError(problem=what, problem_mark=event.start_mark)


def read_source(text: str | None, file: str, faults: Faults) -> Item:
    """The value that the text of a YAML file holds; *file* is what complaints call it.

    No text is what was not UTF-8.
    """
    if text is None:
        faults.note(Place(file, 1), "the file is not UTF-8 text")
        raise Unreadable
    try:
        node = _compose(text, file, faults)
    except (MarkedYAMLError, YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        faults.note(
            Place(file, mark.line + 1 if mark else 1), f"the YAML cannot be read: {problem}"
        )
        raise Unreadable from None
    if node is None:
        faults.note(Place(file, 1), "the file is empty")
        raise Unreadable
    return Item(node, file, faults)
