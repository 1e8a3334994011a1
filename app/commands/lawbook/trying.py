"""`flask law test`: the cases of the law, without pytest."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

import click

from app.commands.lawbook.sources import decider, settings
from app.commands.output import (
    NEGATIVE,
    USAGE,
    Refusal,
    command,
    counted,
    progress_of,
    respond,
)
from app.law.errors import Fault
from app.law.provision import Provision


@click.command("test")
@click.argument("provisions", nargs=-1, metavar="[PROVISION]...")
@command
def try_law(provisions: tuple[str, ...], as_json: bool) -> None:
    """Try the cases of each PROVISION, or of all, and print what fails with its file and line.

    A PROVISION is an id, or the path of its file or of its cases. A case fails if
    the law decides it otherwise. Together the cases must show each condition met, not met and
    unknown. They must also show both sides of each number and day. The command exits with 1 if
    anything fails.

    \b
    Example:  flask law test enrollment/tribe-members
    """
    from app.determinations.trials.trials import Trials

    trials = Trials(decider(), settings().rulesets.parent / "tests" / "cases")
    known = trials.lawbook.provisions
    wanted = [_provision_of(written, known) for written in provisions] or list(known.values())
    tried, faults = 0, list[Fault]()
    with progress_of("Trying provisions", len(wanted)) as advance:
        for provision in wanted:
            cases, wrong = trials.of(provision)
            tried, faults = tried + cases, [*faults, *wrong]
            advance(1)
    if not provisions:
        faults += trials.without_provision()
    about = f"{counted(tried, 'case')} of {counted(len(wanted), 'provision')}"
    if faults:
        complaints = [{"place": str(f.place), "sentence": f.sentence} for f in sorted(faults)]
        sentence = f"{counted(len(faults), 'complaint')} about {about}."
        raise Refusal(NEGATIVE, "cases-failed", sentence, complaints)
    respond(as_json, {"passed": True, "cases": tried, "complaints": []}, f"{about} passed.")


def _provision_of(written: str, known: Mapping[str, Provision]) -> Provision:
    """The provision of an id, or of the path of its file or of its cases."""
    if written in known:
        return known[written]
    path = Path(written)
    id = "/".join(path.with_suffix("").parts[-2:])
    if path.suffix == ".yaml" and id in known:
        return known[id]
    near = get_close_matches(id, known, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(near)}?" if near else "`GET /v1/provisions` lists them."
    raise Refusal(USAGE, "provision-unknown", f"Unknown provision {written}. {hint}")
