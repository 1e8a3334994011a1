"""The waiver requests that name a person's reference, as far as the caller may see them."""

from app.api.http.answered.faults import alarm_damaged
from app.api.http.service import current_service, principal
from app.api.waivers.answers import WaiverListedAnswer
from app.api.waivers.showing import listed_answer
from app.api.waivers.waiver_requests import note_listed
from app.records.errors import RecordDamaged
from app.waivers.desk import KIND, desk_reach


def requests_of(subject: str, organization: str | None = None) -> list[WaiverListedAnswer]:
    """The requests under a reference, the newest first: all within reach, or those of the pair with
    one organization. The trail has each of them. A damaged one is reported, and none is shown.

    Raises:
        RecordsUnavailable: then nothing may be told.
    """
    service, by = current_service(), principal()
    try:
        found = service.desk.requests.named(subject, organization, desk_reach(by))
    except RecordDamaged as damaged:
        alarm_damaged(KIND, [damaged.id])
        return []
    if found:
        note_listed(each.id for each in found)
    return [listed_answer(each, by) for each in reversed(found)]
