"""What a verification complains about."""

from dataclasses import dataclass

NAMED_AT_MOST = 100
UNPLACED = 2**62
"""The place of what no seal closes: after everything that one does."""


@dataclass(frozen=True, slots=True, order=True)
class Complaint:
    """One damaged record. *sequence* is its place among all sealed records."""

    sequence: int
    kind: str
    object_id: str
    what: str

    def __post_init__(self) -> None:
        """Make damaged names printable."""
        for name in ("kind", "object_id"):
            printable = "".join(
                c if c.isprintable() else "?" for c in getattr(self, name)[:NAMED_AT_MOST]
            )
            object.__setattr__(self, name, printable)

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}: {self.what}"
