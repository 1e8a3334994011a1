"""What the service is installed from: locked releases, advisories about them, their licences.

python -m deploy.supply advisories     exits with 1 if a locked release is affected
python -m deploy.supply licences       the licences of what is installed, as CSV
"""

import csv
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import distribution
from pathlib import Path
from typing import TextIO

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
ADVISORIES = ROOT / "deploy" / "advisories.yaml"
LICENCES = ROOT / "deploy" / "licences.csv"
LOCKS = ("requirements.lock", "requirements-dev.lock")
NOT_IN_METADATA = {
    "pyrage": "MIT",  # the file licenses/LICENSE of its wheel
    "pysqlite3": "Zlib",  # its repository
}
"""Licences of packages that state none themselves."""
KEYS = {"package", "versions", "id", "note", "day"}


@dataclass(frozen=True, slots=True)
class Advisory:
    """A weakness in some versions of a package, and the day on which it was entered here."""

    package: str
    versions: SpecifierSet
    id: str
    note: str
    day: date


def pins(name: str) -> dict[str, str]:
    """The version of each package that a file of requirements, or a lock, names itself.

    Raises:
        ValueError: a package has another version than one exact one.
    """
    found: dict[str, str] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        text = line.partition(" #")[0].removesuffix("\\").strip()
        if not text or text.startswith(("#", "-")):
            continue
        requirement = Requirement(text)
        exact = re.fullmatch(r"==([^*]+)", str(requirement.specifier))
        if exact is None:
            raise ValueError(f"{name} must pin {requirement.name} to one version")
        found[canonicalize_name(requirement.name)] = exact[1]
    return found


def advisories(file: Path = ADVISORIES) -> list[Advisory]:
    """The advisories that were entered.

    Raises:
        ValueError: one lacks something, or has something unknown.
    """
    listed = YAML(typ="safe").load(file.read_text(encoding="utf-8"))["advisories"]
    for each in listed:
        if set(each) != KEYS or not all(each.values()):
            raise ValueError(f"{each.get('id')} must have {', '.join(sorted(KEYS))}")
    return [
        Advisory(
            canonicalize_name(each["package"]),
            SpecifierSet(each["versions"]),
            each["id"],
            each["note"],
            each["day"],
        )
        for each in listed
    ]


def affected(pinned: dict[str, str], known: list[Advisory]) -> list[tuple[str, Advisory]]:
    """The pinned versions that an advisory is about, each with the advisory."""
    return [
        (pinned[each.package], each)
        for each in known
        if each.package in pinned and each.versions.contains(pinned[each.package], prereleases=True)
    ]


def licences(names: Iterator[str]) -> Iterator[tuple[str, str]]:
    """The licence of each installed package, as it states it itself."""
    for name in names:
        meta = distribution(name).metadata
        stated = meta.get("License-Expression")
        classified = [
            text.rpartition(" :: ")[2]
            for text in meta.get_all("Classifier") or []
            if text.startswith("License :: ") and text != "License :: OSI Approved"
        ]
        named = (meta.get("License") or "").strip().partition("\n")[0]
        yield (
            name,
            stated or "; ".join(classified) or named or NOT_IN_METADATA.get(name, "not stated"),
        )


def write_licences(out: TextIO) -> None:
    """The licences of what the service needs, as CSV."""
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("package", "licence"))
    rows.writerows(licences(iter(sorted(pins("requirements.lock")))))


def main() -> int:
    """The exit code."""
    asked = sys.argv[1] if len(sys.argv) == 2 else ""
    if asked == "licences":
        write_licences(sys.stdout)
        return 0
    if asked != "advisories":
        sys.stderr.write(f"{__doc__}")
        return 2
    pinned = {name: version for lock in LOCKS for name, version in pins(lock).items()}
    known = advisories()
    found = affected(pinned, known)
    for version, each in found:
        sys.stdout.write(f"{each.package} {version}: {each.id}: {each.note}\n")
    sys.stdout.write(
        f"{len(known)} advisories, {len(pinned)} locked releases, {len(found)} affected.\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
