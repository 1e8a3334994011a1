"""`flask records replay`: decide every stored determination again and compare."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from app import clock
from app.commands.lawbook.sources import DAY, command_origin, open_records
from app.commands.output import REJECTED, Screen, command, counted, print_json, progress_of
from app.determinations.again.older_law import LawAltered, decider_under
from app.determinations.again.replay import compared, replay
from app.determinations.decide import Decider
from app.engine import Engine, EngineFault
from app.records.errors import RecordDamaged

if TYPE_CHECKING:
    from app.records.ledger.replay import Made, Period
    from app.records.store import Store

LISTED_AT_MOST = 1_000
"""The most differences and damaged records to list; of the rest the command prints the number."""
DAMAGED = "damaged"
"""Replaces the member that differs if the record is damaged."""


@dataclass
class Replayed:
    """What replaying came to so far."""

    agree: int = 0
    in_meaning: int = 0
    differ: int = 0
    damaged: int = 0
    without_law: int = 0
    listed: list[dict[str, str]] = field(default_factory=list)
    listed_damaged: list[str] = field(default_factory=list)
    laws: list[dict[str, object]] = field(default_factory=list)

    @property
    def all_agree(self) -> bool:
        """Whether every determination came out as it was issued."""
        return not self.differ and not self.damaged and not self.without_law

    def take(self, id: str, made_by: str | None, differs_at: str | None) -> None:
        """Count one determination."""
        if differs_at is None:
            self.agree += 1
            self.in_meaning += compared(made_by) == "meaning"
        elif differs_at == DAMAGED:
            self.damaged += 1
            self.listed_damaged += [id] if len(self.listed_damaged) < LISTED_AT_MOST else []
        else:
            self.differ += 1
            self.listed += (
                [{"id": id, "differs_at": differs_at}] if len(self.listed) < LISTED_AT_MOST else []
            )

    def document(self) -> dict[str, object]:
        """The same for a program."""
        return {
            "replayed": self.agree + self.differ + self.damaged,
            "agree": self.agree,
            "compared": {"bytes": self.agree - self.in_meaning, "meaning": self.in_meaning},
            "differ": self.differ,
            "damaged": self.damaged,
            "law_not_kept": self.without_law,
            "differences": self.listed,
            "further_differences": self.differ - len(self.listed),
            "damaged_records": self.listed_damaged,
            "further_damaged_records": self.damaged - len(self.listed_damaged),
            "laws": self.laws,
        }


@click.command("replay")
@click.option(
    "--since",
    type=DAY,
    help="The first day to replay, in Massachusetts time; default: all.",
)
@click.option(
    "--until",
    type=DAY,
    help="The last day to replay; default: all until now.",
)
@command
def replay_command(since: date | None, until: date | None, as_json: bool) -> None:
    """Replay all stored determinations: decide each again under its stored law, and compare the
    results.

    Results of this version of the program must agree to the byte, those of other versions in
    meaning. The command changes nothing. It exits with 3 if a result differs, a record is damaged,
    or a text of the law is missing. It then lists these determinations and the first member that
    differs.

    \b
    Example:  flask records replay --since 2026-01-01
    """
    from app.records.ledger.replay import Period

    started = clock.now()
    after = (
        clock.start_of(until + timedelta(days=1)) if until and until < clock.today() else started
    )
    period = Period(clock.start_of(since) if since else None, after)
    with open_records() as store:
        replayed = _replay_all(store, period)
        store.note(
            command_origin().did(
                "records.replayed", None, "agrees" if replayed.all_agree else "differs", "records"
            )
        )
    if as_json:
        print_json(replayed.document())
    else:
        _print(replayed)
    if not replayed.all_agree:
        sys.exit(REJECTED)


def _replay_all(store: "Store", period: "Period") -> Replayed:
    """Law by law, so that each is read once; only one page of determinations is in memory."""
    from app.records.ledger.replay import laws_used, made_under

    replayed, engine, laws = Replayed(), Engine(), laws_used(store, period)
    known = [law.digest for law in laws if law.digest is not None]
    with progress_of("Replaying", sum(law.determinations for law in laws)) as advance:
        for digest, count in laws:
            decider = _decider(store, digest, engine)
            replayed.laws.append(
                {"digest": digest, "determinations": count, "kept": decider is not None}
            )
            made = (
                made_under(store, [digest], period)
                if digest is not None
                else made_under(store, known, period, others=True)
            )
            if decider is None and digest is not None:
                made = (one for one in made if one.record is None)
            told = 0
            for each, differs_at in _differences(decider, made):
                replayed.take(each.id, each.record.made_by if each.record else None, differs_at)
                told += 1
                advance(1)
            if decider is None:
                replayed.without_law += count - told
                advance(count - told)
    return replayed


def _decider(store: "Store", digest: str | None, engine: Engine) -> Decider | LawAltered | None:
    """The decider under a stored law, the fault of that law, or None if its text is missing."""
    try:
        law = None if digest is None else store.law(digest)
        return None if law is None else decider_under(law.digest, law.texts, engine.beside())
    except RecordDamaged as error:
        return LawAltered(error.id)
    except LawAltered as error:
        return error


def _differences(
    decider: Decider | LawAltered | None, made: Iterable["Made"]
) -> Iterator[tuple["Made", str | None]]:
    for each in made:
        if each.record is None or decider is None:
            yield each, DAMAGED
        elif isinstance(decider, LawAltered):
            yield each, decider.differs_at
        else:
            try:
                yield each, replay(decider, each.record) or (None if each.as_kept else DAMAGED)
            except EngineFault:
                yield each, "engine fault"


def _print(replayed: Replayed) -> None:
    screen = Screen()
    for law in replayed.laws:
        if law["digest"] is None:
            continue
        unkept = "" if law["kept"] else ", whose text is missing"
        screen.line(
            f"{counted(int(str(law['determinations'])), 'determination')} under "
            f"{law['digest']}{unkept}",
            fold=False,
        )
    told = (
        f"{replayed.agree - replayed.in_meaning:,} agree to the byte, {replayed.in_meaning:,} in "
        f"meaning; {replayed.differ:,} differ; {replayed.damaged:,} are damaged"
    )
    screen.line(f"{told}; {replayed.without_law:,} lack the text of their law.")
    rows = [(each["id"], each["differs_at"]) for each in replayed.listed] + [
        (id, DAMAGED) for id in replayed.listed_damaged
    ]
    if rows:
        screen.table(("determination", "differs at"), rows)
    further = replayed.differ + replayed.damaged - len(rows)
    if further:
        screen.line(f"and {counted(further, 'further difference')}")
