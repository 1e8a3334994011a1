"""Which of a provision's paths its result rests on."""

from collections.abc import Callable

from app.law.provision import NextStep
from app.law.standing import StandingProvision

TruthOf = Callable[[int], bool | None]
"""Whether a condition, by index, is met; None where that is unknown."""


def paths_behind(provision: StandingProvision, truth: TruthOf, status: bool | None) -> set[str]:
    """The names of the paths that made a provision come out as it did.

    Where it applies, every path of which all conditions are met. Where it does not, the nearest:
    the one with the fewest failed conditions, then the fewest unknown ones, then the first in the
    file. Where it is open, every path that can still hold.
    """
    found = {
        name: [truth(index) for index in path]
        for name, path in zip(provision.provision.paths, provision.path_indexes, strict=True)
    }
    if status:
        return {name for name, truths in found.items() if all(truths)}
    if status is None:
        return {name for name, truths in found.items() if False not in truths}
    return {min(found, key=lambda name: (found[name].count(False), found[name].count(None)))}


def belongs(
    step: NextStep, provision: StandingProvision, truth: TruthOf, status: bool | None
) -> bool:
    """Whether a next step is worth saying: the path that it names, if any, is behind the result,
    one of the conditions that it mends, if any, has failed, and none of those without which it
    helps no more has.
    """
    if step.path is not None and step.path not in paths_behind(provision, truth, status):
        return False
    failed = {c.condition.id for c in provision.conditions if truth(c.index) is False}
    return failed.isdisjoint(step.unless_failed) and (
        not step.if_failed or not failed.isdisjoint(step.if_failed)
    )
