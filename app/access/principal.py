"""Who asks: a person who signed in, a machine with a credential, the command line, or anybody."""

from dataclasses import dataclass

from app.records.visibility import NOTHING, Reach


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated caller with permissions.

    *actor* is the name in records and in the audit trail: `account:<id>`, `key:<id>`,
    `client:<id>`, `command:<user>` or `anybody`; never a person's own name. *organization* owns the
    caller's determinations; *reach* limits which stored ones the caller sees.
    """

    actor: str
    role: str
    permissions: frozenset[str]
    organization: str | None = None
    reach: Reach = NOTHING
    is_machine: bool = False

    def may(self, permission: str) -> bool:
        """Whether this permission was granted; `public` needs none."""
        return permission == PUBLIC or permission in self.permissions


PUBLIC = "public"
"""The permission of public routes: the law, the documentation, the health of the service."""
ANYBODY = Principal("anybody", "anybody", frozenset())
