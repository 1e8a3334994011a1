"""JSON read strictly: what other readers let through or fall over is refused with a sentence.

The parsers of the web stack take duplicate names, lone surrogates and NaN, and fail on deep nesting
and very long numbers; a caller's mistake would then be decided upon or answered with a fault of
ours.
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NoReturn

DEEPEST = 32
INTEGER_DIGITS = 19
NUMBER_LENGTH = 64
LARGEST_EXPONENT = 30

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")
_SUSPECT_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_SURROGATE = re.compile("[\ud800-\udfff]")


class MalformedJson(ValueError):
    """A text that is not JSON as this service reads it; the message says what to send instead."""


def loads(body: bytes) -> object:
    """The value of a JSON text in UTF-8: whole numbers as int, all others as exact Decimal.

    Raises:
        MalformedJson: it is not JSON, or has what this service refuses: nesting beyond 32 levels,
            integers beyond 19 digits, numbers too long or too large, NaN or Infinity, a name twice
            in one object, half of a surrogate pair, a NUL character.
    """
    try:
        text = body.decode("utf-8-sig")  # some editors and spreadsheets put a mark first
    except UnicodeDecodeError:
        raise MalformedJson("The text must be encoded in UTF-8.") from None
    _refuse_depth(text)
    try:
        value: object = _decoder.decode(text)
    except json.JSONDecodeError as error:
        raise MalformedJson(
            f"The text is not JSON: line {error.lineno}, column {error.colno} cannot be read."
        ) from None
    if _SUSPECT_ESCAPE.search(text):
        _refuse_characters(value)
    return value


def _refuse_depth(text: str) -> None:
    """Count levels before parsing, because the parser calls itself for each.

    A short count of brackets needs no look at strings.
    """
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    depth = 0
    for bracket in _BRACKET.finditer(_STRING.sub("", text)):
        depth += 1 if bracket.group() in "[{" else -1
        if depth > DEEPEST:
            raise MalformedJson(
                f"Objects and lists may be nested {DEEPEST} levels deep, not deeper."
            )


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    named = dict(pairs)
    if len(named) != len(pairs):
        raise MalformedJson("A name stands twice in one object.")
    return named


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > INTEGER_DIGITS:
        raise MalformedJson(f"A whole number has more than {INTEGER_DIGITS} digits.")
    return int(digits)


def _decimal(digits: str) -> Decimal:
    if len(digits) > NUMBER_LENGTH:
        raise MalformedJson(f"A number is longer than {NUMBER_LENGTH} characters.")
    _, _, exponent = digits.lower().partition("e")
    if exponent and abs(int(exponent)) > LARGEST_EXPONENT:
        raise MalformedJson(f"A number has an exponent beyond {LARGEST_EXPONENT}.")
    return Decimal(digits)


def _constant(name: str) -> NoReturn:
    raise MalformedJson(f"{name} is not a JSON number.")


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_decimal, parse_constant=_constant
)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield name
            yield from _texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)


def _refuse_characters(value: object) -> None:
    """Raw ones cannot arise: UTF-8 carries no surrogates and JSON no control characters.

    Only escapes can smuggle them in.
    """
    for text in _texts(value):
        if "\0" in text:
            raise MalformedJson("Text must not hold a NUL character.")
        if _SURROGATE.search(text):
            raise MalformedJson("Text must not hold half of a surrogate pair.")
