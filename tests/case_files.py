"""The case files of provisions and the worked scenarios, as tests read them: through the strict
YAML reader, with day as day.
"""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from app.law.reading.case_files import CaseFile, read_case_file
from app.law.reading.names import nest

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "cases"
SCENARIOS = ROOT / "tests" / "scenarios"


def case_files() -> dict[str, CaseFile]:
    """The cases of each provision, as the command line reads them.

    Raises:
        ValueError: some are not written as they have to be.
    """
    read = {
        id: read_case_file(id, CASES, "tests/cases")
        for path in sorted(CASES.rglob("*.yaml"))
        for id in [path.relative_to(CASES).with_suffix("").as_posix()]
    }
    if faults := [str(fault) for _, found in read.values() for fault in found]:
        raise ValueError("\n".join(faults))
    return {id: file for id, (file, _) in read.items()}


def load(path: Path) -> Any:
    """A YAML file; its values as text, numbers, flags and days."""
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def as_sent(value: Any) -> Any:
    """A value as a caller would send it in JSON: days and decimals as text."""
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, list | tuple):
        return [as_sent(member) for member in value]
    if isinstance(value, dict):
        return {key: as_sent(member) for key, member in value.items()}
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def nested(flat: dict[str, Any]) -> dict[str, Any]:
    """Facts by dotted name as nested objects."""
    return nest({name: as_sent(value) for name, value in flat.items()})
