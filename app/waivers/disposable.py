"""The classes of records that are disposed of, in the order in which they go."""

from app.records.applicants.forgetting import APPLICANT
from app.records.disposing.candidates import DisposableClass
from app.records.disposing.other_classes import FEEDBACK, LETTER, VERIFICATION
from app.records.disposing.sealed_classes import AUDIT, DETERMINATION, NOTE
from app.records.waivers.disposal import waivers_closed_in
from app.waivers.states import State

WAIVER = waivers_closed_in([str(state) for state in State if not state.is_open])
DISPOSABLE: tuple[DisposableClass, ...] = (
    *(AUDIT, DETERMINATION, NOTE, WAIVER),
    *(APPLICANT, VERIFICATION, FEEDBACK, LETTER),
)
"""Audit entries come first, since those about a determination stay as long as it does. The waiver
desk knows which of its requests are closed, hence this place.
"""
