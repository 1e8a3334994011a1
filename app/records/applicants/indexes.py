"""What applicants are found by: keyed digests of folded names, with and without birth date."""

from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, false, func, or_, select

from app.records.applicants.applicant_tables import applicants, former_names, name_parts
from app.records.applicants.encryption import KeyRing, normalized
from app.records.applicants.folding import folded, parts_of, words_of
from app.records.applicants.person import Person

ALONE, WITH_BIRTH = "name_index", "name_and_birth_index"
PART, PART_WITH_BIRTH = "part", "part_and_birth"
WORDS_AT_MOST = 12
"""By more words than these no part of a name is found; the whole name still is."""


def row_indexes(ring: KeyRing, name: str, born_on: date) -> dict[str, str]:
    """The index columns of a name and a birth date."""
    return {ALONE: _index(ring, name), WITH_BIRTH: _index(ring, name, born_on)}


def matching(ring: KeyRing, name: str, born_on: date | None) -> ColumnElement[bool]:
    """The condition that an applicant has a name, or had it, and a birth date where one is named.

    Rows of before names were folded still have the older index, until `flask applicants
    rotate-keys` makes it anew. They are found by the name as it was compared then.
    """
    column = ALONE if born_on is None else WITH_BIRTH
    index = _index(ring, name, born_on)
    had = select(former_names.c.applicant).where(former_names.c[column] == index)
    return or_(
        applicants.c[column].in_([index, _older_index(ring, name, born_on)]),
        applicants.c.id.in_(had),
    )


def part_indexes(ring: KeyRing, person: Person) -> list[dict[str, str]]:
    """The index columns of each part of a person's names, sorted: so their order tells nothing."""
    names = (person.name, *(former.name for former in person.former_names))
    parts = {part for name in names for part in parts_of(name)}
    found = [
        {
            PART: _part_index(ring, part),
            PART_WITH_BIRTH: _part_index(ring, part, person.born_on),
        }
        for part in parts
    ]
    return sorted(found, key=lambda row: row[PART])


def matching_in_part(ring: KeyRing, sought: str, born_on: date | None) -> ColumnElement[bool]:
    """The condition that names of an applicant have each word that is sought, and the birth date is
    this one where one is named.
    """
    words = words_of(sought)
    if not 0 < len(words) <= WORDS_AT_MOST:
        return false()
    column = name_parts.c[PART if born_on is None else PART_WITH_BIRTH]
    return and_(
        *(
            applicants.c.id.in_(
                select(name_parts.c.applicant).where(column == _part_index(ring, word, born_on))
            )
            for word in sorted(words)
        )
    )


def duplicates_of(
    connection: Connection, ring: KeyRing, person: Person, organization: str
) -> list[str]:
    """The references of an organization's applicants with the name and birth date of a person, who
    is among them.

    On a server it waits for the other one who stores the same person at the same moment.
    """
    if connection.dialect.name != "sqlite":
        lock = int(_index(ring, person.name, person.born_on)[:15], 16)
        connection.execute(select(func.pg_advisory_xact_lock(lock)))
    chosen = select(applicants.c.subject).where(
        matching(ring, person.name, person.born_on), applicants.c.organization == organization
    )
    return list(connection.execute(chosen.order_by(applicants.c.id)).scalars())


def _index(ring: KeyRing, name: str, born_on: date | None = None) -> str:
    if born_on is None:
        return ring.index("applicants.folded-name", folded(name))
    return ring.index("applicants.folded-name+born_on", folded(name), born_on.isoformat())


def _part_index(ring: KeyRing, part: str, born_on: date | None = None) -> str:
    if born_on is None:
        return ring.index("applicants.name-part", part)
    return ring.index("applicants.name-part+born_on", part, born_on.isoformat())


def _older_index(ring: KeyRing, name: str, born_on: date | None) -> str:
    if born_on is None:
        return ring.index("applicants.name", normalized(name))
    return ring.index("applicants.name+born_on", normalized(name), born_on.isoformat())
