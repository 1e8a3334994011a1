"""Taking back a failed attempt to sign in, because the password was correct after all."""

from typing import Any

from sqlalchemy import Connection

from app.records.changing import locked, write
from app.records.people.account_tables import accounts, sign_in_addresses


def forgive(
    connection: Connection, account_id: str, address: str, this_one_alone: bool = False
) -> None:
    """Within a transaction: one attempt fewer from an address, and none against the account.

    With *this_one_alone* the account keeps the attempts before: somebody who has the password must
    not get new guesses at the second factor with it.
    """
    failed = (sign_in_addresses.c.address == address) & (sign_in_addresses.c.failures > 0)
    if (row := locked(connection, sign_in_addresses, failed)) is not None:
        write(
            connection,
            sign_in_addresses,
            row,
            {"failures": row["failures"] - 1, "held_until": None},
        )
    account = locked(connection, accounts, accounts.c.id == account_id)
    if account is not None:
        left = max(account["failed_attempts"] - 1, 0) if this_one_alone else 0
        values: dict[str, Any] = {"failed_attempts": left, "locked_until": None}
        write(connection, accounts, account, values)
