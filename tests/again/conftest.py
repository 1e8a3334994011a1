"""A law that is amended between determination and replay: services on the same records, before and
after.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text

from app.access.principal import Principal
from app.api.http.service import Service, law_text
from app.determinations.decide import Decider
from app.law.reading.library import open_lawbook
from app.mounting import mount
from app.records.database import open_database
from app.records.store import Store
from app.settings import ROOT, Settings
from tests.acting import EVERYWHERE, acting

Serving = Callable[..., FlaskClient]
Amend = Callable[..., Decider]
CALENDAR = "calendars/open-enrollment-2011.yaml"
PROVISION = "enrollment/open-periods-2011.yaml"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=database_url, instance=tmp_path)


@pytest.fixture
def serving(settings: Settings, decider: Decider) -> Iterator[Serving]:
    """A service on the records of the test, with the law as it stands in the repository or an
    amended one.
    """
    stores: list[Store] = []

    def serve(by: Decider = decider, principal: Principal = EVERYWHERE) -> FlaskClient:
        app = Flask("app", static_folder=None)
        stores.append(Store(open_database(settings.database_url), law_text(by.lawbook)))
        mount(app, Service(settings, by, stores[-1], by.lawbook.default_edition))
        return acting(app, principal).test_client()

    yield serve
    for store in stores:
        store.close()


@pytest.fixture
def client(serving: Serving) -> FlaskClient:
    return serving()


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = Store(open_database(settings.database_url))
    yield store
    store.close()


@pytest.fixture(scope="session")
def amend(tmp_path_factory: pytest.TempPathFactory) -> Amend:
    """The law of a copy of the rulesets in which texts of one file are replaced."""
    made: dict[tuple[str, ...], Decider] = {}

    def amended(file: str, old: str, new: str) -> Decider:
        if (file, old, new) not in made:
            rulesets = tmp_path_factory.mktemp("amended") / "rulesets"
            shutil.copytree(ROOT / "rulesets", rulesets)
            text = (rulesets / file).read_text(encoding="utf-8")
            assert old in text
            (rulesets / file).write_text(text.replace(old, new), encoding="utf-8")
            made[file, old, new] = Decider(open_lawbook(rulesets))
        return made[file, old, new]

    return amended


@pytest.fixture
def longer_winter(amend: Amend) -> Decider:
    """The first open period of 2011 lasts to the end of February: what was one day late
    is in time.
    """
    return amend(CALENDAR, "last: 2011-02-15", "last: 2011-02-28")


Tamper = Callable[[str, str, str], None]


@pytest.fixture
def tamper(settings: Settings) -> Iterator[Tamper]:
    """Replaces text in a column of every row of a table, past the triggers that guard it."""
    engine = open_database(settings.database_url)
    is_server = engine.dialect.name == "postgresql"

    def replace(where: str, old: str, new: str) -> None:
        table, column = where.split(".")
        with engine.begin() as connection:
            guard = (
                f"ALTER TABLE {table} DISABLE TRIGGER USER"
                if is_server
                else f"DROP TRIGGER IF EXISTS {table}_no_update"
            )
            connection.execute(text(guard))
            changed = connection.execute(
                text(
                    f"UPDATE {table} SET {column} = replace({column}, :old, :new) WHERE {column} "
                    "LIKE :like"
                ),
                {"old": old, "new": new, "like": f"%{old}%"},
            )
            assert changed.rowcount
            if is_server:
                connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))

    yield replace
    engine.dispose()


class Harm(Protocol):
    """Puts an SQL expression into a column of one row, past everything that guards it."""

    def __call__(self, table: str, column: str, id: str, value: str) -> None: ...


@pytest.fixture
def harm(settings: Settings) -> Iterator[Harm]:
    """Damages one row of a table, named by its id."""
    engine = open_database(settings.database_url)
    is_server = engine.dialect.name == "postgresql"
    if not is_server:
        event.listen(
            engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys = OFF")
        )

    def put(table: str, column: str, id: str, value: str) -> None:
        with engine.begin() as connection:
            guard = (
                "SET LOCAL session_replication_role = replica"
                if is_server
                else f"DROP TRIGGER IF EXISTS {table}_no_update"
            )
            connection.execute(text(guard))
            changed = connection.execute(
                text(f"UPDATE {table} SET {column} = {value} WHERE id = :id"),
                {"id": id if is_server else id.replace("-", "")},
            )
            assert 1 == changed.rowcount

    yield put
    engine.dispose()
