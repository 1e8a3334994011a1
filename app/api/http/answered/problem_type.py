"""What a type of problem is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One thing that can go wrong.

    The first line of *explains* also serves as detail where nothing more is known.
    """

    name: str
    status: int
    title: str
    explains: str

    @property
    def path(self) -> str:
        """The address of its page, which is also its type."""
        return f"/problems/{self.name}"
