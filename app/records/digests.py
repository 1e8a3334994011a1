"""Digests of records and of batches of them. Standard library only: a program that checks a packet
uses these same lines, with the tree that the log has too.

A record's digest covers the name and the text of every column. A batch is closed in a Merkle tree
in the manner of RFC 9162 (leaves and nodes are hashed apart, so that neither can pass for the
other), and each batch's root is chained to the one before.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from app.transparency.tree import Edge, entry_hash, node_hash

Column = str | bytes | int | bool | date | datetime | None
LATER_COLUMNS = {
    ("determination", "made_by"),
    ("applicant", "details"),
    ("account", "disabled_reason"),
    ("session", "second_factor"),
    ("audit", "state_after"),
    ("audit", "granted"),
    ("disposal", "entry"),
    ("verification", "proved"),
    ("disposal", "mark"),
}
"""Columns that tables got after records were sealed: the digest of a record without a value in one
does not cover it, so that digests from before still hold.
"""
EMPTY_CHAIN = "0" * 64
"""What the first seal is chained to."""


def column_text(value: Column) -> str | None:
    """A column's value as the text its digest is made of: instants in UTC to the microsecond, days
    as YYYY-MM-DD, bytes in hex.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.hex() if isinstance(value, bytes) else str(value)


def record_digest(kind: str, columns: Mapping[str, Column]) -> str:
    """The digest of a record: SHA-256 of its kind and of its columns in the order of their names,
    each with its length. Of `LATER_COLUMNS` only those that have a value count.
    """
    hashed = hashlib.sha256()
    for name, value in [("kind", kind), *sorted(columns.items())]:
        text = column_text(value)
        if text is None and (kind, name) in LATER_COLUMNS:
            continue
        content = (
            b"" if text is None else text.encode(errors="surrogateescape")
        )  # so that damaged text has a digest too
        length = "null" if text is None else str(len(content))
        hashed.update(f"{name}:{length}:".encode() + content)
    return hashed.hexdigest()


def leaf_hash(kind: str, object_id: str, digest: str) -> bytes:
    """The leaf of one record in the Merkle tree."""
    return entry_hash(f"{kind}:{object_id}:{digest}".encode(errors="surrogateescape"))


def _levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """The tree from its foot to its root; a last node without a neighbour goes up as it is."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        row = levels[-1]
        pairs = [node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]
        levels.append(pairs + ([row[-1]] if len(row) % 2 else []))
    return levels


def merkle_root(leaves: Sequence[bytes]) -> str:
    """The root over a batch's leaves, in their order.

    Raises:
        ValueError: there are none.
    """
    if not leaves:
        raise ValueError("a batch without records has no root")
    return Edge().extended(leaves).root().hex()


def inclusion_proof(leaves: Sequence[bytes], position: int) -> list[dict[str, str]]:
    """The sibling hashes from a leaf to the root, each with its side."""
    path = []
    for row in _levels(leaves)[:-1]:
        neighbour = position ^ 1
        if neighbour < len(row):
            path.append(
                {"side": "left" if neighbour < position else "right", "hash": row[neighbour].hex()}
            )
        position //= 2
    return path


def inclusion_sides(position: int, count: int) -> list[str]:
    """The sides of the neighbours on the way from a place in a batch to its root.

    No two places share them.
    """
    sides = []
    while count > 1:
        neighbour = position ^ 1
        if neighbour < count:
            sides.append("left" if neighbour < position else "right")
        position, count = position // 2, (count + 1) // 2
    return sides


def root_of_proof(leaf: bytes, path: Iterable[Mapping[str, str]]) -> str:
    """The root that a leaf leads to along its proof."""
    reached = leaf
    for step in path:
        neighbour = bytes.fromhex(step["hash"])
        sides = (neighbour, reached) if step["side"] == "left" else (reached, neighbour)
        reached = node_hash(*sides)
    return reached.hex()


def chain_digest(
    previous: str, number: int, first: int, count: int, sealed_at: datetime, root: str
) -> str:
    """The link of a seal: covers everything about it and the link before."""
    columns: dict[str, Column] = {
        "previous": previous,
        "number": number,
        "first": first,
        "count": count,
        "sealed_at": sealed_at,
        "root": root,
    }
    return record_digest("seal", columns)
