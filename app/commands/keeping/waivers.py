"""`flask waivers …`: what the service records of waiver requests by itself, and whether the figures
of the desk are what the sealed steps say.
"""

from flask.cli import AppGroup

from app import clock
from app.commands.keeping.data_ring import data_ring
from app.commands.lawbook.sources import command_origin, open_records
from app.commands.output import REJECTED, Refusal, command, counted, respond

waivers_group = AppGroup(
    "waivers", help="Record what a day that passed means; count the desk again."
)
MONTHS = 120
"""How many months the recount compares, up to the present one."""


@waivers_group.command("mark-late")
@command
def mark_late_command(as_json: bool) -> None:
    """Record where a waiver was granted and the last day to tell the carrier has passed.

    Run it once a day. A second run on the same day records nothing more.

    \b
    Example:  flask waivers mark-late
    """
    from app.waivers.desk import Desk
    from app.waivers.late import mark_late

    with open_records() as store:
        marked = mark_late(Desk(store, data_ring()), clock.today(), clock.now())
        store.note(command_origin().did("waivers.marked_late", None, kind="waivers"))
    respond(
        as_json,
        {"marked": marked},
        f"Recorded for {counted(len(marked), 'request')}: the carrier was not told in time.",
    )


@waivers_group.command("recount")
@command
def recount_command(as_json: bool) -> None:
    """Count the figures of the desk again from the sealed steps, and compare them.

    Exits with 3 where they differ: then a stored request says something that its steps do not say.

    \b
    Example:  flask waivers recount
    """
    from app.records.waivers.whole_desk import every_request, every_step
    from app.waivers.figures import Month, figures_of
    from app.waivers.recount import recount

    today = clock.today()
    span = (Month.of(today).later(1 - MONTHS), Month.of(today), today)
    with open_records() as store:
        figures = figures_of(every_request(store), *span)
        counted_again = recount(every_step(store), *span)
    if figures != counted_again:
        raise Refusal(
            REJECTED,
            "figures-differ",
            "The figures of the desk differ from the recount. Run `flask records verify`.",
        )
    received = sum(month.received for month in figures.months)
    respond(
        as_json,
        {"received": received, "open": figures.open.count, "overdue": figures.overdue},
        f"The recount gives the same figures: {counted(received, 'request')} received.",
    )
