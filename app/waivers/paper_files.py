"""Which files papers may have: told by their content, whatever they are called."""

FILE_BYTES = 10 * 1024 * 1024
"""The largest file of a paper."""
ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
_BEGINS = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
}


class UnfitFile(Exception):
    """A file that no paper may have; the message says what to send instead."""


def media_type_of(content: bytes) -> str:
    """The media type of a file, by how it begins.

    Raises:
        UnfitFile: it is empty, larger than allowed, or neither PDF, PNG nor JPEG.
    """
    if not content:
        raise UnfitFile("Must have some content: this file is empty.")
    if len(content) > FILE_BYTES:
        raise UnfitFile(f"Must have at most {FILE_BYTES // (1024 * 1024)} MB.")
    for media_type, beginning in _BEGINS.items():
        if content.startswith(beginning):
            return media_type
    raise UnfitFile("Must be a PDF, PNG or JPEG file.")
