"""What the compose file and the image would start, started here: no image can be built where these
tests run.
"""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from sqlalchemy import make_url

from app.data_keys import new_key
from app.production import require_fit
from app.settings import ROOT, Settings, from_environment
from tests.servers import POLICY, served

KEY = "d7Qw9Zr2Lm5Vx8Tb4Ny6Kp1Hs3Jf0Gc_AeRuIoYtOq"
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose() -> Any:
    return YAML(typ="safe").load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))


def test_its_settings_are_fit_for_production(
    compose: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, text in (("key", KEY), ("data", f"first:{new_key()}"), ("index", new_key())):
        (tmp_path / name).write_text(text, encoding="ascii")
    for name, value in compose["services"]["service"]["environment"].items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ELIGIBILITY_INSTANCE", str(tmp_path))
    for variable, name in (("SECRET_KEY", "key"), ("DATA_KEYS", "data"), ("INDEX_KEY", "index")):
        monkeypatch.setenv(f"ELIGIBILITY_{variable}_FILE", str(tmp_path / name))
    monkeypatch.setenv("ELIGIBILITY_POLICY", str(POLICY))

    settings = from_environment()

    require_fit(settings)
    assert settings.in_production
    assert 1 == settings.proxy_hops
    assert settings == replace(Settings(), **{name: getattr(settings, name) for name in CHANGED})


CHANGED = (
    "mode",
    "secret_key",
    "data_keys",
    "index_key",
    "database_url",
    "proxy_hops",
    "drain_seconds",
    "instance",
    "checkpoints",
    "lawbooks",
    "log",
    "log_key",
    "receipt_key",
    "policy",
    "sealing",
    "issuer",
    "second_factor",
)


def test_it_is_as_the_specification_of_compose_files_says(compose: Any) -> None:
    """compose-spec.json is the schema of compose-spec/compose-spec (Apache-2.0), unchanged."""
    schema = json.loads(
        (ROOT / "tests" / "deploy" / "compose-spec.json").read_text(encoding="utf-8")
    )
    validator = Draft202012Validator(schema)

    assert [] == [f"{error.json_path}: {error.message}" for error in validator.iter_errors(compose)]
    assert list(validator.iter_errors({"services": {"nginx": {"imagine": "nginx"}}}))


def test_no_container_fills_the_disk_with_its_log(compose: Any) -> None:
    for service in compose["services"].values():
        options = service["logging"]["options"]
        assert re.fullmatch(r"\d+m", options["max-size"]) and int(options["max-file"]) > 1


def test_the_service_and_what_migrates_have_their_own_roles(compose: Any) -> None:
    addresses = [
        compose["services"][name]["environment"]["DATABASE_URL"] for name in ("service", "migrate")
    ]
    made = (ROOT / "deploy" / "roles.sql").read_text(encoding="utf-8")
    named = [make_url(address).username for address in addresses]

    assert named == [re.findall(rf"\\set {role} (\w+)", made)[-1] for role in ("service", "owner")]


def test_only_the_container_that_signs_the_log_has_its_key(compose: Any) -> None:
    services = compose["services"]
    log = services["log"]
    key = Path(log["environment"]["ELIGIBILITY_LOG_KEY"])

    having = [
        name
        for name, service in services.items()
        if any(str(key.parent) == volume.split(":")[1] for volume in service.get("volumes", []))
    ]

    assert ["log"] == having
    assert ["flask", "records", "seal", "--follow"] == log["command"]
    for name in ("ELIGIBILITY_LOG", "ELIGIBILITY_CHECKPOINTS", "ELIGIBILITY_POLICY"):
        assert log["environment"][name] == services["service"]["environment"][name]


def test_it_gives_a_stopping_service_the_time_it_may_take(compose: Any) -> None:
    service = compose["services"]["service"]

    assert int(service["stop_grace_period"].rstrip("s")) >= 25 + float(
        service["environment"]["ELIGIBILITY_DRAIN_SECONDS"]
    )


def test_nothing_but_nginx_can_be_reached_from_outside(compose: Any) -> None:
    assert ["nginx"] == [
        name for name, service in compose["services"].items() if "ports" in service
    ]


@pytest.mark.slow
def test_what_the_image_starts_starts_here(tmp_path: Path) -> None:
    """The image's own environment and command, with another folder for the socket."""
    given = dict(re.findall(r'(ELIGIBILITY_\w+|GUNICORN_CMD_ARGS)=("[^"]+"|\S+)', DOCKERFILE))
    given = {
        name: value.strip('"').replace("/run/eligibility", str(tmp_path))
        for name, value in given.items()
    }

    assert 'CMD ["gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"]' in DOCKERFILE
    keys = {"ELIGIBILITY_DATA_KEYS": f"first:{new_key()}", "ELIGIBILITY_INDEX_KEY": new_key()}
    keys |= {"ELIGIBILITY_POLICY": str(POLICY)}
    address = {"ELIGIBILITY_ISSUER": "https://eligibility.example.org"}
    with served(tmp_path, **{**given, **keys, **address, "ELIGIBILITY_SECRET_KEY": KEY}):
        assert (tmp_path / "service.sock").is_socket()
