"""A year of the desk with a moved clock: no deadline passes without a mark, and the figures of each
month equal the recount.
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from freezegun import freeze_time

from app import clock
from app.access.demonstration import make_demonstration_accounts, make_organizations
from app.access.organizations import OrganizationRegister
from app.access.origin import Origin
from app.access.people import People
from app.api.http.service import Service, install
from app.api.people.current import install_people
from app.commands.accounts.desk_year import DeskYear
from app.commands.accounts.played_desk import cast_of
from app.commands.accounts.played_requests import played_requests
from app.determinations.decide import Decider
from app.records.database import open_database
from app.records.ledger.seals import seal_everything
from app.records.store import Store
from app.records.verifying.verification import verify
from app.records.waivers.queue import QueueFilter, place_in_queue, queue
from app.records.waivers.waiver_requests import DeskReach, WaiverRequest, WaiverStep
from app.records.waivers.whole_desk import every_request, every_step
from app.settings import Settings
from app.waivers.figures import Figures, Month, figures_of
from app.waivers.recount import recount
from app.waivers.states import State

TODAY = date(2026, 11, 28)
EVERYBODY = DeskReach(everything=True)


@dataclass
class Played:
    """A desk after its year, with what was seen of it at the end of some days."""

    store: Store
    came: int
    unmarked: list[str] = field(default_factory=list)
    figures: list[tuple[Figures, Figures]] = field(default_factory=list)

    def look(self, day: date) -> None:
        """Look at the end of a day for what passed without a mark, and count once a month."""
        desk = list(every_request(self.store))
        self.unmarked += [request.id for request, steps in desk if is_unmarked(request, steps, day)]
        if (day + timedelta(days=1)).day == 1 or day == TODAY:
            span = (Month.of(TODAY).later(-13), Month.of(TODAY), day)
            counted = recount(every_step(self.store), *span)
            self.figures.append((figures_of(desk, *span), counted))

    @property
    def desk(self) -> list[tuple[WaiverRequest, list[WaiverStep]]]:
        return list(every_request(self.store))


def is_unmarked(request: WaiverRequest, steps: list[WaiverStep], day: date) -> bool:
    """Whether the last day to tell the carrier passed, and no step says so or that it was told."""
    if request.state != State.GRANTED or request.tell_carrier_by is None:
        return False
    return request.tell_carrier_by < day and not {"carrier-told", "not-told-in-time"} & {
        step.step for step in steps
    }


@pytest.fixture(scope="module")
def played(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, decider: Decider
) -> Iterator[Played]:
    folder = tmp_path_factory.mktemp("year")
    shutil.copy(migrated_sqlite, folder / "year.sqlite")
    settings = Settings(database_url=f"sqlite:///{folder / 'year.sqlite'}", instance=folder)
    store = Store(open_database(settings.database_url))
    app = Flask("year")
    install(app, Service(settings, decider, store, decider.lawbook.default_edition))
    people = People(store, None)
    install_people(app, people)
    with freeze_time(f"{TODAY} 20:00:00"):
        make_organizations(OrganizationRegister(store))
        make_demonstration_accounts(people.roster, Origin("command:tests"))
        with app.app_context():
            cast = cast_of(people)
        found = Played(store, 0)
        found.came = DeskYear(app, cast, played_requests(TODAY)).play(TODAY, found.look)
        yield found
    store.close()


def test_sixty_requests_reach_every_state(played: Played) -> None:
    states = Counter(request.state for request, _ in played.desk)

    assert 60 == played.came == sum(states.values())
    assert set(State) == set(states)


def test_no_last_day_passes_without_a_mark(played: Played) -> None:
    steps = [step.step for _, told in played.desk for step in told]

    assert [] == played.unmarked
    assert steps.count("not-told-in-time") >= 3
    assert steps.count("carrier-told") >= 3


def test_what_is_overdue_stands_first_in_the_queue(played: Played) -> None:
    wanted = QueueFilter(frozenset(str(state) for state in State if state.is_open))
    found = [
        each
        for each in queue(played.store, EVERYBODY, wanted, 100)
        if isinstance(each, WaiverRequest)
    ]

    late = [place_in_queue(each).due < TODAY for each in found]
    assert late == sorted(late, reverse=True)
    overdue = [each for each in found if each.decide_by is not None and each.decide_by < TODAY]
    assert len(overdue) == played.figures[-1][0].overdue >= 3


def test_the_figures_of_each_month_equal_the_recount(played: Played) -> None:
    assert len(played.figures) >= 12
    for figures, counted in played.figures:
        assert figures == counted
    last = played.figures[-1][0]
    assert 60 == sum(month.received for month in last.months)
    assert sum(month.departures for month in last.months) >= 3
    assert last.incomplete.count >= 2


def test_the_records_of_the_year_are_whole(played: Played) -> None:
    for _ in seal_everything(played.store, clock.now()):
        pass
    found = verify(played.store)

    assert (0, ()) == (found.unsealed, found.complaints)
