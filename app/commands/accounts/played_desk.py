"""The demonstration's year at the waiver desk, played once by the demonstration's people."""

from collections.abc import Callable, Mapping
from datetime import date

from flask import Flask

from app import clock
from app.access.demonstration import ORGANIZATIONS, account_name
from app.access.origin import actor_of
from app.access.people import People
from app.access.principal import Principal
from app.access.roles import shipped_roles
from app.api.http.service import Service, install
from app.api.people.current import install_people
from app.commands.accounts.desk_year import DeskYear
from app.commands.accounts.played_requests import (
    CHIEF,
    REVIEWER,
    SUBJECT,
    WORKER,
    played_requests,
)
from app.records.store import Store
from app.records.waivers.waiver_requests import WaiverRequests


def cast_of(people: People) -> Mapping[str, Principal]:
    """The demonstration's people of the desk, by their roles.

    Raises:
        LookupError: an account of theirs is missing.
        RecordsUnavailable: the database is unavailable.
    """
    cast = {}
    for role in (WORKER, REVIEWER, CHIEF):
        account = people.accounts.named(account_name(role))
        if account is None:
            raise LookupError(account_name(role))
        cast[role] = shipped_roles().principal(
            actor_of(account.id), role, ORGANIZATIONS[role], is_machine=False
        )
    return cast


def was_played(store: Store) -> bool:
    """Whether the year stands in a database already.

    Raises:
        RecordsUnavailable: the database is unavailable.
    """
    first = WaiverRequests(store).about(SUBJECT.format(1), ORGANIZATIONS[WORKER])
    return bool(first)


def play_desk(service: Service, people: People, each_day: Callable[[date], object]) -> int:
    """Play the year before today; how many requests came. *each_day* is called for each.

    Raises:
        Problem: the service refused a step.
        RecordsUnavailable: the database is unavailable.
    """
    cast = cast_of(people)
    app = Flask("demonstration")
    install(app, service)
    install_people(app, people)
    today = clock.today()
    return DeskYear(app, cast, played_requests(today)).play(today, each_day)
