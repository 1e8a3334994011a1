"""Forms of pages that send what a schema of `/v1` loads: each field comes again with what was
typed, and with the schema's own sentence where it cannot be taken.
"""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from io import SEEK_END
from types import MappingProxyType
from typing import Any, Literal
from uuid import uuid4

from flask import request
from marshmallow import Schema, ValidationError
from werkzeug.datastructures import FileStorage, MultiDict

from app.api.http.answered.responses import Problem
from app.console.ask.fields import NO_DAY
from app.console.complaints import labelled
from app.waivers.paper_files import FILE_BYTES

DATE_PARTS = (".month", ".day", ".year")
Place = tuple[str, ...]
"""The way to a member of a body."""
ONCE = "once"
"""The input with the one-time key of a form, by which a second click gives the same record."""
VERSION = "version"
"""The input with the version of the record that a form changes."""
LONGEST_KEY = 100
MEGABYTE = 1024 * 1024
CHECKED = "yes"
"""What a box that somebody checked sends."""
Kind = Literal[
    "line",
    "code",
    "number",
    "day",
    "words",
    "lines",
    "date",
    "choice",
    "radio",
    "checks",
    "check",
    "file",
]
"""How a field is filled in. A code is a line without capitals and spelling; a day has one input, a
date three.
"""

AGAIN = "again"
"""The input of a form that comes after a new sign-in: it is shown again, and nothing is done."""
ON_PAGES: Mapping[str, str] = {
    "Is required.": "This is still empty.",
    "Send organization or name.": "Fill in one of the two names of the carrier.",
    "Send determination or received_on.": "Fill in the day on which the denial came.",
    "Must not be after received_on.": "Must not be after the day on which the denial came.",
    "Send papers, sworn or denial_received_on.": "Fill in a paper or one of the days.",
    "Is required with contradicted_by.": "Choose the paper that contradicts it.",
    "Is required with left_open.": "Choose why it is left open.",
    "Needs the kind of its paper in missing.": "Check the paper above too.",
    "Is required with other.": "Say who it was, and what they said.",
}
"""The sentences of schemas that name members, and what a page says instead."""
LIMIT = re.compile(r"\b(?:1 to|at most) (\d+) (?:characters|letters)")
"""Where the sentence of a schema says how long a text may be."""
TOO_LONG = "This has {length:,} characters. At most {most:,} can be stored. Shorten it."
SIGNED_IN_AGAIN = "You are signed in again. Check what you typed, choose files again, and send it."


@dataclass(slots=True)
class Entry:
    """One field of a form: the member of the schema it fills, what stands beside it, and what is
    wrong with it.

    *name* is the member's place, with dots: `sworn.signed_on`, `papers.0.kind`; *place* is it where
    the input has another name. *kind* is how it is filled in; *prefix* keeps the ids of two forms
    apart, and *group* names the fields under one heading. *empty* is what a choice offers before
    its options; nothing where one must be taken.
    """

    name: str
    label: str
    kind: Kind = "line"
    hint: str = ""
    options: Sequence[tuple[str, str]] = ()
    shown: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    prefix: str = ""
    checked: tuple[str, ...] = ()
    group: str = ""
    place: str = ""
    empty: str = "Select"
    optional: bool = False

    @property
    def id(self) -> str:
        """The id of its first input, to which links to errors lead."""
        return f"{self.prefix}-{self.name}".strip("-").replace(".", "-")

    @property
    def keys(self) -> list[str | int]:
        """The way to its member in a body."""
        return [int(part) if part.isdigit() else part for part in self.way]

    @property
    def way(self) -> Place:
        """The same, as complaints name it."""
        return tuple((self.place or self.name).split("."))

    def take(self, sent: MultiDict[str, str], files: MultiDict[str, FileStorage]) -> None:
        """Show what somebody typed. A file cannot be shown again; browsers ask for it anew."""
        if self.kind == "checks":
            self.checked = tuple(sent.getlist(self.name))
        elif self.kind == "file":
            self._take_file(files.get(self.name))
        else:
            parts = DATE_PARTS if self.kind == "date" else ("",)
            self.shown = {part: sent.get(self.name + part, "") for part in parts}

    def _take_file(self, sent: FileStorage | None) -> None:
        """Read a file, where one was chosen: no more of it than shows that it is too large."""
        self._file = None
        if sent is not None and sent.filename:
            self._name = sent.filename.replace("\\", "/").rpartition("/")[2]
            self._size = sent.stream.seek(0, SEEK_END)
            sent.stream.seek(0)
            self._file = sent.stream.read(FILE_BYTES + 1)

    _file: bytes | None = field(default=None, repr=False)
    _name: str = field(default="", repr=False)
    _size: int = field(default=0, repr=False)

    @property
    def is_no_day(self) -> bool:
        """Whether something was typed that is no day of the calendar."""
        try:
            return self.kind == "date" and not date.fromisoformat(str(self.value() or "0001-01-01"))
        except ValueError:
            return True

    def in_its_words(self, sentence: str) -> str:
        """What is wrong with it: of a text that is too long, how long it is and may be; of a file,
        its name and size.
        """
        if self._file is not None:
            size = f"{self._size / MEGABYTE:.1f} MB" if self._size else "0 bytes"
            return f"“{self._name}” ({size}): {sentence}"
        length, limit = len(self.shown.get("", "").strip()), LIMIT.search(sentence)
        if limit is None or length <= int(limit[1]):
            return sentence
        return TOO_LONG.format(length=length, most=int(limit[1]))

    def value(self) -> str | int | list[str] | None:
        """What was typed, as JSON carries it; none where nothing was."""
        if self.kind == "checks":
            return list(self.checked) or None
        if self.kind == "file":
            return None if self._file is None else base64.b64encode(self._file).decode()
        if self.kind == "date":
            return self._day()
        text = self.shown.get("", "").strip()
        if self.kind == "lines":
            return [line.strip() for line in text.splitlines() if line.strip()] or None
        if self.kind == "check":
            return text == CHECKED or None
        if self.kind == "number" and text.isascii() and text.isdecimal():
            return int(text)
        return text or None

    def _day(self) -> str | None:
        month, day, year = (self.shown.get(part, "").strip() for part in DATE_PARTS)
        if not (month or day or year):
            return None
        return f"{year:0>4}-{month:0>2}-{day:0>2}"

    def show(self, value: Any) -> "Entry":
        """The same field with a value as JSON carries it."""
        if value is None:
            return self
        if self.kind == "date":
            year, month, day = str(value).split("-")
            self.shown = {".month": str(int(month)), ".day": str(int(day)), ".year": year}
        elif self.kind == "lines":
            self.shown = {"": "\n".join(value)}
        elif self.kind == "check":
            self.shown = {"": CHECKED if value else ""}
        else:
            self.shown = {"": str(value)}
        return self


@dataclass(slots=True)
class PageForm:
    """A form for a schema, with a one-time key. *refused* stands against the whole of it.

    *version* is that of the record that the form changes, where it shows one; *notice* says who
    changed the record meanwhile.
    """

    schema: Schema
    entries: Sequence[Entry]
    once: str = ""
    refused: str = ""
    version: str = ""
    notice: str = ""

    def __post_init__(self) -> None:
        self.once = self.once or str(uuid4())

    def __getitem__(self, name: str) -> Entry:
        """The field of a name.

        Raises:
            KeyError: the form has none.
        """
        for entry in self.entries:
            if entry.name == name:
                return entry
        raise KeyError(name)

    @property
    def wrong(self) -> list[Entry]:
        """The fields that something is wrong with."""
        return [entry for entry in self.entries if entry.errors]

    def take(self) -> None:
        """Show what the present request sent."""
        self.once = request.form.get(ONCE, "")[:LONGEST_KEY] or self.once
        if self.version:
            self.version = request.form.get(VERSION, "")[:LONGEST_KEY]
        for entry in self.entries:
            entry.take(request.form, request.files)

    @property
    def is_refused(self) -> bool:
        """Whether something stands against it."""
        return bool(self.refused or self.notice or self.wrong)

    @property
    def is_filled_in(self) -> bool:
        """Whether something was typed into it."""
        return any(any(each.shown.values()) or each.checked for each in self.entries)

    def load(self, **known: Any) -> dict[str, Any] | None:
        """What the present request sent, as the schema loads it, together with what is *known*
        already or holds where nothing was typed; none where something is wrong, which then stands
        at its field.
        """
        self.take()
        if AGAIN in request.form:
            self.refused = SIGNED_IN_AGAIN
            return None
        body: dict[str, Any] = deepcopy(known)
        for entry in self.entries:
            if (value := entry.value()) is not None and self.takes(entry):
                _put(body, entry.keys, value)
        try:
            loaded: dict[str, Any] = self.schema.load(body)
        except ValidationError as error:
            self._note(dict(_places(error.messages)))
            return None
        return loaded

    def takes(self, entry: Entry) -> bool:
        """Whether a field counts beside what the others say."""
        return True

    def refuse(
        self, problem: Problem, at: str = "", facts: Mapping[str, str] = MappingProxyType({})
    ) -> int:
        """Show what stands against the form, each complaint at its field, those of no field against
        the whole form; the status to answer. A problem that names no field belongs to the field
        *at*, if any. *facts* names the fields of facts.
        """
        for wrong in problem.errors:
            place = tuple((wrong.pointer or "").strip("/").split("/"))
            if wrong.fact in facts:
                place = self[facts[str(wrong.fact)]].way
            has_field = any(_lead_to_the_same(each.way, place) for each in self.entries)
            self._note({place: [wrong.detail if has_field else labelled(wrong)]})
        if at and not problem.errors:
            self._note({self[at].way: [problem.detail]})
        if not self.wrong and not self.refused:
            self.refused = problem.detail
        return problem.type.status

    def _note(self, places: Mapping[Place, list[str]]) -> None:
        """Put complaints at the fields of their places, each once; one of no field at the first
        field below it, or against the whole form.
        """
        for place, sentences in places.items():
            told = [ON_PAGES.get(sentence, sentence) for sentence in sentences]
            way = tuple(part for part in place if part != "_schema")
            at = [each for each in self.entries if _lead_to_the_same(each.way, way)]
            if at and way:
                said = [NO_DAY] if at[0].is_no_day else [at[0].in_its_words(each) for each in told]
                at[0].errors += [each for each in said if each not in at[0].errors]
            else:
                self.refused = " ".join(filter(None, (self.refused, *told)))


def _lead_to_the_same(one: Place, other: Place) -> bool:
    """Whether one way leads to a member, and the other to it or to one below it."""
    shared = min(len(one), len(other))
    return one[:shared] == other[:shared]


def _put(body: dict[str, Any], keys: Sequence[str | int], value: object) -> None:
    """Put a value at its place in a body, and make what is on the way."""
    at: Any = body
    for key, following in zip(keys, [*keys[1:], None], strict=True):
        if following is None:
            at[key] = value
        elif isinstance(key, int):
            while len(at) <= key:
                at.append({})
            at = at[key]
        else:
            if at.get(key) is None:
                at[key] = [] if isinstance(following, int) else {}
            at = at[key]


def _places(
    messages: Any, way: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """The complaints of marshmallow, each with its place."""
    if isinstance(messages, dict):
        for key, below in messages.items():
            yield from _places(below, (*way, str(key)))
    else:
        yield way, [str(told) for told in messages]
