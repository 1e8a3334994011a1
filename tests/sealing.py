"""Closes everything that waits for a seal in one batch, as the sealing step does."""

from datetime import UTC, datetime

from sqlalchemy import delete, func, insert, select

from app.records.digests import EMPTY_CHAIN, chain_digest, leaf_hash, merkle_root
from app.records.store import Store
from app.records.tables import sealed_records, seals, unsealed

SEALED_AT = datetime(2026, 3, 4, 5, 6, 7, 890123, UTC)


def seal_everything(store: Store) -> str:
    """The root of the new seal."""
    with store.writing() as connection:
        waiting = connection.execute(select(unsealed).order_by(unsealed.c.kind, unsealed.c.object_id)).mappings().all()
        last = connection.execute(select(seals).order_by(seals.c.number.desc()).limit(1)).mappings().one_or_none()
        first = (connection.execute(select(func.max(sealed_records.c.sequence))).scalar_one() or 0) + 1
        number, previous = (last["number"] + 1, last["chain"]) if last else (1, EMPTY_CHAIN)
        root = merkle_root([leaf_hash(row["kind"], row["object_id"], row["digest"]) for row in waiting])
        chain = chain_digest(previous, number, first, len(waiting), SEALED_AT, root)
        seal = {
            "number": number, "first": first, "count": len(waiting), "sealed_at": SEALED_AT, "root": root, "previous": previous,
            "chain": chain,
        }  # fmt: skip
        connection.execute(insert(seals), [seal])
        connection.execute(
            insert(sealed_records), [{"sequence": first + n, "seal": number, **row} for n, row in enumerate(waiting)]
        )
        connection.execute(delete(unsealed))
    return root
