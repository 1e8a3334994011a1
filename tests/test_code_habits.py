"""The habits that keep the code readable. Each is a rule about every file of `app`."""

import ast
from pathlib import Path

from tests.case_files import ROOT

CODE = sorted((ROOT / "app").rglob("*.py"))
FILE_LINES, FUNCTION_LINES = 400, 40


def test_no_file_is_too_long() -> None:
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in CODE}

    assert {} == {file: lines for file, lines in lengths.items() if lines > FILE_LINES}


def test_no_function_is_too_long() -> None:
    """Its signature and its docstring count, its decorators do not."""
    longer = [
        f"{function}: {lines} lines"
        for path in CODE
        for function, lines in functions_of(path)
        if lines > FUNCTION_LINES
    ]

    assert [] == longer


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions_of(path: Path) -> list[tuple[str, int]]:
    """Every function of a file with the number of its lines, methods and nested ones too."""
    return [
        (f"{name_of(path)} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_the_clock_is_read_in_one_file() -> None:
    readers = {name_of(path) for path in CODE if reads_the_clock(path)}

    assert {"app/clock.py"} == readers


def reads_the_clock(path: Path) -> bool:
    """Whether a file asks for the present day or moment other than through `app.clock`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            of = node.value.id if isinstance(node.value, ast.Name) else ""
            if node.attr in ("now", "utcnow", "today") and of != "clock":
                return True
            if of == "time" and node.attr in ("time", "time_ns", "localtime", "gmtime", "ctime"):
                return True
        if (
            isinstance(node, ast.ImportFrom)
            and node.module == "time"
            and {a.name for a in node.names} & {"time", "time_ns"}
        ):
            return True
    return False
