"""The strict reader by itself, and through every address that takes JSON."""

import json
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from app.determinations.cases.strict_json import MalformedJson, loads
from tests.api.asking import post, problem

HOSTILE = {
    "nothing": b"",
    "white space": b"  \n",
    "half an object": b'{"question":',
    "no json": b"question=enrollment.permitted",
    "single quotes": b"{'question': 'x'}",
    "a comma too many": b'{"question": "x",}',
    "a comment": b'{"question": "x" /* y */}',
    "two texts": b"{} {}",
    "a leading zero": b'{"question": 01}',
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "33 levels": b"[" * 33 + b"]" * 33,
    "deep beside strings": b'["' + b"x" * 10 + b'",' + b"[" * 40 + b"]" * 41,
    "a name twice": b'{"question": "a", "question": "b"}',
    "a name twice, escaped": b'{"question": "a", "quest\\u0069on": "b"}',
    "a name twice inside": b'{"facts": {"a": {"b": 1, "b": 2}}}',
    "NUL": b'{"question": "a\\u0000b"}',
    "a raw NUL": b'{"question": "a\x00b"}',
    "NUL in a name": b'{"a\\u0000": 1}',
    "a raw line feed": b'{"question": "a\nb"}',
    "a lone high surrogate": b'{"question": "\\ud800"}',
    "a lone low surrogate": b'{"question": "\\uDC00x"}',
    "a lone surrogate in a name": b'{"\\ud800": 1}',
    "surrogates the wrong way round": b'{"question": "\\udc00\\ud800"}',
    "a surrogate in UTF-8": b'{"question": "\xed\xa0\x80"}',
    "Latin-1": '{"question": "é"}'.encode("latin-1"),
    "UTF-16": '{"question": "x"}'.encode("utf-16"),
    "two byte order marks": b'\xef\xbb\xbf\xef\xbb\xbf{"question": "x"}',
    "20 digits": b'{"facts": {"a": 12345678901234567890}}',
    "5,000 digits": b'{"facts": {"a": ' + b"9" * 5_000 + b"}}",
    "5,000 decimals": b'{"facts": {"a": 0.' + b"9" * 5_000 + b"}}",
    "a huge exponent": b'{"facts": {"a": 1e999999}}',
    "an endless exponent": b'{"facts": {"a": 1E+99999999999999999999}}',
    "a huge exponent of zero": b'{"facts": {"a": 0e999999999}}',
    "NaN": b'{"facts": {"a": NaN}}',
    "Infinity": b'{"facts": {"a": Infinity}}',
    "minus Infinity": b'{"facts": {"a": -Infinity}}',
}


@pytest.mark.parametrize(
    "path", ["/v1/determinations", "/v1/determinations?keep=false", "/v1/eligibility-calendars"]
)
@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_refused(client: FlaskClient, path: str, body: bytes) -> None:
    answer = post(client, body, path)

    assert (400, "malformed-json") == problem(answer)


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_the_reader_itself_refuses_it(body: bytes) -> None:
    with pytest.raises(MalformedJson):
        loads(body)


def test_32_levels_are_read() -> None:
    assert [] == _innermost(loads(b"[" * 32 + b"]" * 32))


def _innermost(value: object) -> object:
    while isinstance(value, list) and value:
        value = value[0]
    return value


def test_brackets_in_strings_are_no_levels() -> None:
    assert {"a": "[" * 1000 + '\\"{'} == loads(json.dumps({"a": "[" * 1000 + '\\"{'}).encode())


def test_decimals_are_exact() -> None:
    assert {"a": Decimal("0.1"), "b": Decimal("1E+5"), "c": 9_999_999_999_999_999_999} == loads(
        b'{"a": 0.1, "b": 1e5, "c": 9999999999999999999}'
    )


def test_a_pair_of_surrogates_is_a_character() -> None:
    assert "😀\\u0000" == loads(b'"\\ud83d\\ude00\\\\u0000"')


_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | _texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_texts, inner, max_size=4),
    max_leaves=20,
)


@given(_values, st.booleans())
def test_what_json_can_say_is_read_as_it_was_written(value: object, escaped: bool) -> None:
    assert value == loads(json.dumps(value, ensure_ascii=escaped).encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        loads(body)
    except MalformedJson as error:
        assert str(error)
