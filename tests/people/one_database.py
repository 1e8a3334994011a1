"""The service on SQLite alone, for tests that look at how pages are made: the database has no part
in that, and a browser takes its time.
"""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.determinations.decide import Decider
from tests.people.conftest import served_on_sqlite


@pytest.fixture(scope="module")
def served(
    request: pytest.FixtureRequest, decider: Decider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """The service."""
    with served_on_sqlite(request, decider, tmp_path_factory.mktemp("people")) as app:
        yield app
