"""The two roles in the database: the owner migrates, the service reads and writes rows."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError

from app.commands import command_line
from app.factory import create_app
from app.production import UnfitForProduction, require_bounded_role
from app.records.database import open_database
from app.records.migrate import upgrade
from app.settings import ROOT, Settings
from tests.api.asking import CLOSED
from tests.callers import client_of
from tests.machine import require, require_postgresql


@dataclass(frozen=True)
class Roles:
    """The addresses of one database, by role."""

    owner: str
    service: str
    administrator: str
    settings: Settings

    def say(self, statement: str) -> None:
        """Say something as the administrator."""
        with psycopg.connect(self.administrator.replace("+psycopg", "")) as connection:
            connection.execute(statement)


def psql() -> str:
    found = shutil.which("psql")
    require(found, "psql is not installed: apt-get install postgresql-client")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def roles(worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Roles]:
    """What deploy/roles.sql makes, under names of this test, and migrated by the owner."""
    server = make_url(require_postgresql())
    name = f"roles_{worker_id}_{os.getpid()}"
    names = {"service": f"{name}_s", "owner": f"{name}_o", "database": name}
    address = server.set(drivername="postgresql").render_as_string(hide_password=False)
    chosen = [f"--set={key}={value}" for key, value in names.items()]
    script = ["--quiet", "--no-psqlrc", "--file", str(ROOT / "deploy" / "roles.sql")]
    subprocess.run([psql(), *script, *chosen, address], check=True, timeout=120)

    def of(role: str | None) -> str:
        url = server.set(database=name)
        return (url if role is None else url.set(username=names[role])).render_as_string(False)

    folder = tmp_path_factory.mktemp("roles")
    settings = Settings(database_url=of("owner"), instance=folder, secret_key="of-these-tests")
    upgrade(settings)
    yield Roles(of("owner"), of("service"), of(None), replace(settings, database_url=of("service")))
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        for role in ("service", "owner"):
            connection.execute(f'DROP ROLE "{names[role]}"')


def in_production(address: str) -> Settings:
    """Settings that are only looked at."""
    return Settings(mode="production", database_url=address, instance=Path("/nowhere"))


def test_the_service_does_all_its_work_with_the_lesser_role(roles: Roles, tmp_path: Path) -> None:
    service = create_app(roles.settings)
    client = client_of(service)
    run = command_line(roles.settings).test_cli_runner().invoke

    require_bounded_role(in_production(roles.service))
    made = client.post("/v1/determinations", json=CLOSED)
    assert 201 == made.status_code
    assert 200 == client.get("/readyz").status_code
    hold = {"kind": "subject", "object_id": "person-1", "because": "Matter 12-34"}
    assert 201 == client_of(service, "supervisor").post("/v1/holds", json=hold).status_code
    for command in (
        ["records", "seal"],
        ["records", "replay"],
        ["records", "dispose", "--dry-run"],
        ["records", "backup", str(tmp_path / "backup.gz")],
        ["db", "check"],
    ):
        done = run(args=command)
        assert 0 == done.exit_code, (command, done.output)
    assert "intact" in run(args=["records", "verify"]).output


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE determinations CASCADE",
        "ALTER TABLE determinations DISABLE TRIGGER ALL",
        "TRUNCATE determinations",
        "CREATE TABLE mine (id int)",
        "SET session_replication_role = replica",
    ],
)
def test_the_service_cannot_take_its_guards_away(roles: Roles, statement: str) -> None:
    engine = open_database(roles.service)
    with pytest.raises(SQLAlchemyError), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_production_refuses_the_owner_and_the_administrator(roles: Roles) -> None:
    for address, why in (
        (roles.owner, "owns tables"),
        (roles.owner, "may create tables"),
        (roles.administrator, "is a superuser"),
    ):
        with pytest.raises(UnfitForProduction, match=why):
            require_bounded_role(in_production(address))
    require_bounded_role(replace(in_production(roles.administrator), mode="development"))


@pytest.mark.parametrize(
    ("given", "taken", "why"),
    [
        ("ALTER ROLE {} CREATEROLE", "ALTER ROLE {} NOCREATEROLE", "may create roles"),
        ("ALTER ROLE {} CREATEDB", "ALTER ROLE {} NOCREATEDB", "may create databases"),
        (
            "GRANT TRUNCATE ON determinations TO {}",
            "REVOKE TRUNCATE ON determinations FROM {}",
            "may truncate",
        ),
        (
            "GRANT TRIGGER ON seals TO {}",
            "REVOKE TRIGGER ON seals FROM {}",
            "add triggers",
        ),
        (
            "GRANT CREATE ON SCHEMA public TO {}",
            "REVOKE CREATE ON SCHEMA public FROM {}",
            "may create tables",
        ),
    ],
)
def test_production_refuses_each_privilege_too_many(
    roles: Roles, given: str, taken: str, why: str
) -> None:
    role = f'"{make_url(roles.service).username}"'
    roles.say(given.format(role))
    try:
        with pytest.raises(UnfitForProduction, match=why):
            require_bounded_role(in_production(roles.service))
    finally:
        roles.say(taken.format(role))


def test_a_database_that_is_down_does_not_stop_the_start() -> None:
    require_bounded_role(in_production("postgresql://nobody@127.0.0.1:1/nothing"))
