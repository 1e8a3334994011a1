"""What happened to a determination since it was issued, named at the end of its text; everything
before stays as it was issued.
"""

from app.determinations.answer import VoidAnswer, encode


def with_successor(issued: bytes, id: str) -> bytes:
    """An issued text with the determination that replaced it."""
    return issued.removesuffix(b"}") + b',"replaced_by":' + encode(id) + b"}"


def with_void(issued: bytes, void: VoidAnswer) -> bytes:
    """An issued text with the void of the determination."""
    return issued.removesuffix(b"}") + b',"voided":' + encode(void) + b"}"
