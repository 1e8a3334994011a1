"""`flask records seal|verify|backup|restore|dispose`, as somebody runs them."""

from pathlib import Path

import pytest

from tests.commands.conftest import Run


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run) -> str:
    address = f"sqlite:///{tmp_path / 'records.sqlite'}"
    monkeypatch.setenv("DATABASE_URL", address)
    monkeypatch.setenv("ELIGIBILITY_CHECKPOINTS", str(tmp_path / "checkpoints.jsonl"))
    return address
