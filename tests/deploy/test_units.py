"""The units that are shipped, read by systemd's own checker, as they would lie on a machine."""

import re
import subprocess
from pathlib import Path

import pytest

from app.commands import command_line
from app.settings import ROOT, Settings
from tests.machine import require_program

UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service" and "@" not in unit.name]
TOLD = "eligibility-failed@.service"
MOST_EXPOSED = 25
"""Of a hundred, as `systemd-analyze security` counts: what may be done with the machine by somebody
who took over the service."""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The root of a machine on which the units and what they start lie where they name it."""
    place = tmp_path / "etc" / "systemd" / "system"
    place.mkdir(parents=True)
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8")
        (place / unit.name).write_text(text, encoding="utf-8")
        for program in re.findall(r"^Exec\w+=(/\S+)", text, re.MULTILINE):
            stands = tmp_path / program.lstrip("/")
            stands.parent.mkdir(parents=True, exist_ok=True)
            stands.touch(mode=0o755)
    return tmp_path


def verify(machine: Path, *units: str) -> str:
    """What the checker has to say of some units."""
    command = [require_program("systemd-analyze"), "verify", f"--root={machine}"]
    paths = [f"/etc/systemd/system/{unit}" for unit in units]
    done = subprocess.run(
        [*command, "--recursive-errors=no", *paths], capture_output=True, text=True, timeout=60
    )
    return done.stdout + done.stderr


def test_systemd_has_nothing_to_complain_of(machine: Path) -> None:
    assert "" == verify(machine, *(unit.name for unit in UNITS if "@" not in unit.name))


def test_a_fault_would_be_found(machine: Path) -> None:
    broken = machine / "etc" / "systemd" / "system" / "eligibility.service"
    text = broken.read_text(encoding="utf-8").replace("ProtectSystem=", "ProtectSytem=")
    broken.write_text(text, encoding="utf-8")

    assert "ProtectSytem" in verify(machine, broken.name)


@pytest.mark.parametrize("unit", [*(unit.name for unit in SERVICES), TOLD])
def test_what_it_starts_can_do_little_with_the_machine(machine: Path, unit: str) -> None:
    command = [require_program("systemd-analyze"), "security", "--offline=yes", "--no-pager"]
    done = subprocess.run(
        [*command, f"--root={machine}", f"--threshold={MOST_EXPOSED}", unit],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert 0 == done.returncode, done.stdout


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: str(unit.name))
def test_each_command_that_a_unit_runs_exists(unit: Path, tmp_path: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    runner = command_line(Settings(instance=tmp_path)).test_cli_runner()

    commands = re.findall(r"--app app.commands:command_line ((?:[a-z][a-z-]+ ?)+)", text)

    assert commands or "gunicorn" in text
    for command in commands:
        assert 0 == runner.invoke(args=[*command.split(), "--help"]).exit_code, command


def test_each_job_has_its_clock() -> None:
    names = {unit.name for unit in UNITS}
    service = (ROOT / "deploy" / "systemd" / "eligibility.service").read_text(encoding="utf-8")
    before_it = re.findall(r"^Requires=(\S+)", service, re.MULTILINE)
    jobs = [
        unit
        for unit in SERVICES
        if "Type=oneshot" in unit.read_text(encoding="utf-8") and unit.name not in before_it
    ]

    assert jobs
    assert {unit.with_suffix(".timer").name for unit in jobs} <= names
