"""`flask records disposals`, `release` and `withdraw`: what becomes of marks for disposal."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from app import clock
from app.commands.disposing.opened import (
    STATES,
    disposals_in,
    found_mark,
    going_on,
    left_document,
    mark_document,
    moment,
    operator,
    show_left,
    show_mark,
)
from app.commands.lawbook.sources import command_origin, open_records
from app.commands.output import REJECTED, Refusal, Screen, command, counted, print_json

if TYPE_CHECKING:
    from app.access.approvals import Approval
    from app.records.disposing.listing import Marked
    from app.records.store import Store


@click.command("disposals")
@command
def disposals_command(as_json: bool) -> None:
    """List what was marked for disposal, the newest first, and what became of it.

    \b
    Example:  flask records disposals
    """
    from app.access.disposals import state_of

    with open_records() as store:
        found = disposals_in(store).listed()
    if as_json:
        print_json({"marked": [mark_document(each) for each in found]})
        return
    if not found:
        Screen().line("Nothing was marked yet.")
        return
    Screen().table(
        ("mark", "marked", "by", "records", "state", "release from"),
        [
            (
                each.approval.id,
                moment(each.approval.proposed_at),
                each.approval.proposed_by,
                str(sum(each.counts.values())),
                STATES[state_of(each, clock.now())],
                moment(each.release_from),
            )
            for each in found
        ],
    )


@click.command("release")
@click.argument("mark")
@command
def release_command(mark: str, as_json: bool) -> None:
    """Release what another person marked: delete it.

    You are the user of the operating system who runs the command. The mark must have waited. The
    command checks each record again. One under a hold by now, or whose period became longer, stays,
    and the command names it. If it is interrupted, run it again: it goes on.

    \b
    Example:  flask records release 01a3f2c4-0000-7000-8000-000000000000
    """
    with open_records() as store:
        disposals = disposals_in(store)
        found = found_mark(disposals, mark)
        if mark not in disposals.unfinished():
            _approve(store, found)
            found = found_mark(disposals, mark)
        left = going_on(disposals, found)
        found = found_mark(disposals, mark)
    if as_json:
        print_json({**mark_document(found), "left_out": left_document(left)})
        return
    show_left(left)
    show_mark(found)
    rows = sum(each.count for each in found.marks) - len(left)
    Screen().line(f"{counted(rows, 'row')} went, {counted(len(left), 'row')} stayed.")


@click.command("withdraw")
@click.argument("mark")
@command
def withdraw_command(mark: str, as_json: bool) -> None:
    """Withdraw what you marked for disposal. Nothing is deleted, and you can mark anew.

    \b
    Example:  flask records withdraw 01a3f2c4-0000-7000-8000-000000000000
    """
    with open_records() as store:
        disposals = disposals_in(store)
        _withdraw(store, found_mark(disposals, mark))
        found = found_mark(disposals, mark)
    if as_json:
        print_json(mark_document(found))
    else:
        show_mark(found)


def _approve(store: "Store", found: "Marked") -> "Approval":
    """Release marks as the user who runs the command.

    Raises:
        Refusal: they cannot be released now, or not by this user.
    """
    from app.access.approvals import Approvals

    return _decided(lambda: Approvals(store).approve(found.approval, operator(), command_origin()))


def _withdraw(store: "Store", found: "Marked") -> "Approval":
    from app.access.approvals import Approvals

    return _decided(lambda: Approvals(store).withdraw(found.approval, operator(), command_origin()))


def _decided(decide: Callable[[], "Approval"]) -> "Approval":
    """What a decision gives.

    Raises:
        Refusal: it is not possible; the sentence says why.
    """
    from app.access.approvals import ApprovalOver, EffectChanged, NotASecondPerson, NotYet

    try:
        return decide()
    except NotYet as wait:
        raise Refusal(REJECTED, "not-yet", str(wait)) from None
    except NotASecondPerson as refused:
        raise Refusal(REJECTED, "second-person-needed", str(refused)) from None
    except ApprovalOver as over:
        told = f"It is {over.state}. Nothing was done."
        raise Refusal(REJECTED, "approval-over", told) from None
    except EffectChanged:
        told = "The list of what was marked was changed. Run `flask records verify`."
        raise Refusal(REJECTED, "effect-changed", told) from None
