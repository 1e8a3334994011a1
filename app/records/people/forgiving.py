"""Taking back a failed attempt to sign in, because the password was correct after all."""

from sqlalchemy import Connection

from app.records.changing import change, locked, write
from app.records.people.account_tables import accounts, sign_in_addresses


def forgive(connection: Connection, account_id: str, address: str) -> None:
    """Within a transaction: one attempt fewer from an address, and none against the account."""
    failed = (sign_in_addresses.c.address == address) & (sign_in_addresses.c.failures > 0)
    if (row := locked(connection, sign_in_addresses, failed)) is not None:
        write(
            connection,
            sign_in_addresses,
            row,
            {"failures": row["failures"] - 1, "held_until": None},
        )
    change(
        connection,
        accounts,
        accounts.c.id == account_id,
        {"failed_attempts": 0, "locked_until": None},
    )
