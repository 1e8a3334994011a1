"""The service with an engine that fails on the first of April 2012; served by tests only."""

from typing import Any

from app.engine import EngineFault
from wsgi import app

_engine = app.extensions["decider"].engine
_evaluate = _engine.evaluate


def _fail(law: Any, codes: Any) -> Any:
    if codes.get("enrollment.requested_on") == 734_594:
        _engine.counters.faults += 1
        raise EngineFault("engine and compiled law disagree on enrollment/open-period-yearly")
    return _evaluate(law, codes)


_engine.evaluate = _fail
