"""The settings stand in their table as they are in the code."""

import re
from dataclasses import replace

import pytest

from app.settings import ROOT, Settings, from_environment

TABLE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `([A-Z_]+)` \|.*\| (.+) \|$", TABLE, re.MULTILINE))
CODE = "".join(
    (ROOT / "app" / name).read_text(encoding="utf-8")
    for name in ("settings.py", "single_sign_on.py")
)
READ = {
    name
    for name in re.findall(r'"((?:ELIGIBILITY|DATABASE|FLASK)_[A-Z_]+)"', CODE)
    if not name.endswith("_FILE")
}
SERVERS_OWN = {"PORT", "GUNICORN_CMD_ARGS", "PROMETHEUS_MULTIPROC_DIR"}


def test_every_setting_is_in_the_table_and_nothing_else() -> None:
    assert READ | SERVERS_OWN == set(ROWS)


def test_the_defaults_are_those_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in READ:
        monkeypatch.delenv(name, raising=False)
    settings = from_environment()

    plain = {
        name: text.strip("`")
        for name, text in ROWS.items()
        if re.fullmatch(r"`[\w.:/]+`", text) and name in READ
    }
    told = {
        name: str(getattr(settings, name.removeprefix("ELIGIBILITY_").lower(), None))
        for name in plain
    }

    folders = {"ELIGIBILITY_RULESETS": "", "ELIGIBILITY_LANGUAGES": ""}
    assert {**plain, **folders} == {**told, **folders}
    assert len(plain) > 10
    in_instance = {"checkpoints": "checkpoints.jsonl", "lawbooks": "lawbooks", "log": "log"}
    in_instance |= {"log_key": "log.key", "receipt_key": "receipt.key", "policy": "policy"}
    assert settings == replace(
        Settings(), **{name: settings.instance / file for name, file in in_instance.items()}
    )
