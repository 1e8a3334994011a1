"""Who is a second person: somebody other than the proposer, in an account or with a key that the
proposer did not make and cannot get into.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, Select, select

from app.records.machines.credential_tables import credentials
from app.records.tables import audit_entries

ACCOUNT, MACHINES = "account", ("key", "client")
CREATED = "account.created"
OPENS = (CREATED, "account.password_reset", "account.changed", "account.enabled")
"""What an actor does to an account that gives the actor a way into it, or gives it its role."""
FURTHEST = 50
"""Accounts and keys create each other in chains; none is longer."""
SAME = "You proposed this. Another person must decide it."
MADE = (
    "The person who proposed this made your account or key, or changed it. Somebody else must "
    "approve it."
)
ALIKE = "One account made your key and the key that proposed this. Somebody else must approve it."
GRANTERS = (
    "Your account and that of the person who proposed this are not independent: one made or "
    "changed the other, or one account made both. Somebody else must approve it."
)
UNKNOWN = (
    "The service no longer knows who made your account. Ask an administrator for a new account."
)
NOT_YOURS = "Only the proposer can withdraw this. You can refuse it."


class NotASecondPerson(Exception):
    """Somebody may not decide a proposal; the message says why, and who may."""


def require_another(proposer: str, actor: str, withdraws: bool) -> None:
    """Require that somebody else decides, or that the proposer *withdraws*.

    Raises:
        NotASecondPerson: it is not so.
    """
    if withdraws and actor != proposer:
        raise NotASecondPerson(NOT_YOURS)
    if not withdraws and actor == proposer:
        raise NotASecondPerson(SAME)


def require_second_person(connection: Connection, proposer: str, approver: str) -> None:
    """Require that the approver is a second person.

    The audit trail says who made an account, changed its role or reset its password: it is sealed,
    and so nobody becomes a second person by changing a row.

    Raises:
        NotASecondPerson: the approver is not.
    """
    require_another(proposer, approver, withdraws=False)
    makers = set(_makers(connection, approver))
    if proposer in makers:
        raise NotASecondPerson(MADE)
    if _kind(proposer) in MACHINES:
        proposers = set(_makers(connection, proposer))
        if approver in proposers:
            raise NotASecondPerson(SAME)
        if _kind(approver) in MACHINES and _accounts(makers) & _accounts(proposers):
            raise NotASecondPerson(ALIKE)


def require_independent(connection: Connection, proposer: str, approver: str) -> None:
    """Require a second person for something that gives reach. Nobody may be able to get into both
    accounts: neither made or changed the other, and no account made or changed both.

    Raises:
        NotASecondPerson: somebody may be.
    """
    require_second_person(connection, proposer, approver)
    into = [{actor, *_makers(connection, actor)} for actor in (proposer, approver)]
    if _people(into[0]) & _people(into[1]):
        raise NotASecondPerson(GRANTERS)


def _makers(connection: Connection, actor: str) -> Iterator[str]:
    """Everybody who made an actor or can get into it, and who made those, and so on.

    Raises:
        NotASecondPerson: the actor is an account, and its creation is no longer in the trail.
    """
    waiting, seen = [actor], {actor}
    while waiting and len(seen) < FURTHEST:
        maker_of = waiting.pop()
        for maker in _made(connection, maker_of, must_be_known=maker_of == actor) - seen:
            yield maker
            seen.add(maker)
            waiting.append(maker)


def _made(connection: Connection, actor: str, must_be_known: bool) -> set[str]:
    id = actor.partition(":")[2]
    if _kind(actor) in MACHINES:
        made = select(credentials.c.created_by).where(credentials.c.id == id)
        asked = _entries(id, MACHINES, ("credential.rotate",))
        return set(connection.execute(made).scalars()) | {
            row.actor for row in connection.execute(asked)
        }
    if _kind(actor) != ACCOUNT:
        return set()
    found = connection.execute(_entries(id, (ACCOUNT,), OPENS)).all()
    if must_be_known and not any(row.action == CREATED for row in found):
        raise NotASecondPerson(UNKNOWN)
    return {row.actor for row in found}


def _entries(id: str, kinds: tuple[str, ...], actions: tuple[str, ...]) -> Select[tuple[str, str]]:
    """Who did one of these actions to an account or a credential."""
    entry = audit_entries.c
    return select(entry.action, entry.actor).where(
        entry.kind.in_(kinds),
        entry.object_id == id,
        entry.action.in_(actions),
        entry.outcome == "done",
    )


def _kind(actor: str) -> str:
    return actor.partition(":")[0]


def _people(actors: set[str]) -> set[str]:
    """Those of some actors who may be one person: the command line is the operator's."""
    return {actor for actor in actors if _kind(actor) in (ACCOUNT, *MACHINES)}


def _accounts(actors: set[str]) -> set[str]:
    return {actor for actor in actors if _kind(actor) == ACCOUNT}
