"""Roles from `roles.yaml`: their permissions, and the stored determinations that they see."""

import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

from app.access.principal import PUBLIC, Principal
from app.law.errors import Fault
from app.law.reading.yaml_source import Faults, Item, Unreadable, read_source
from app.records.visibility import EVERYTHING, NOTHING, Reach

ROLES = Path(__file__).with_name("roles.yaml")
SIGHTS = ("own", "everything", "nothing")
ORGANIZATION = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
"""What the name of an organization looks like; it is compared letter by letter."""
_ROLE_NAME = re.compile(r"[a-z][a-z_]{0,39}")
_PERMISSION_NAME = re.compile(r"[a-z]+(\.[a-z]+)?")


class UnsoundRoles(Exception):
    """The roles cannot be used; `faults` holds every complaint, in the order of their lines."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class UnknownRole(Exception):
    """There is no role of that name."""


ORGANIZATION_NEEDED = (
    "This role sees the determinations of its organization. Name the organization."
)
"""The error when a credential or an account with such a role lacks an organization."""


class OrganizationNeeded(Exception):
    """The role sees the determinations of its organization, so it needs one."""


@dataclass(frozen=True, slots=True)
class Role:
    """The permissions of a role and the determinations that it sees. *topics* are first parts of
    question ids; the role sees their determinations of all organizations.
    """

    name: str
    title: str
    permissions: frozenset[str]
    sees: Literal["own", "everything", "nothing"]
    topics: frozenset[str] = frozenset()
    is_person: bool = True


@dataclass(frozen=True)
class Roles:
    """All roles by name, every permission with what it allows, and the questions that roles see by
    topic.
    """

    roles: Mapping[str, Role]
    permissions: Mapping[str, str]
    questions: frozenset[str]

    def __getitem__(self, name: str) -> Role:
        """A role.

        Raises:
            UnknownRole: there is none of that name.
        """
        try:
            return self.roles[name]
        except KeyError:
            raise UnknownRole(name) from None

    def reach(self, name: str, organization: str | None) -> Reach:
        """The stored determinations that a role of an organization sees.

        Raises:
            UnknownRole: there is no such role.
            OrganizationNeeded: the role sees what its organization made, and none is given.
        """
        role = self[name]
        if role.sees == "everything":
            return EVERYTHING
        if role.sees == "nothing":
            return NOTHING
        if organization is None:
            raise OrganizationNeeded(name)
        return Reach(
            organization=organization,
            questions=frozenset(q for q in self.questions if _topic(q) in role.topics),
        )

    def principal(
        self,
        actor: str,
        name: str,
        organization: str | None,
        only: Collection[str] | None = None,
        is_machine: bool | None = None,
    ) -> Principal:
        """Somebody of a role, with *only* those of its permissions where they are limited.

        Raises:
            UnknownRole, OrganizationNeeded: as for `reach`.
        """
        role = self[name]
        permissions = role.permissions if only is None else role.permissions & frozenset(only)
        return Principal(
            actor,
            name,
            permissions,
            organization,
            self.reach(name, organization),
            not role.is_person if is_machine is None else is_machine,
        )


def _topic(question: str) -> str:
    return question.partition(".")[0]


def read_roles(questions: Iterable[str] | None, path: Path = ROLES) -> Roles:
    """The roles of a file, for a law with these questions. Without questions it does not check
    topics, and no role sees by topic.

    Raises:
        UnsoundRoles: the file cannot be used.
    """
    faults, asked = Faults(), None if questions is None else frozenset(questions)
    roles = faults.tolerate(
        lambda: _read(read_source(path.read_text(encoding="utf-8"), path.name, faults), asked)
    )
    if faults.noted or roles is None:
        raise UnsoundRoles(faults.noted)
    return roles


@cache
def shipped_roles() -> Roles:
    """The roles of `roles.yaml`, read once.

    Raises:
        UnsoundRoles: the file cannot be used.
    """
    return read_roles(None)


def _read(item: Item, questions: frozenset[str] | None) -> Roles:
    fields = item.known_fields(("permissions", "roles"))
    permissions = {}
    for name, sentence in fields["permissions"].fields().items():
        if not _PERMISSION_NAME.fullmatch(name):
            sentence.faults.note(
                sentence.place,
                f"invalid permission name {name}; expected one like determinations.read",
            )
        permissions[name] = item.faults.tolerate(sentence.text) or ""
    if PUBLIC not in permissions:
        fields["permissions"].faults.note(
            fields["permissions"].place, f"the permission {PUBLIC} is missing"
        )
    topics = None if questions is None else frozenset(_topic(question) for question in questions)
    roles = {}
    for name, written in fields["roles"].fields().items():
        with suppress(Unreadable):
            roles[name] = _role(name, written, permissions, topics)
    return Roles(roles, permissions, questions or frozenset())


def _role(
    name: str, item: Item, permissions: Mapping[str, str], topics: frozenset[str] | None
) -> Role:
    if not _ROLE_NAME.fullmatch(name):
        item.faults.note(
            item.place, f"invalid role name {name}; expected one like eligibility_worker"
        )
    fields = item.known_fields(("title", "sees", "may"), ("and_topics", "person"))
    may = _each(fields["may"], permissions, "there is no permission")
    if PUBLIC in may:
        fields["may"].faults.note(
            fields["may"].place, f"everybody has {PUBLIC}; remove it from the role"
        )
    sees = fields["sees"].one_of(SIGHTS)
    seen = (
        _each(fields["and_topics"], topics, "no question has the topic")
        if "and_topics" in fields
        else frozenset()
    )
    if seen and sees != "own":
        fields["and_topics"].faults.note(fields["and_topics"].place, "and_topics needs `sees: own`")
    return Role(
        name,
        fields["title"].text(),
        may,
        cast(Literal["own", "everything", "nothing"], sees),
        seen,
        fields["person"].flag() if "person" in fields else True,
    )


def _each(item: Item, known: Collection[str] | None, complaint: str) -> frozenset[str]:
    """The texts of a list, each known, where it is known what there is, and written once."""
    found: set[str] = set()
    for element in item.items():
        try:
            text = element.text()
        except Unreadable:
            continue
        if known is not None and text not in known:
            element.faults.note(element.place, f"{complaint} {text}")
        elif text in found:
            element.faults.note(element.place, f"duplicate {text}")
        found.add(text)
    return frozenset(found)
