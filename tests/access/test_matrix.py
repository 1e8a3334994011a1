"""Every route with every method, asked by every role through HTTP; a route without a row fails."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.access.principal import PUBLIC
from app.access.roles import read_roles
from tests.callers import client_of

MATRIX = Path(__file__).with_name("matrix.csv")
SAMPLES = {
    "<step>": "claim",
    "<uuid:id>": "01925b1e-7e3f-7000-8000-000000000000",
    "<uuid:other>": "01925b1e-7e3f-7000-8000-000000000001",
    "<uuid:paper>": "01925b1e-7e3f-7000-8000-000000000000",
    "<id>": "enrollment.permitted",
    "<topic>": "enrollment",
    "<name>": "open-periods-2011",
    "<file>": "docs.css",
    "<version>": "0000",
    "<path:file>": "console.css",
    "<path:tile>": "0/000.p/1",
    "<number>": "481209375514",
    "<organization>": "county-office",
    "<subject>": "person-nobody",
    "<int:year>": "2011",
}
"""What stands in an address for its variables."""
SENT_AWAY = {303, 400}
"""What a page for people answers to whoever is not signed in, keys or not: where to sign in, or
that the form is not its own.
"""
WITHOUT_KEEPING = "?keep=false"
Asked = tuple[str, str]


class Row(NamedTuple):
    """Who may ask with a method at a route."""

    method: str
    route: str
    permission: str
    roles: dict[str, str]

    @property
    def path(self) -> str:
        path = self.route
        for variable, sample in SAMPLES.items():
            path = path.replace(variable, sample)
        return path


with MATRIX.open(encoding="utf-8", newline="") as file:
    ROWS = [
        Row(row.pop("method"), row.pop("route"), row.pop("permission"), row)
        for row in csv.DictReader(file)
    ]


def asked_at(app: Flask, rule: Rule) -> Iterator[tuple[Asked, str]]:
    """The methods of a route, each with the permission that the view declares."""
    view = app.view_functions[rule.endpoint]
    for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
        yield (method, rule.rule), getattr(view, "permission", "none is declared")
        if getattr(view, "permission_without_keeping", None):
            yield (method, rule.rule + WITHOUT_KEEPING), view.permission_without_keeping  # type: ignore[attr-defined]


def test_every_route_stands_in_the_matrix_with_the_permission_that_it_declares(app: Flask) -> None:
    declared = dict(found for rule in app.url_map.iter_rules() for found in asked_at(app, rule))

    assert declared == {(row.method, row.route): row.permission for row in ROWS}


def test_every_row_stands_once_and_its_permission_is_one_that_there_is(app: Flask) -> None:
    permissions = read_roles(None).permissions

    assert len(ROWS) == len({(row.method, row.route) for row in ROWS})
    assert set() == {row.permission for row in ROWS} - set(permissions)


def test_every_variable_of_a_route_has_a_sample() -> None:
    assert [] == [row.path for row in ROWS if "<" in row.path]


def test_the_matrix_has_a_column_for_every_role() -> None:
    assert {*read_roles(None).roles, "anybody"} == set(ROWS[0].roles)


@pytest.mark.parametrize("role", ROWS[0].roles)
def test_each_role_is_let_in_where_the_matrix_says_so_and_nowhere_else(
    app: Flask, role: str
) -> None:
    client = app.test_client() if role == "anybody" else client_of(app, role)
    refusal = 401 if role == "anybody" else 403

    statuses = {
        (row.method, row.route): client.open(row.path, method=row.method).status_code
        for row in ROWS
    }

    let_in = {asked: status not in (401, 403) for asked, status in statuses.items()}
    assert let_in == {(row.method, row.route): row.roles[role] != "no" for row in ROWS}
    assert SENT_AWAY >= {
        statuses[row.method, row.route] for row in ROWS if row.roles[role] == "signs in"
    }
    assert {refusal} >= {status for status in statuses.values() if status in (401, 403)}


@pytest.mark.parametrize(
    "row",
    [
        row
        for row in ROWS
        if row.method == "GET" and row.permission != PUBLIC and "signs in" not in row.roles.values()
    ],
    ids=lambda row: row.route,
)
def test_head_needs_what_get_needs(app: Flask, row: Row) -> None:
    assert 401 == app.test_client().head(row.path).status_code
