"""`flask records replay`: every kept determination decided again under the law of then, and held against what was issued."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from app import clock
from app.commands.progress import progress_of
from app.commands.record_stores import command_entry, kept_records
from app.commands.refusals import REJECTED, answering, counted, print_json
from app.commands.sources import DAY
from app.commands.terminal import Screen
from app.determinations.again import replay
from app.determinations.decide import Decider
from app.determinations.older_law import LawAltered, decider_under
from app.engine import Engine, EngineFault

if TYPE_CHECKING:
    from app.records.entries import DeterminationRecord
    from app.records.replaying import Period
    from app.records.store import Store

LISTED_AT_MOST = 1_000
"""Differences listed one by one; of further ones only the number is told."""


@dataclass
class Replayed:
    """What replaying came to so far."""

    agree: int = 0
    differ: int = 0
    without_law: int = 0
    listed: list[dict[str, str]] = field(default_factory=list)
    laws: list[dict[str, object]] = field(default_factory=list)

    @property
    def all_agree(self) -> bool:
        """Whether every determination came out as it was issued."""
        return not self.differ and not self.without_law

    def take(self, id: str, differs_at: str | None) -> None:
        """Count one determination."""
        if differs_at is None:
            self.agree += 1
            return
        self.differ += 1
        if len(self.listed) < LISTED_AT_MOST:
            self.listed.append({"id": id, "differs_at": differs_at})

    def document(self) -> dict[str, object]:
        """The same for a program."""
        return {
            "replayed": self.agree + self.differ,
            "agree": self.agree,
            "differ": self.differ,
            "law_not_kept": self.without_law,
            "differences": self.listed,
            "further_differences": self.differ - len(self.listed),
            "laws": self.laws,
        }


@click.command("replay")
@click.option("--since", type=DAY, help="The first day, in Massachusetts, whose determinations are replayed; default: all.")
@click.option("--until", type=DAY, help="The last such day; default: all that were made before the command started.")
@answering
def replay_command(since: date | None, until: date | None, as_json: bool) -> None:
    """Decide all kept determinations again, each under the law of then, and compare byte for byte with what was issued.

    Nothing is changed. Where anything differs, or cannot be decided again because its law was not kept, the command ends with 3 and
    names the determinations and the first member of each that differs.

    \b
    Example:  flask records replay --since 2026-01-01
    """
    from app.records.replaying import Period

    started = clock.now()
    after = clock.start_of(until + timedelta(days=1)) if until and until < clock.today() else started
    period = Period(clock.start_of(since) if since else None, after)
    with kept_records() as store:
        replayed = _replay_all(store, period)
        outcome = "agrees" if replayed.all_agree else "differs"
        store.note(command_entry("records.replayed", "records", outcome=outcome))
    if as_json:
        print_json(replayed.document())
    else:
        _tell(replayed)
    if not replayed.all_agree:
        sys.exit(REJECTED)


def _replay_all(store: "Store", period: "Period") -> Replayed:
    """Law by law, so that each is read once; only one page of determinations is in memory."""
    from app.records.replaying import laws_used, made_under

    replayed, engine, laws = Replayed(), Engine(), laws_used(store, period)
    with progress_of("Replaying", sum(laws.values())) as advance:
        for digest, count in laws.items():
            decider = _decider(store, digest, engine)
            replayed.laws.append({"digest": digest, "determinations": count, "kept": decider is not None})
            if decider is None:
                replayed.without_law += count
                advance(count)
                continue
            for id, differs_at in _differences(decider, made_under(store, digest, period)):
                replayed.take(id, differs_at)
                advance(1)
    return replayed


def _decider(store: "Store", digest: str, engine: Engine) -> Decider | LawAltered | None:
    """Who decides under a kept law; what is wrong with it; none where it was not kept."""
    law = store.law(digest)
    if law is None:
        return None
    try:
        return decider_under(digest, law.texts, engine.beside())
    except LawAltered as error:
        return error


def _differences(decider: Decider | LawAltered, records: Iterator["DeterminationRecord"]) -> Iterator[tuple[str, str | None]]:
    for record in records:
        if isinstance(decider, LawAltered):
            yield record.id, "/law/digest"
            continue
        try:
            yield record.id, replay(decider, record)
        except EngineFault:
            yield record.id, "engine fault"


def _tell(replayed: Replayed) -> None:
    screen = Screen()
    for law in replayed.laws:
        unkept = "" if law["kept"] else ", whose text was not kept"
        screen.line(f"{counted(int(str(law['determinations'])), 'determination')} under {law['digest']}{unkept}", fold=False)
    told = f"{replayed.agree:,} agree to the byte, {replayed.differ:,} differ"
    screen.line(f"{told}, {replayed.without_law:,} cannot be decided again.")
    if replayed.listed:
        screen.table(("determination", "differs at"), [(each["id"], each["differs_at"]) for each in replayed.listed])
    further = replayed.differ - len(replayed.listed)
    if further:
        screen.line(f"and {counted(further, 'further difference')}")
