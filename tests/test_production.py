"""What a service in production mode refuses to start with, and what it tells of its settings."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from secrets import token_urlsafe

import pytest

from app.data_keys import open_to_guessing
from app.factory import create_app
from app.production import UnfitForProduction, require_fit
from app.settings import (
    ROOT,
    SECRET_FILE,
    NoDataKeys,
    Settings,
    data_keys,
    index_key,
    redacted,
    secret_key,
)
from tests.servers import POLICY, environment, served

KEY = "d7Qw9Zr2Lm5Vx8Tb4Ny6Kp1Hs3Jf0Gc_AeRuIoYtOq"
DATA_KEYS = "first:3q2uFZJ0mB7xVtYc9LwKe5RhGdSaPiON1f8Uj4b6XyE"
INDEX_KEY = "Zt7vQ1nLk3Xb9WmDy5RsC0pHa2UfGe8JiV4xKoN6lYw"
FIT = Settings(
    mode="production",
    secret_key=KEY,
    data_keys=DATA_KEYS,
    index_key=INDEX_KEY,
    instance=Path("/nowhere"),
    second_factor="required",
    policy=POLICY,
)
OVER_TLS = "postgresql://service:pw@db.example.org/eligibility?sslmode=verify-full&sslrootcert=/etc/ssl/ca.pem"


def test_what_is_closed_as_it_should_be_is_fit() -> None:
    require_fit(FIT)
    require_fit(replace(FIT, secret_key_fallbacks=(token_urlsafe(48),)))


@pytest.mark.parametrize(
    "address",
    [
        OVER_TLS,
        "postgresql+psycopg://u@/d?host=/run/postgresql",
        "postgresql://u@%2Frun%2Fpostgresql/d",
    ],
)
def test_a_database_behind_checked_tls_or_on_a_socket_is_fit(address: str) -> None:
    require_fit(replace(FIT, database_url=address))


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://u:pw@db/d",
        "postgresql://u:pw@db/d?sslmode=disable",
        "postgresql://u:pw@db/d?sslmode=require",
        "postgresql://u:pw@db/d?sslmode=verify-ca",
        "postgresql://u:pw@db/d?sslmode=verify-full&sslmode=disable",
        "postgresql://u@/d",
        "postgresql://u@/d?host=/run,db.example.org",
        "postgresql://u@/d?host=/run&hostaddr=10.0.0.1",
        "postgresql://u@/d?service=x",
        "postgresql://u@db,%2Frun/d",
        "postgresql://127.0.0.1/d",
        "mysql://u@db/d",
        "nonsense",
    ],
)
def test_a_database_that_others_could_listen_to_or_stand_in_for_is_not(address: str) -> None:
    with pytest.raises(UnfitForProduction) as refused:
        require_fit(replace(FIT, database_url=address))

    assert 1 == len(refused.value.reasons)
    assert "DATABASE_URL" in refused.value.reasons[0]
    assert "pw" not in refused.value.reasons[0]


@pytest.mark.parametrize(
    ("key", "because"),
    [
        (None, "not set"),
        ("", "not set"),
        ("xY7-" * 7, "shorter than 32"),
        ("change-me-please-change-me-please-now", "a sample"),
        ("a" * 64, "a sample"),
        ("abcabcabc" * 6, "a sample"),
        (f"Secret{KEY}", "a sample"),
    ],
)
def test_a_key_that_somebody_could_guess_is_not(key: str | None, because: str) -> None:
    with pytest.raises(UnfitForProduction) as refused:
        require_fit(replace(FIT, secret_key=key))

    assert 1 == len(refused.value.reasons)
    assert "ELIGIBILITY_SECRET_KEY" in refused.value.reasons[0]
    assert because in refused.value.reasons[0]


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"debug": True}, "FLASK_DEBUG"),
        ({"plain_cookies": True}, "ELIGIBILITY_PLAIN_COOKIES"),
        ({"second_factor": "off"}, "ELIGIBILITY_SECOND_FACTOR"),
        ({"secret_key_fallbacks": ("short",)}, "ELIGIBILITY_SECRET_KEY_FALLBACKS"),
        ({"data_keys": None}, "ELIGIBILITY_DATA_KEYS"),
        ({"index_key": None}, "ELIGIBILITY_INDEX_KEY"),
        ({"data_keys": f"a:{INDEX_KEY}"}, "two purposes"),
        ({"host": "0.0.0.0"}, "without TLS"),
        ({"host": "eligibility.example.org"}, "without TLS"),
        ({"proxy_hops": 1}, "ELIGIBILITY_ISSUER"),
        ({"rate_storage": "redis://counts.example.org:6379"}, "ELIGIBILITY_RATE_STORAGE"),
        ({"rate_per_address": 0}, "ELIGIBILITY_RATE_PER_ADDRESS"),
        ({"rate_per_credential": 0}, "ELIGIBILITY_RATE_PER_CREDENTIAL"),
    ],
)
def test_what_is_open_to_others_is_not(change: dict[str, object], because: str) -> None:
    with pytest.raises(UnfitForProduction) as refused:
        require_fit(replace(FIT, **change))  # type: ignore[arg-type]

    assert [True] == [because in reason for reason in refused.value.reasons]


LINES = POLICY.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("policy", "because"),
    [
        (None, "names no file"),
        ("", "The policy has no quorum"),
        ("nonsense\n", "Line 1 of the policy"),
        (LINES.replace("quorum carrier", "quorum none"), "`quorum none`"),
        ("\n".join(line for line in LINES.split("\n") if line[:3] != "log"), "names no log"),
    ],
)
def test_a_log_that_nobody_outside_watches_is_not(
    tmp_path: Path, policy: str | None, because: str
) -> None:
    for file in (tmp_path / "policy", *([None] if policy is None else [])):
        if policy is not None:
            (tmp_path / "policy").write_text(policy, encoding="utf-8")
        with pytest.raises(UnfitForProduction) as refused:
            require_fit(replace(FIT, policy=file))

        assert [True] == [
            because in reason and "ELIGIBILITY_POLICY" in reason for reason in refused.value.reasons
        ]


@pytest.mark.parametrize(
    "change",
    [
        {"host": "::1"},
        {"host": "unix:/run/eligibility/service.sock"},
        {"proxy_hops": 1, "issuer": "https://eligibility.example.org"},
        {"rate_storage": "redis://127.0.0.1:6379"},
        {"rate_storage": "rediss://counts.example.org:6379"},
        {"rate_storage": "redis+unix:///run/redis/redis.sock"},
    ],
)
def test_what_only_this_machine_reads_or_tls_protects_is_fit(change: dict[str, object]) -> None:
    require_fit(replace(FIT, **change))  # type: ignore[arg-type]


def test_nothing_is_asked_of_a_service_under_development() -> None:
    require_fit(
        replace(
            FIT,
            mode="development",
            debug=True,
            secret_key="x",
            database_url="postgresql://u@db/d",
        )
    )


def test_the_server_ends_with_2_and_every_reason(tmp_path: Path) -> None:
    more = {
        "ELIGIBILITY_MODE": "production",
        "FLASK_DEBUG": "1",
        "ELIGIBILITY_PLAIN_COOKIES": "yes",
    }
    env = {
        **environment(tmp_path, **more),
        "DATABASE_URL": "postgresql://u:hidden-word@db/d",
        "ELIGIBILITY_SECRET_KEY": "sample",
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"]

    result = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)

    assert 2 == result.returncode
    assert all(
        name in result.stderr
        for name in (
            "SECRET_KEY",
            "DATA_KEYS",
            "INDEX_KEY",
            "DATABASE_URL",
            "FLASK_DEBUG",
            "PLAIN_COOKIES",
            "ELIGIBILITY_POLICY",
        )
    )
    assert "hidden-word" not in result.stderr + result.stdout
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [("ELIGIBILITY_MODE", "prod"), ("ELIGIBILITY_THREADS", "0"), ("DATABASE_URL_FILE", "/no")],
)
def test_a_setting_that_cannot_be_read_ends_the_server_with_2(
    tmp_path: Path, name: str, value: str
) -> None:
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"]

    env = environment(tmp_path, **{name: value})
    result = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)

    assert 2 == result.returncode
    assert name in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.slow
def test_a_fit_service_starts_with_its_key_from_a_file_and_prints_neither_key_nor_password(
    tmp_path: Path,
) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n", encoding="ascii")
    (tmp_path / "keys").write_text(f"{DATA_KEYS}\n", encoding="ascii")
    more = {
        "ELIGIBILITY_MODE": "production", "ELIGIBILITY_SECRET_KEY_FILE": str(tmp_path / "key"),
        "ELIGIBILITY_DATA_KEYS_FILE": str(tmp_path / "keys"), "ELIGIBILITY_INDEX_KEY": INDEX_KEY,
        "ELIGIBILITY_POLICY": str(POLICY),
    }  # fmt: skip

    with served(tmp_path, "--workers", "1", **more) as running:
        told = next(line for line in running.lines() if line["event"] == "settings")

    assert ("production", "set", False) == (told["mode"], told["secret_key"], told["plain_cookies"])
    assert ("set", "set") == (told["data_keys"], told["index_key"])
    assert all(
        key not in running.log.read_text(encoding="utf-8") for key in (KEY, DATA_KEYS, INDEX_KEY)
    )


def test_settings_are_told_without_what_is_secret() -> None:
    told = redacted(
        replace(
            FIT,
            database_url=OVER_TLS,
            secret_key=KEY,
            secret_key_fallbacks=("old",),
            rate_storage="redis://:pw@r/0",
        )
    )

    assert (
        "postgresql://…@db.example.org/eligibility?sslmode=verify-full&sslrootcert=/etc/ssl/ca.pem"
        == told["database_url"]
    )
    assert "redis://…@r/0" == told["rate_storage"]
    assert "set" == told["secret_key"] == told["secret_key_fallbacks"]
    assert KEY not in str(told)
    assert "pw" not in str(told)


def test_under_development_a_key_is_made_once_for_this_copy_and_for_this_user_alone(
    tmp_path: Path,
) -> None:
    settings = Settings(instance=tmp_path / "instance")
    file = settings.instance / SECRET_FILE

    made = secret_key(settings)

    assert made == secret_key(settings)
    assert len(made) >= 32
    assert 0o600 == file.stat().st_mode & 0o777
    assert [file] == list(file.parent.iterdir())


def test_under_development_keys_for_personal_data_are_made_once_for_this_copy_and_user(
    tmp_path: Path,
) -> None:
    settings = Settings(instance=tmp_path / "instance")

    made = data_keys(settings), index_key(settings)

    assert made == (data_keys(settings), index_key(settings))
    assert [] == list(open_to_guessing(*made, None))
    files = list(settings.instance.iterdir())
    assert {"data.keys", "index.key"} == {file.name for file in files}
    assert {0o600} == {file.stat().st_mode & 0o777 for file in files}


def test_under_production_no_keys_for_personal_data_are_made(tmp_path: Path) -> None:
    settings = Settings(mode="production", instance=tmp_path)

    for find in (data_keys, index_key):
        with pytest.raises(NoDataKeys):
            find(settings)
    assert [] == list(tmp_path.iterdir())


@pytest.mark.slow
def test_what_was_signed_with_the_key_before_is_still_taken(tmp_path: Path) -> None:
    old, new = token_urlsafe(48), token_urlsafe(48)
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'kept.sqlite'}", instance=tmp_path)
    before = create_app(replace(settings, secret_key=old))
    after = create_app(replace(settings, secret_key=new, secret_key_fallbacks=(old,)))
    strange = create_app(replace(settings, secret_key=new))

    signed = before.session_interface.get_signing_serializer(before).dumps({"who": "x"})  # type: ignore[attr-defined]

    assert {"who": "x"} == after.session_interface.get_signing_serializer(after).loads(signed)  # type: ignore[attr-defined]
    with pytest.raises(Exception, match="does not match"):
        strange.session_interface.get_signing_serializer(strange).loads(signed)  # type: ignore[attr-defined]


def test_a_service_that_can_read_the_log_s_key_does_not_start(tmp_path: Path) -> None:
    key = tmp_path / "log.key"
    require_fit(replace(FIT, log_key=key))
    key.write_text("a key", encoding="ascii")

    with pytest.raises(UnfitForProduction, match="Run `flask records seal --follow` as another"):
        require_fit(replace(FIT, log_key=key))
