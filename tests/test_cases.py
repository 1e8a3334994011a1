"""Every provision's own cases, decided by the engine; `flask law test` runs the same code."""

import pytest

from app.determinations.decide import Decider
from app.determinations.trials.trials import Trials
from app.law.reading.case_files import WrittenCase
from tests.case_files import CASES, case_files

ALL = [case for file in case_files().values() for case in file.cases]


@pytest.mark.parametrize("case", ALL, ids=[f"{case.provision}: {case.name}" for case in ALL])
def test_case(decider: Decider, case: WrittenCase) -> None:
    assert [] == [str(fault) for fault in Trials(decider, CASES).case(case)]
