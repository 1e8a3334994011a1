"""Resetting somebody's second factors: one administrator proposes it, and a second one approves it.

The operator's command does it alone.
"""

from app.access.approvals import Approval, ApprovalKind, Effect, Transaction, register
from app.access.origin import Origin
from app.access.second_factor.factors import entry_for
from app.records.people.second_factors import factors_digest, resetting, take
from app.records.store import Store

NAME = "account.second_factor_reset"


def _carry_out(transaction: Transaction, approval: Approval) -> None:
    assert approval.decided_by is not None
    by = Origin(approval.decided_by)
    entry = by.did(NAME, approval.object_id)
    resetting(approval.object_id, entry_for(by), entry)(transaction)


RESET = ApprovalKind(
    NAME,
    "accounts.write",
    "Reset the second factor of an account",
    "/accounts/{id}",
    "/v1/accounts/{id}",
    Effect(factors_digest, _carry_out),
)
register(RESET)


def effect_digest(store: Store, account_id: str) -> str | None:
    """The digest of what a reset would remove; None where the account has no second factor.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    found: list[str | None] = []
    take(store, lambda transaction: found.append(factors_digest(transaction, account_id)))
    return found[0]


def reset_alone(store: Store, account_id: str, origin: Origin) -> None:
    """Remove every second factor of an account and end its sessions, as the operator does.

    Raises:
        RecordsUnavailable: nothing was changed.
    """
    take(store, resetting(account_id, entry_for(origin), origin.did(NAME, account_id)))
