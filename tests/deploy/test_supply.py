"""What the service is installed from: locked by digest, free of known weaknesses, with licences."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import ROOT
from deploy.supply import LICENCES, LOCKS, advisories, affected, pins, write_licences

HOW = "run `make lock` after a change of requirements*.txt"


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_the_lock_has_what_the_requirements_name(name: str) -> None:
    assert pins(f"{name}.txt") == pins(f"{name}.lock"), HOW


@pytest.mark.parametrize("lock", LOCKS)
def test_each_locked_release_has_the_digests_of_its_files(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    releases = re.findall(r"^(\w[^\s=]*)==.*((?:\n {4}--hash=sha256:[0-9a-f]{64}.*)*)", text, re.M)

    assert len(pins(lock)) == len(releases)
    assert [] == [name for name, digests in releases if not digests]


def test_no_locked_release_is_affected_by_a_known_advisory() -> None:
    known = advisories()
    locked = {name: version for lock in LOCKS for name, version in pins(lock).items()}

    assert [] == [
        f"{each.package} {version}: {each.id}" for version, each in affected(locked, known)
    ]
    assert {each.id for _, each in affected({"urllib3": "2.5.0"}, known)} >= {
        "CVE-2025-66418",
        "CVE-2025-66471",
    }


def test_an_advisory_that_lacks_something_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "advisories.yaml"
    file.write_text("advisories:\n  - package: x\n    versions: '<1'\n    id: x\n")

    with pytest.raises(ValueError, match="must have day, id, note"):
        advisories(file)


def test_the_list_of_licences_is_that_of_the_installed_packages() -> None:
    out = io.StringIO()
    write_licences(out)

    assert out.getvalue() == LICENCES.read_text(encoding="utf-8"), HOW
    assert "not stated" not in out.getvalue()


def test_no_licence_asks_to_publish_the_service() -> None:
    """The GPL is there only beside another licence to choose."""
    strict = re.compile(r"\bA?GPL|\bGeneral Public", re.IGNORECASE)
    for line in LICENCES.read_text(encoding="utf-8").splitlines():
        licence = line.partition(",")[2].replace("Lesser General Public", "Lesser")
        assert not strict.search(licence) or "MPL" in licence, line


def test_the_bill_of_materials_lists_every_locked_release_with_its_digests(tmp_path: Path) -> None:
    file = tmp_path / "sbom.json"
    program = Path(sys.executable).parent / "cyclonedx-py"
    command = [program, "requirements", "--output-reproducible", "--of", "JSON"]
    subprocess.run(
        [*command, "--output-file", file, "requirements.lock"], cwd=ROOT, check=True, timeout=60
    )

    told = json.loads(file.read_text(encoding="utf-8"))
    listed = {each["name"].lower().replace("_", "-"): each for each in told["components"]}

    assert "CycloneDX" == told["bomFormat"]
    assert pins("requirements.lock") == {name: each["version"] for name, each in listed.items()}
    assert all(
        any(reference.get("hashes") for reference in each["externalReferences"])
        for each in listed.values()
    )


def test_everything_is_installed_from_the_locks() -> None:
    for file in ("Makefile", "deploy/Dockerfile"):
        text = (ROOT / file).read_text(encoding="utf-8")
        assert "requirements.lock" in text
        assert not re.search(r"(--requirement |INSTALL\) )\S*requirements(-dev)?\.txt", text)
