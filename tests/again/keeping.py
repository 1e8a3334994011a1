"""What the tests of kept determinations do with them."""

from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from app.determinations.decide import Decider
from app.law.reading.library import open_lawbook
from app.records.store import Store
from app.records.tables import audit_entries
from tests.api.asking import CLOSED
from tests.law.small_law import FILES, key_for, write_law

NOBODY = "01925b1e-7e3f-7000-8000-000000000000"


VISIT: dict[str, Any] = {
    "question": "person.admitted",
    "facts": {
        "visit": {"asked_on": "2011-07-10"},
        "person": {"height": "1.80", "born_on": "1980-01-01", "known": True},
    },
}
"""What is asked of the small law."""


def small_law(folder: Path, old: str = "", new: str = "") -> Decider:
    """The small law of the reader's tests, with one text replaced by another in every file."""
    files = {key_for(file): text.replace(old, new) if old else text for file, text in FILES.items()}
    return Decider(open_lawbook(write_law(folder, **files)))


def made(client: FlaskClient, **changes: Any) -> str:
    """The id of a new determination.

    One day after the first open period of 2011 unless something is changed.
    """
    answer = client.post("/v1/determinations", json={**CLOSED, **changes})
    assert 201 == answer.status_code, answer.get_json()
    return str(answer.get_json()["id"])


def etag(client: FlaskClient, id: str) -> str:
    """The entity tag of a determination as it is now."""
    return client.get(f"/v1/determinations/{id}").headers["ETag"]


def trail(store: Store) -> list[tuple[str, str | None, str]]:
    """The audit trail: what was done to which object, and how it ended."""
    columns = audit_entries.c
    with store.reading() as connection:
        rows = connection.execute(
            select(columns.action, columns.object_id, columns.outcome).order_by(columns.id)
        )
        return [(action, object_id, outcome) for action, object_id, outcome in rows]
