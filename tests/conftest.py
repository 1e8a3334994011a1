"""What every test may use: the law as it stands in the repository, read once."""

from pathlib import Path

import pytest

from app.determinations.decide import Decider
from app.law.library import open_lawbook
from app.law.lawbook import Lawbook

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def lawbook() -> Lawbook:
    return open_lawbook(ROOT / "rulesets")


@pytest.fixture(scope="session")
def decider(lawbook: Lawbook) -> Decider:
    return Decider(lawbook)
