"""The peers: each loaded with the small rule, with its explanation on. Those that are not installed
say so.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bench.peers.rule import Answer, Contestant, Facts

FOLDER = Path(__file__).parent


def peers() -> Iterator[Contestant | str]:
    """The peers that are installed, and a sentence for each that is not."""
    for name, make in (("zen", _zen), ("OPA", _opa), ("OpenFisca", _openfisca)):
        try:
            yield make()
        except (ImportError, OSError) as error:
            yield f"{name} is left out: {error}"


def _zen() -> Contestant:
    import zen

    from bench.peers.small_zen import graph

    compiled = zen.ZenDecisionContent(json.dumps(graph()))
    engine = zen.ZenEngine({"loader": lambda _: compiled})  # else it compiles for each decision

    def decide(facts: Facts) -> Answer:
        found = engine.evaluate("small", facts, {"trace": True})
        return found["result"]["outcome"], msgspec.json.encode(found)

    return Contestant(
        "zen, trace",
        "each node's input and output, and the number of the table's row that fit",
        decide,
    )


def _opa() -> Contestant:
    from opa_bindings import OpaEngine

    engine = OpaEngine()
    engine.add_policy("small.rego", (FOLDER / "small.rego").read_text())

    def decide(facts: Facts) -> Answer:
        outcome: str = engine.eval_document("small.outcome", facts, trace=True)
        return outcome, msgspec.json.encode([outcome, engine.last_trace])

    return Contestant(
        "OPA, trace (its Go library in this process)",
        "each expression evaluated, failed or tried again, with its variables, for a programmer",
        decide,
    )


def _openfisca() -> Contestant:
    from openfisca_core.simulations import SimulationBuilder

    from bench.peers.small_openfisca import PERIOD, system

    rules = system()

    def decide(facts: Facts) -> Answer:
        given = {name: {PERIOD: value} for name, value in facts.items() if value is not None}
        simulation = SimulationBuilder().build_from_entities(rules, {"persons": {"one": given}})
        simulation.trace = True
        outcome = str(simulation.calculate("outcome", PERIOD)[0])
        trace = simulation.tracer.get_serialized_flat_trace()
        return outcome, json.dumps([outcome, trace], default=str).encode()

    return Contestant(
        "OpenFisca, trace", "the value of each variable, and those it was computed from", decide
    )
