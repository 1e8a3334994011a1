"""The retention periods that the settings name."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from app.commands.lawbook.sources import settings
from app.commands.output import REJECTED, Refusal

if TYPE_CHECKING:
    from dateutil.relativedelta import relativedelta


def stated_periods() -> Mapping[str, "relativedelta"]:
    """The retention period of each class.

    Raises:
        Refusal: the file of the settings is invalid.
    """
    from app.records.ledger.retention import DEFAULT, RetentionUnreadable, read_periods

    try:
        return read_periods(settings().retention or DEFAULT)
    except RetentionUnreadable as error:
        raise Refusal(REJECTED, "retention-unreadable", f"{error}.") from None
