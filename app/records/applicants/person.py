"""What is known of somebody in person; never shown by being printed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

import orjson

from app.records.applicants.folding import folded, parts_of, words_of


@dataclass(frozen=True, slots=True)
class FormerName:
    """A name that somebody had until a day."""

    name: str = field(repr=False)
    until: date


@dataclass(frozen=True, slots=True)
class Representative:
    """Who acts for somebody, and by what authority."""

    name: str = field(repr=False)
    authority: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """Name and birth date, and what letters need: the lines of a postal address, a language (a tag
    such as `es`), whether in large print, and who acts for the person. Former names, the newest
    first.
    """

    name: str = field(repr=False)
    born_on: date = field(repr=False)
    address: tuple[str, ...] = field(default=(), repr=False)
    language: str | None = None
    large_print: bool = False
    representative: Representative | None = field(default=None, repr=False)
    former_names: tuple[FormerName, ...] = field(default=(), repr=False)

    def renamed(self, name: str, on: date, keeps_former: bool = True) -> "Person":
        """The person under another name from a day on. The name until then stays known, unless it
        is the same but for what `folded` leaves out.
        """
        known = self.former_names
        if keeps_former and folded(self.name) != folded(name):
            known = (FormerName(self.name, on), *known)
        seen = {folded(name)}
        former = []
        for each in known:
            if folded(each.name) not in seen:
                seen.add(folded(each.name))
                former.append(each)
        return replace(self, name=name, former_names=tuple(former))

    def has_name(self, name: str) -> bool:
        """Whether this is the present name or a part of it, and not only of a former one."""
        return folded(self.name) == folded(name) or words_of(name) <= parts_of(self.name)


def details_text(person: Person) -> str | None:
    """All but name and birth date as text; none where nothing else is known."""
    known = {
        name: value
        for name, value in asdict(person).items()
        if name not in ("name", "born_on") and value
    }
    return orjson.dumps(known).decode() if known else None


def details_of(text: str | None) -> Mapping[str, Any]:
    """The members of a person that a text keeps.

    Raises:
        ValueError: it is none that `details_text` made.
    """
    if text is None:
        return {}
    known: dict[str, Any] = orjson.loads(text)
    representative = known.get("representative")
    return {
        **known,
        "address": tuple(known.get("address", ())),
        "representative": None if representative is None else Representative(**representative),
        "former_names": tuple(
            FormerName(each["name"], date.fromisoformat(each["until"]))
            for each in known.get("former_names", ())
        ),
    }
