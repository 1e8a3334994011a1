"""Policies: the standard's example, and every line that is none."""

import itertools

import pytest

from app.transparency.keys import COSIGNATURE, ED25519
from app.transparency.policy import PolicyWrong, read_policy
from tests.transparency.grown import fixed_key

NAMES = ["X1", "X2", "X3", "Y1", "Y2", "Y3"]
KEYS = {name: str(fixed_key(f"{name}.example", COSIGNATURE).public) for name in NAMES}
LOG = str(fixed_key("log.example", ED25519).public)
ONE = f"witness X1 {KEYS['X1']}\n"
EXAMPLE = "\n".join(
    [
        f"log {LOG} https://log.example/",
        "",
        "  # two organizations",
        *[f"witness {name}\t {key} https://{name}.example" for name, key in KEYS.items()],
        "group X-witnesses 2 X1 X2 X3",
        "group Y-witnesses any Y1 Y2 Y3",
        "group X-and-Y all X-witnesses Y-witnesses ",
        "quorum X-and-Y\n",
    ]
).encode()


def test_the_standard_s_example_asks_for_two_and_one() -> None:
    policy = read_policy(EXAMPLE)

    assert str(policy.logs[0].key) == LOG
    assert policy.witnesses["Y3"].url == "https://Y3.example"
    for count in range(len(NAMES) + 1):
        for signed in itertools.combinations(NAMES, count):
            of_x = sum(name.startswith("X") for name in signed)
            assert policy.suffices(signed) == (of_x >= 2 and of_x < count)


def test_none_asks_for_nobody_and_a_witness_for_itself() -> None:
    assert read_policy(b"quorum none\n").suffices([])
    alone = read_policy(f"{ONE}quorum X1\n".encode())
    assert alone.suffices(["X1"])
    assert not alone.suffices(["X2"])


def test_names_are_octets() -> None:
    content = b"witness \xe2\x84\xaa\xff " + KEYS["X1"].encode() + b"\nquorum \xe2\x84\xaa\xff\n"
    assert len(read_policy(content).witnesses) == 1


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "no quorum"),
        ("quorum none", "no end"),
        ("quorum none\nquorum none\n", "Line 2"),
        ("quorum X1\n", "Line 1"),
        ("quorum none none\n", "Line 1"),
        ("quorum\n", "Line 1"),
        ("logs\n", "Line 1"),
        ("log\n", "Line 1"),
        (f"log {LOG} a b\n", "Line 1"),
        (f"log {LOG}\nlog {LOG}\n", "Line 2 of the policy: the key stands"),
        (f"log {KEYS['X1']}\n", "Line 1 of the policy: the key makes"),
        (f"witness X1 {LOG}\n", "Line 1 of the policy: the key makes"),
        (f"{ONE}witness X2 {KEYS['X1']}\n", "Line 2 of the policy: the key stands"),
        (f"{ONE}witness X1 {KEYS['X2']}\n", "Line 2 of the policy: a new name"),
        (f"witness none {KEYS['X1']}\n", "Line 1 of the policy: a new name"),
        (f"{ONE}group a 2 X1\n", "Line 2 of the policy: the number"),
        (f"{ONE}group a 0 X1\n", "Line 2 of the policy: the number"),
        (f"{ONE}group a 01 X1\n", "Line 2 of the policy: the number"),
        (f"{ONE}group a any\n", "Line 2 of the policy: a group has"),
        (f"{ONE}group a any X1 X1\n", "Line 2 of the policy: a member stands"),
        (f"{ONE}group a any X1\ngroup b any X1\n", "Line 3 of the policy: a member stands"),
        (f"{ONE}group a any none\n", "Line 2 of the policy: a member is not"),
        ("witness X1 key\n", "Line 1"),
        ("quorum none\r\n", "Line 1 of the policy: it has control"),
    ],
)
def test_what_is_no_policy_is_refused_by_its_line(text: str, where: str) -> None:
    with pytest.raises(PolicyWrong, match=where):
        read_policy(text.encode())
