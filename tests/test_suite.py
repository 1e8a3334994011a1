"""What holds of the tests themselves."""

import ast
from functools import cache

from tests.case_files import ROOT

ONLY_COMPARED = {"deploy/test_compose.py", "deploy/test_nginx.py", "test_settings.py"}
"""Where the settings' own defaults are looked at, and nothing is opened."""


@cache
def calls() -> list[tuple[str, ast.Call]]:
    """Every call in every file of the tests, with the file's name."""
    return [
        (path.relative_to(ROOT / "tests").as_posix(), node)
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]


def test_no_test_works_in_the_folder_of_a_running_service() -> None:
    """Settings that name no folder mean `instance/`, where `make run` keeps what it serves."""
    unnamed = [
        f"{file}:{call.lineno}"
        for file, call in calls()
        if ast.unparse(call.func) == "Settings" and file not in ONLY_COMPARED
        if not {"instance", None} & {keyword.arg for keyword in call.keywords}
    ]

    assert [] == unnamed


def test_whatever_is_skipped_says_what_to_install() -> None:
    """Only `tests.machine` skips: it names the package, and fails where nothing may be skipped."""
    skipping = [
        f"{file}:{call.lineno}"
        for file, call in calls()
        if ast.unparse(call.func).split(".")[-1] in ("skip", "skipif", "importorskip")
        if file != "machine.py"
    ]

    assert [] == skipping
