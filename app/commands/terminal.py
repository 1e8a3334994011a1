"""How answers look on a terminal.

Never by color alone: every mark stands beside its word, and NO_COLOR is respected (by rich).
"""

import errno
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.commands.refusals import print_json

MARKS = {
    "met": ("✓", "green"), "applies": ("✓", "green"), "eligible": ("✓", "green"),
    "not_met": ("✗", "red"), "does_not_apply": ("✗", "red"), "ineligible": ("✗", "red"),
    "unknown": ("?", "yellow"), "undetermined": ("?", "yellow"), "referred": ("→", "cyan"),
}  # fmt: skip
"""A status → its mark and the color that goes with it where there is color."""
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


def marked(status: str) -> Text:
    """A status as its mark and its word."""
    mark, color = MARKS[status]
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


def tell(as_json: bool, document: object, sentence: str, fold: bool = True) -> None:
    """What a command did: a document for a program, or a sentence for a reader."""
    if as_json:
        print_json(document)
    else:
        Screen().line(sentence, fold=fold)
