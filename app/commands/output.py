"""Output of commands, on a terminal and as JSON, and errors with their exit codes.

Color is never the only sign: every mark has its word beside it, and rich respects NO_COLOR.
"""

import errno
import functools
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TextIO

import click
import msgspec
from flask.cli import with_appcontext
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from app.law.errors import UnsoundLaw

NEGATIVE, USAGE, REJECTED, DOWN, LESS = 1, 2, 3, 4, 5
"""The exit codes beside 0, which means done."""
UNWRITTEN = "answer-unwritten"
WRITING_FAILED = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG)
"""Errors that mean nothing but a full or failing disk; that a reader went away is none of them."""
MARKS = {
    "met": ("✓", "green"), "applies": ("✓", "green"), "eligible": ("✓", "green"),
    "not_met": ("✗", "red"), "does_not_apply": ("✗", "red"), "ineligible": ("✗", "red"),
    "unknown": ("?", "yellow"), "undetermined": ("?", "yellow"), "referred": ("→", "cyan"),
}  # fmt: skip
"""A status → its mark and the color that goes with it where there is color."""
ADVERSE = {"eligible": ("!", "red"), "ineligible": ("✓", "green")}
"""The same for the outcomes of a question where *eligible* is the denial."""
_PLAIN = str.maketrans(
    {
        "✓": "+",
        "✗": "x",
        "→": ">",
        "█": "#",
        "▓": "=",
        "▒": "~",
        "·": ".",
        "├": "|",
        "└": "`",
        "─": "-",
        "│": "|",
    }
)
PIPED_WIDTH = 160


class Refusal(click.ClickException):
    """The command ends without an answer: why, what exactly is wrong, and what to do."""

    def __init__(
        self,
        exit_code: int,
        refused: str,
        detail: str,
        complaints: list[dict[str, str]] | None = None,
    ) -> None:
        super().__init__(detail)
        self.exit_code = exit_code  # type: ignore[misc]
        self.refused, self.complaints = refused, complaints or []

    def show(self, file: Any = None) -> None:
        """The sentence, and each complaint on a line of its own, on standard error."""
        for complaint in self.complaints:
            click.echo(": ".join(complaint.values()), file=file, err=True)
        click.echo(self.message, file=file, err=True)

    def document(self) -> dict[str, object]:
        """The same for a program."""
        return {"refused": self.refused, "detail": self.message, "complaints": self.complaints}


def unsound(error: "UnsoundLaw") -> Refusal:
    """The law cannot be used; every complaint with its file and line."""
    complaints = [{"place": str(fault.place), "sentence": fault.sentence} for fault in error.faults]
    return Refusal(
        REJECTED,
        "law-unsound",
        f"The law has {counted(len(complaints), 'error')}.",
        complaints,
    )


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 complaint, 2 complaints."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def unknown_question(question: str, known: list[str]) -> Refusal:
    """An unknown question, with the most similar names."""
    near = get_close_matches(question, known, n=3, cutoff=0.5)
    hint = (
        f"Did you mean {' or '.join(near)}?" if near else ("`flask questions` lists the questions.")
    )
    return Refusal(USAGE, "question-unknown", f"Unknown question {question}. {hint}")


@contextmanager
def refusing() -> Iterator[None]:
    """Turns everything that may go wrong on the way to an answer into a refusal with
    its exit code.
    """
    try:
        yield
    except click.ClickException:
        raise
    except Exception as error:
        refusal = _refusal_of(error)
        if refusal is None:
            raise
        raise refusal from None


def _refusal_of(error: Exception) -> Refusal | None:
    # Here, because most commands need neither the law nor the engine, and few fail.
    from app.determinations.again.calendar import NotADayQuestion
    from app.determinations.errors import AsOfDiffers, FactsContradict, FactsRefused
    from app.engine import EngineFault
    from app.law.errors import LawNotEncoded, UnknownEdition, UnknownQuestion, UnsoundLaw

    sentence = str(error)
    match error:
        case UnsoundLaw():
            return unsound(error)
        case FactsRefused():
            complaints = [{"fact": wrong.fact, "detail": wrong.detail} for wrong in error.errors]
            if isinstance(error, FactsContradict):
                told = "Decided nothing: some facts cannot be so together."
                return Refusal(REJECTED, "facts-contradict", told, complaints)
            told = f"Decided nothing: {counted(len(complaints), 'fact')} rejected."
            return Refusal(REJECTED, "facts-refused", told, complaints)
        case AsOfDiffers():
            return Refusal(REJECTED, "as-of-differs", sentence)
        case NotADayQuestion():
            return Refusal(REJECTED, "no-calendar", sentence)
        case LawNotEncoded():
            told = f"{sentence[:1].upper()}{sentence[1:]}."
            return Refusal(REJECTED, "law-not-encoded", told)
        case UnknownEdition():
            return Refusal(USAGE, "edition-unknown", f"T{sentence[1:]}.")
        case UnknownQuestion():
            told = f"Unknown question {error.question}. `flask questions` lists the questions."
            return Refusal(USAGE, "question-unknown", told)
        case EngineFault():
            told = "The engine failed on this case; the service issued nothing."
            return Refusal(DOWN, "engine-fault", told)
    return None


def command(function: Callable[..., Any]) -> Callable[..., Any]:
    """A command that also prints JSON; with --json it prints a refusal on standard output too.

    An answer that it cannot write (the disk is full) is a refusal as well.
    """

    @click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
    @with_appcontext
    @functools.wraps(function)
    def run(*args: Any, as_json: bool, **kwargs: Any) -> Any:
        try:
            with refusing(), writing():
                return function(*args, as_json=as_json, **kwargs)
        except Refusal as refusal:
            if as_json and refusal.refused != UNWRITTEN:
                with writing():
                    print_json(refusal.document())
            raise

    return run


@contextmanager
def writing() -> Iterator[None]:
    """Sees to it that what was said on standard output has been written.

    A reader that has read enough (`| head -1`) is no failure: the command ends quietly, not with
    the code of a negative answer.

    Raises:
        Refusal: it could not be; what is left of it is dropped, so that the end of the process does
            not stumble over it again.
    """
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        if error.errno not in (*WRITING_FAILED, errno.EPIPE):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno == errno.EPIPE:
            sys.exit(0)
        raise Refusal(
            DOWN, UNWRITTEN, f"Cannot write the answer: {os.strerror(error.errno).lower()}."
        ) from None


def print_json(document: object) -> None:
    """A document or an answer on standard output; escaped where the stream carries no more than
    ASCII.
    """
    from app.determinations.answer import plain

    document = msgspec.to_builtins(document, enc_hook=plain)
    encoding = (sys.stdout.encoding or "ascii").lower()
    click.echo(json.dumps(document, ensure_ascii=encoding not in ("utf-8", "utf8"), indent=2))


class _Console(Console):
    """A console that leaves it to the command what to do when the reader has gone.

    Rich would end the process with 1.
    """

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


class Screen:
    """Standard output, as wide as the terminal.

    Into a pipe, wide enough that tables are not folded.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        out = stream or sys.stdout
        self._is_plain = not _carries_marks(out)
        self.console = _Console(
            file=out, highlight=False, markup=False, emoji=False, soft_wrap=False
        )
        if not self.console.is_terminal:
            self.console.width = PIPED_WIDTH
        self.width = self.console.width

    def line(
        self, text: str | Text = "", indent: int = 0, style: str | None = None, fold: bool = True
    ) -> None:
        """One line of text, folded between words under its own indent.

        Not where it must be copied whole, as an address.
        """
        shown = text if isinstance(text, Text) else Text(text, style=style or "")
        for part in shown.wrap(self.console, max(20, self.width - indent)) if fold else [shown]:
            part.rstrip()
            self.console.print(Text(" " * indent) + self._carried(part), soft_wrap=True)

    def tree_line(self, first: str, following: str, text: Text) -> None:
        """One line of a tree: *first* before it, *following* before the lines it folds into."""
        for number, part in enumerate(text.wrap(self.console, max(20, self.width - len(first)))):
            part.rstrip()
            self.console.print(
                self._carried(Text(first if number == 0 else following, style="dim") + part),
                soft_wrap=True,
            )

    def heading(self, text: str) -> None:
        """A blank line and a heading."""
        self.console.print()
        self.console.print(self._carried(Text(text, style="bold")), soft_wrap=True)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Rows under their columns."""
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(self._carried(Text(cell)) for cell in row))
        self.console.print(table)

    def _carried(self, text: Text) -> Text:
        """The text in characters that the stream can carry."""
        if self._is_plain:
            encoding = getattr(self.console.file, "encoding", None) or "ascii"
            text.plain = text.plain.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
        return text


def _carries_marks(stream: TextIO) -> bool:
    try:
        "✓✗→█▓▒·├└─│§“”".encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def marked(status: str, adverse: str = "ineligible") -> Text:
    """A status as its mark and its word; *adverse* is the outcome that denies something."""
    mark, color = (ADVERSE if adverse == "eligible" else MARKS).get(status) or MARKS[status]
    return Text(f"{mark} {status.replace('_', ' ')}", style=color)


def days(first: date, last: date | None) -> str:
    """A span of days in a table: 2011-01-01 – 2011-02-15, or with an open end."""
    return f"{first} – {last or ''}".rstrip()


@contextmanager
def progress_of(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar for *total* pieces of work, on standard error, on a terminal only; call what it gives
    with how many more are done.
    """
    if not sys.stderr.isatty():
        yield lambda count: None
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda count: bar.advance(task, count)


def respond(as_json: bool, document: object, sentence: str, fold: bool = True) -> None:
    """What a command did: a document for a program, or a sentence for a reader."""
    if as_json:
        print_json(document)
    else:
        Screen().line(sentence, fold=fold)
