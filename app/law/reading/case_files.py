"""The cases of a provision, in a file under `tests/cases/` with its path: YAML → objects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from app.law.errors import Fault, Places
from app.law.facts import Value
from app.law.reading.parts import optional
from app.law.reading.yaml_source import Faults, Item, read_source

OUTSIDE = ("not_in_force", "not_encoded")
"""The statuses expected of a day on which a provision does not govern."""
_STATUSES = ("applies", "does_not_apply", "undetermined", *OUTSIDE)
_CONDITION = ("met", "not_met", "unknown")


@dataclass(frozen=True)
class WrittenCase:
    """A case as it is written: facts and conclusions by name, as a caller would send them."""

    provision: str
    name: str
    as_of: date
    edition: str | None
    given: Mapping[str, object]
    status: str
    conditions: Mapping[str, str]
    """What is expected of conditions, by id."""
    concludes: Mapping[str, object]
    decided_on: date
    """The day of deciding: the day asked about, where none is written."""
    places: Places = field(default=Places(), compare=False)


@dataclass(frozen=True)
class CaseFile:
    """The cases of one provision; *out_of_reach* has, by condition, the turns that no value of the
    facts can cross, as they are written.
    """

    provision: str
    cases: tuple[WrittenCase, ...]
    out_of_reach: Mapping[str, tuple[str, ...]]


def case_file_of(provision: str, folder: Path) -> Path:
    """Where the cases of a provision are; *folder* mirrors the rulesets."""
    return folder / f"{provision}.yaml"


def read_case_file(provision: str, folder: Path, shown: str) -> tuple[CaseFile, list[Fault]]:
    """The cases of a provision, and what is wrong with how they are written; complaints call the
    folder *shown*. A case that cannot be read is left out.
    """
    path, faults = case_file_of(provision, folder), Faults()
    name = f"{shown}/{provision}.yaml"
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    read = faults.tolerate(lambda: _read(provision, read_source(text, name, faults)))
    return read or CaseFile(provision, (), {}), sorted(set(faults.noted))


def _read(provision: str, item: Item) -> CaseFile:
    fields = item.known_fields(("provision", "cases"), ("out_of_reach",))
    if fields["provision"].text() != provision:
        fields["provision"].refuse(f"the cases of {provision} must name it")
    cases = [
        item.faults.tolerate(lambda each=each: _case(provision, each))  # type: ignore[misc]
        for each in fields["cases"].items()
    ]
    turns = fields["out_of_reach"].fields() if "out_of_reach" in fields else {}
    return CaseFile(
        provision,
        tuple(case for case in cases if case is not None),
        {name: tuple(str(i.scalar()) for i in written.items()) for name, written in turns.items()},
    )


def _case(provision: str, item: Item) -> WrittenCase:
    fields = item.known_fields(
        ("name", "as_of", "given", "expect"), ("edition", "concludes", "decided_on")
    )
    expect = fields["expect"].fields()
    if "status" not in expect:
        raise fields["expect"].refuse("the key status is missing")
    status = expect.pop("status").one_of(_STATUSES)
    return WrittenCase(
        provision,
        fields["name"].text(),
        fields["as_of"].day(),
        optional(fields, "edition", Item.text),
        _values(fields["given"]),
        status,
        {name: found.one_of(_CONDITION) for name, found in expect.items()},
        optional(fields, "concludes", _values) or {},
        optional(fields, "decided_on", Item.day) or fields["as_of"].day(),
        item.places,
    )


def _values(item: Item) -> dict[str, object]:
    return {name: _as_sent(value) for name, value in item.fields().items()}


def _as_sent(item: Item) -> object:
    """A value as a caller would send it in JSON: days and decimals as text."""
    if item.is_list:
        return [_as_sent(member) for member in item.items()]
    if item.is_mapping:
        return _values(item)
    value: Value | None = item.scalar()
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)
