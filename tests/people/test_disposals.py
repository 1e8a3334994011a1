"""The page on which a records manager releases what another person marked for disposal."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from freezegun import freeze_time
from sqlalchemy import text as sql

from app import clock
from app.access.roster import NewAccount, Roster
from app.records.ledger.seals import seal_everything
from tests.disposing import keep_old_feedback, mark
from tests.people.conftest import OFFICE, PASSWORD, Browser, text
from tests.servers import wait_until


def test_a_records_manager_releases_it_when_it_has_waited(
    app: Flask, roster: Roster, browse: Callable[..., Browser]
) -> None:
    store = app.extensions["eligibility"].store
    id = keep_old_feedback(store)
    roster.create(NewAccount("rita", "records_manager", None), OFFICE, PASSWORD)
    page = f"/approvals/{mark(store, clock.now(), {'feedback'}).id}"

    def there() -> bool:
        with store.reading() as connection:
            found = connection.execute(sql("SELECT id FROM feedback")).scalars()
            return id.replace("-", "") in {str(each).replace("-", "") for each in found}

    rita = browse()
    rita.sign_in("rita")
    shown = text(rita.get(page))
    assert "Nobody can release it before" in shown and "Approve it" not in shown
    assert "Refuse it" in shown
    early = rita.fill(page, do="approve", version="1")
    assert 409 == early.status_code
    assert "It can be released from" in text(early)
    assert there()

    with freeze_time(clock.now() + timedelta(days=8)):
        rita = browse()
        rita.sign_in("rita")
        list(seal_everything(store, clock.now()))
        assert "Feedback 1 P10Y" in text(rita.get(page))
        assert 303 == rita.fill(page, do="approve", version="1").status_code
        assert "You released it." in text(rita.get(page))
        wait_until(lambda: "It was deleted" in text(rita.get(page)))
    assert not there()
