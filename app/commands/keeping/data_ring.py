"""The keys for personal data, as commands get them."""

from typing import TYPE_CHECKING

from app.commands.lawbook.sources import settings
from app.commands.output import DOWN, USAGE, Refusal

if TYPE_CHECKING:
    from app.records.applicants.encryption import KeyRing


def data_ring() -> "KeyRing":
    """The keys that the settings name.

    Raises:
        Refusal: they cannot be used.
    """
    from app.data_keys import KeysUnreadable
    from app.records.applicants.encryption import key_ring
    from app.settings import NoDataKeys

    try:
        return key_ring(settings())
    except (KeysUnreadable, NoDataKeys) as error:
        raise Refusal(USAGE, "keys-unusable", f"{error}.") from None
    except OSError as error:
        raise Refusal(
            DOWN, "keys-unavailable", f"Cannot read the keys: {error.strerror}."
        ) from None
