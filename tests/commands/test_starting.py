"""`bin/serve`: a start that is refused has changed nothing, and in production mode nothing is
loaded for looking around.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from app.data_keys import new_key
from app.determinations.decide import Decider
from app.records.database import open_database
from app.settings import ROOT
from tests.determinations.answered import determination_of
from tests.servers import POLICY, environment, free_port, wait_until

pytestmark = pytest.mark.slow

KEY = "d7Qw9Zr2Lm5Vx8Tb4Ny6Kp1Hs3Jf0Gc_AeRuIoYtOq"


def start(folder: Path, **more: str) -> "subprocess.Popen[str]":
    env = {
        **environment(folder, **more),
        "PORT": more.get("PORT", str(free_port())),
        "TMPDIR": str(folder / "tmp"),
    }
    (folder / "tmp").mkdir(exist_ok=True)
    env["PATH"] = f"{Path(sys.executable).parent}:{os.defpath}"
    return subprocess.Popen(
        [ROOT / "bin/serve", sys.prefix],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def served(folder: Path, **more: str) -> str:
    """What a start says that succeeds, and is stopped again."""
    log: list[str] = []
    process = start(folder, **more)
    assert process.stdout is not None
    for line in process.stdout:
        log.append(line)
        if "stop it" in line:
            process.terminate()
    process.wait(60)
    return "".join(log)


def refused(folder: Path, **more: str) -> tuple[int, str]:
    process = start(folder, **more)
    said = process.communicate(timeout=120)[0]
    return process.returncode, said


def kept(folder: Path) -> dict[str, object]:
    """What a start without need would change: the key, the accounts' passwords, the credentials."""
    engine = open_database(f"sqlite:///{folder / 'kept.sqlite'}")
    with engine.connect() as connection:
        rows = [
            connection.execute(text(f"SELECT * FROM {name}")).all()
            for name in ("accounts", "credential_secrets")
        ]
    engine.dispose()
    return {"key": (folder / "demonstration.key").read_text(), "rows": rows}


@pytest.fixture(scope="module")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder in which the service was started once, and what it printed."""
    folder = tmp_path_factory.mktemp("instance")
    return folder, served(folder)


@pytest.fixture(scope="module")
def folder(first_start: tuple[Path, str]) -> Path:
    folder, said = first_start
    assert "demo-auditor" in said
    assert "try it" in said
    assert said.index("demo-auditor") < said.index("The service is ready.")
    return folder


def test_the_request_that_a_start_prints_gets_a_decided_answer(
    first_start: tuple[Path, str], decider: Decider
) -> None:
    body = re.search(r"-d '(\{.*?\})'$", first_start[1], re.DOTALL | re.MULTILINE)
    assert body is not None, first_start[1]
    request = json.loads(body[1])

    decided = determination_of(decider, request["question"], request["facts"])

    assert "eligible" == decided.outcome


@pytest.mark.parametrize(
    ("more", "code", "told"),
    [
        ({"ELIGIBILITY_MODE": "production"}, 2, "does not start in production mode"),
        ({"ELIGIBILITY_RULESETS": "/nowhere"}, 3, "The law cannot be used"),
        ({"ELIGIBILITY_THREADS": "none"}, 2, "ELIGIBILITY_THREADS"),
    ],
)
def test_a_start_that_is_refused_changes_nothing(
    folder: Path, more: dict[str, str], code: int, told: str
) -> None:
    before = kept(folder)

    assert code == (result := refused(folder, **more))[0], result[1]

    assert told in result[1]
    assert "demo-auditor" not in result[1]
    assert before == kept(folder)
    assert [] == list((folder / "tmp").iterdir())


def test_a_start_where_another_host_is_taken_changes_nothing(folder: Path) -> None:
    before = kept(folder)

    code, said = refused(folder, ELIGIBILITY_HOST="192.0.2.1")

    assert 0 != code, said
    assert before == kept(folder)


def test_in_production_mode_nothing_is_loaded_for_looking_around(tmp_path: Path) -> None:
    fit = {
        "ELIGIBILITY_MODE": "production",
        "ELIGIBILITY_SECRET_KEY": KEY,
        "ELIGIBILITY_INDEX_KEY": new_key(),
        "ELIGIBILITY_POLICY": str(POLICY),
    }
    said = served(tmp_path, **fit, ELIGIBILITY_DATA_KEYS=f"first:{new_key()}")

    assert "The service is ready." in said
    assert "no demonstration" in said
    assert "try it" not in said
    engine = open_database(f"sqlite:///{tmp_path / 'kept.sqlite'}")
    with engine.connect() as connection:
        assert [0, 0, 0] == [
            connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
            for name in ("determinations", "accounts", "credentials")
        ]
    engine.dispose()
    assert not (tmp_path / "demonstration.key").exists()


def test_the_command_loads_nothing_in_production_mode_either(tmp_path: Path) -> None:
    env = environment(tmp_path, ELIGIBILITY_MODE="production")

    result = subprocess.run(
        [sys.executable, "-m", "flask", "demo", "load"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
    )

    assert (2, "") == (result.returncode, result.stdout)
    assert "production mode" in result.stderr.lower()
    assert [] == list(tmp_path.iterdir())


def test_a_start_has_the_log_signed_by_a_process_that_ends_with_it(folder: Path) -> None:
    process = start(folder)
    assert process.stdout is not None
    for line in process.stdout:
        if "stop it" in line:
            break
    head = folder / "log" / "checkpoint"
    wait_until(lambda: head.exists() and sealing(process.pid))
    [number] = sealing(process.pid)

    process.terminate()
    process.communicate(timeout=60)

    assert head.read_text(encoding="utf-8").count("\n") >= 5
    wait_until(lambda: not Path(f"/proc/{number}").exists())


def sealing(server: int) -> list[str]:
    """The numbers of the processes that a server started to seal."""
    found = subprocess.run(
        ["pgrep", "--parent", str(server), "--full", "records seal --follow"],
        capture_output=True,
        text=True,
    )
    return found.stdout.split()
