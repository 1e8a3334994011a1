"""`flask users …`: accounts of people, for operators.

The command prompts for a password or reads it; it is never an argument.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from flask import current_app
from flask.cli import AppGroup

from app import clock
from app.commands.lawbook.sources import command_origin, open_records, settings
from app.commands.output import REJECTED, USAGE, Refusal, Screen, command, counted, print_json

if TYPE_CHECKING:
    from app.access.origin import Origin
    from app.access.roster import Roster
    from app.records.people.accounts import Account

users_group = AppGroup(
    "users", help="Manage the accounts of people who sign in. Create the first one here."
)
Command = Callable[..., Any]


def _with_password(command: Command) -> Command:
    """A command that needs a password: it prompts twice unless one of these options is set."""
    one_time = click.option(
        "--one-time",
        is_flag=True,
        help="Generate and print a password that the person must change at sign-in.",
    )
    stdin = click.option(
        "--password-stdin",
        is_flag=True,
        help="Read the password from the first line of standard input.",
    )
    return one_time(stdin(command))


@contextmanager
def _administering() -> Iterator[tuple["Roster", "Origin"]]:
    """The roster on the service's database, and the origin of the command. Errors become refusals.

    Raises:
        Refusal: the database is out of reach, or the account cannot be made or changed as asked.
    """
    from app.access.passwords import PasswordRefused
    from app.access.people import People
    from app.access.roster import NotAnAccount
    from app.records.organizations.organizations import OrganizationNotOpen
    from app.records.people.account_changes import NameTaken
    from app.records.people.account_search import LastAdministrator

    with open_records() as store:
        try:
            people = People(store, current_app.extensions.get("passwords"))
            yield people.roster, command_origin()
        except PasswordRefused as refused:
            raise Refusal(REJECTED, "password-refused", f"Changed nothing. {refused}") from None
        except (NotAnAccount, OrganizationNotOpen) as refused:
            raise Refusal(REJECTED, "account-refused", f"Created nothing. {refused}") from None
        except LastAdministrator:
            raise Refusal(
                REJECTED,
                "last-administrator",
                "Changed nothing. No other enabled account may change accounts. Give the role to "
                "another person first.",
            ) from None
        except NameTaken:
            raise Refusal(
                REJECTED,
                "name-taken",
                "Created nothing. This name or person already has an account.",
            ) from None


def _account(roster: "Roster", name: str) -> "Account":
    account = roster.accounts.named(name)
    if account is None:
        raise Refusal(
            USAGE,
            "account-unknown",
            "No account has that name. `flask users list` lists the accounts.",
        )
    return account


def _password(one_time: bool, password_stdin: bool) -> str | None:
    """The password from the prompt or standard input, or None for a one-time password.

    Raises:
        Refusal: both ways were named, or standard input cannot be read as text.
    """
    if one_time and password_stdin:
        raise Refusal(USAGE, "usage", "Use --one-time or --password-stdin, not both.")
    if one_time:
        return None
    if not password_stdin:
        return str(
            click.prompt(
                "Password", hide_input=True, confirmation_prompt="Repeat the password", err=True
            )
        )
    try:
        return sys.stdin.buffer.readline().decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise Refusal(
            REJECTED, "password-refused", "The password on standard input must be UTF-8."
        ) from None


def _as_json(account: "Account") -> dict[str, object]:
    return {
        "id": account.id,
        "name": account.name,
        "role": account.role,
        "organization": account.organization,
        "subject": account.subject,
        "disabled_because": account.disabled_because,
        "must_change_password": account.must_change,
        "failed_attempts": account.failed_attempts,
        "locked_until": account.locked_until.isoformat() if account.locked_until else None,
        "last_signed_in_at": account.last_sign_in_at.isoformat()
        if account.last_sign_in_at
        else None,
    }


def _answer(as_json: bool, account: "Account", sentence: str, one_time: str | None = None) -> None:
    """Print the result of a command that changed an account.

    A one-time password is alone on standard output.
    """
    if as_json:
        print_json({"account": _as_json(account), "one_time_password": one_time})
        return
    click.echo(sentence, err=True)
    if one_time is not None:
        click.echo(
            "One-time password, shown only now. The person must sign in and change it within "
            "seven days:",
            err=True,
        )
        click.echo(one_time)


@users_group.command("create")
@click.argument("name")
@click.option(
    "--role",
    required=True,
    help="The person's role, such as eligibility_worker or administrator.",
)
@click.option(
    "--organization", help="The organization that the person works for, such as an office."
)
@click.option(
    "--subject", help="The person's id at the identity provider, which replaces the password."
)
@_with_password
@command
def create_user(
    name: str,
    role: str,
    organization: str | None,
    subject: str | None,
    one_time: bool,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Create an account. The command asks twice for the password.

    \b
    Example:  flask users create r.alvarez --role eligibility_worker --one-time
    """
    from app.access.roster import NewAccount

    provider = settings().single_sign_on
    if subject is not None and provider is None:
        raise Refusal(
            USAGE,
            "no-provider",
            "No identity provider is set: set ELIGIBILITY_OIDC_ISSUER, or leave --subject out.",
        )
    issuer = provider.issuer if provider is not None and subject is not None else None
    new = NewAccount(name, role, organization, issuer, subject)
    with _administering() as (roster, origin):
        new.check()
        password = None if subject is not None else _password(one_time, password_stdin)
        account, generated = roster.create(new, origin, password)
    _answer(as_json, account, f"Created account {name}.", generated)


@users_group.command("list")
@command
def list_users(as_json: bool) -> None:
    """List the accounts with their status.

    \b
    Example:  flask users list
    """
    with _administering() as (roster, _):
        accounts = roster.accounts.page()
    if as_json:
        print_json({"accounts": [_as_json(account) for account in accounts]})
        return
    screen = Screen()
    screen.table(
        ("Name", "Role", "Organization", "Status", "Last signed in"),
        [
            (
                account.name,
                account.role,
                account.organization or "",
                _status(account),
                _day(account),
            )
            for account in accounts
        ],
    )
    click.echo(f"{counted(len(accounts), 'account')}. Days are in Massachusetts time.", err=True)


def _status(account: "Account") -> str:
    if account.is_disabled:
        return f"disabled ({account.disabled_because})"
    if account.locked_until is not None and account.locked_until > clock.now():
        return f"locked until {account.locked_until:%Y-%m-%d %H:%M} UTC"
    return "one-time password" if account.must_change else "active"


def _day(account: "Account") -> str:
    return clock.day_of(account.last_sign_in_at).isoformat() if account.last_sign_in_at else "never"


@users_group.command("disable")
@click.argument("name")
@command
def disable_user(name: str, as_json: bool) -> None:
    """Disable an account: end its sessions and reject further sign-ins. The last administrator
    stays.

    \b
    Example:  flask users disable r.alvarez
    """
    _switch(name, True, "Disabled account {} and ended its sessions.", as_json)


@users_group.command("enable")
@click.argument("name")
@command
def enable_user(name: str, as_json: bool) -> None:
    """Enable a disabled account.

    \b
    Example:  flask users enable r.alvarez
    """
    _switch(name, False, "Enabled account {}.", as_json)


def _switch(name: str, disabled: bool, sentence: str, as_json: bool) -> None:
    """Disable or enable an account, and say so with its name."""
    with _administering() as (roster, origin):
        account = roster.change(_account(roster, name), {"disabled": disabled}, origin)
    _answer(as_json, account, sentence.format(account.name))


@users_group.command("end-unused")
@command
def end_unused(as_json: bool) -> None:
    """Disable the accounts that were not used for 60 days. Run it once a day. The last
    administrator stays. ELIGIBILITY_UNUSED_DAYS sets another number of days.

    \b
    Example:  flask users end-unused
    """
    from app.access.people import People
    from app.access.unused import end_unused as disable_unused

    with open_records() as store:
        people = People(store, unused_days=settings().unused_days)
        ended, kept = disable_unused(people, command_origin())
    if as_json:
        names = {"disabled": [it.name for it in ended], "kept": [it.name for it in kept]}
        print_json(names)
        return
    for account in ended:
        click.echo(account.name)
    click.echo(f"Disabled {counted(len(ended), 'unused account')}.", err=True)
    if kept:
        click.echo(
            "Left the last administrator's account enabled. It is unused too: create another "
            "administrator or sign in.",
            err=True,
        )


@users_group.command("unlock")
@click.argument("name")
@command
def unlock_user(name: str, as_json: bool) -> None:
    """Unlock an account by deleting its failed sign-in attempts.

    \b
    Example:  flask users unlock r.alvarez
    """
    with _administering() as (roster, origin):
        roster.unlock(_account(roster, name), origin)
        account = _account(roster, name)
    _answer(as_json, account, f"Unlocked account {account.name}.")


@users_group.command("reset-second-factor")
@click.argument("name")
@command
def reset_second_factor(name: str, as_json: bool) -> None:
    """Remove every second factor and recovery code of an account and end its sessions. First make
    sure that the person asked for it. They set up a new one at the next sign-in.

    \b
    Example:  flask users reset-second-factor r.alvarez
    """
    from app.access.second_factor.resetting import reset_alone

    with open_records() as store, _administering() as (roster, origin):
        account = _account(roster, name)
        reset_alone(store, account.id, origin)
    _answer(as_json, account, f"Reset the second factor of account {account.name}.")


@users_group.command("reset-password")
@click.argument("name")
@_with_password
@command
def reset_password(name: str, one_time: bool, password_stdin: bool, as_json: bool) -> None:
    """Set a new password, end the account's sessions and unlock it. The command asks twice for the
    password.

    \b
    Example:  flask users reset-password r.alvarez --one-time
    """
    with _administering() as (roster, origin):
        account = _account(roster, name)
        generated = roster.reset_password(account, origin, _password(one_time, password_stdin))
        account = _account(roster, name)
    _answer(as_json, account, f"Set a new password for account {account.name}.", generated)
