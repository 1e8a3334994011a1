"""Policies (C2SP tlog-policy): which logs and witnesses are known, and how many witnesses must have
signed.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from app.transparency.encoding import Malformed
from app.transparency.keys import COSIGNATURE, ED25519, PublicKey, read_public_key
from app.transparency.notes import Note

NONE = "none"
_COUNT = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


class PolicyWrong(Malformed):
    """A policy cannot be read. The message names the line."""


@dataclass(frozen=True, slots=True)
class Party:
    """A log or witness: its key, and its address where one is given."""

    key: PublicKey
    url: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """Witnesses and groups of which some must have signed."""

    at_least: int
    members: Sequence[str]


@dataclass(slots=True)
class Policy:
    """Known logs, witnesses and groups by their names in the policy, and the quorum's name."""

    logs: list[Party] = field(default_factory=list)
    witnesses: dict[str, Party] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    quorum: str = ""

    def suffices(self, signed: Collection[str]) -> bool:
        """Whether the quorum has signed, when the witnesses of these names have."""
        return self.quorum == NONE or self._signed(self.quorum, signed)

    def _signed(self, name: str, signed: Collection[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in signed
        return sum(self._signed(each, signed) for each in group.members) >= group.at_least

    def signed_by(self, note: Note) -> set[str]:
        """The witnesses whose line stands under a note; no signature is checked."""
        there = {(line.name, line.id) for line in note.signatures}
        return {
            name
            for name, party in self.witnesses.items()
            if (party.key.name, party.key.id) in there
        }

    def has(self, name: str) -> bool:
        """Whether a witness or group of this name stands in the policy."""
        return name in self.witnesses or name in self.groups


def read_policy(content: bytes) -> Policy:
    """A policy from the bytes of its file.

    Raises:
        PolicyWrong: it is none; the message names the line.
    """
    policy, grouped = Policy(), set[str]()
    if content and not content.endswith(b"\n"):
        raise PolicyWrong("The last line of the policy has no end")
    for number, line in enumerate(content.split(b"\n"), 1):
        try:
            _line(policy, grouped, line)
        except Malformed as error:
            raise PolicyWrong(f"Line {number} of the policy: {error}") from None
    if not policy.quorum:
        raise PolicyWrong("The policy has no quorum")
    return policy


def _line(policy: Policy, grouped: set[str], line: bytes) -> None:
    if any(byte == 0x7F or (byte < 0x20 and byte != 0x09) for byte in line):
        raise Malformed("it has control characters")
    # Names are octets, whatever they encode.
    words = [word.decode("utf-8", "surrogateescape") for word in re.split(rb"[ \t]+", line) if word]
    if not words or words[0].startswith("#"):
        return
    read = _READERS.get(words[0])
    if read is None:
        raise Malformed("it begins with none of log, witness, group and quorum")
    read(policy, grouped, words[1:])


def _party(words: Sequence[str], kind: int, known: Collection[Party]) -> Party:
    if len(words) not in (1, 2):
        raise Malformed("a key, and an address if any, are expected")
    key = read_public_key(words[0])
    if key.kind != kind:
        raise Malformed("the key makes signatures of another kind")
    if any(each.key.public == key.public for each in known):
        raise Malformed("the key stands in the policy twice")
    return Party(key, words[1] if len(words) == 2 else None)


def _log(policy: Policy, _: set[str], words: Sequence[str]) -> None:
    policy.logs.append(_party(words, ED25519, policy.logs))


def _witness(policy: Policy, _: set[str], words: Sequence[str]) -> None:
    name = _new_name(policy, words)
    policy.witnesses[name] = _party(words[1:], COSIGNATURE, policy.witnesses.values())


def _group(policy: Policy, grouped: set[str], words: Sequence[str]) -> None:
    name, members = _new_name(policy, words), words[2:]
    if not members:
        raise Malformed("a group has a number and members")
    for member in members:
        if not policy.has(member):
            raise Malformed("a member is not defined before")
        if member in grouped:
            raise Malformed("a member stands in a group already")
        grouped.add(member)
    counts = {"any": "1", "all": str(len(members))}
    count = counts.get(words[1], words[1])
    if not _COUNT.fullmatch(count) or int(count) > len(members):
        raise Malformed("the number is not any, all, or from 1 to the number of members")
    policy.groups[name] = Group(int(count), tuple(members))


def _quorum(policy: Policy, _: set[str], words: Sequence[str]) -> None:
    if policy.quorum:
        raise Malformed("a quorum stands in the policy already")
    if len(words) != 1 or (words[0] != NONE and not policy.has(words[0])):
        raise Malformed("the quorum is not one name defined before")
    policy.quorum = words[0]


def _new_name(policy: Policy, words: Sequence[str]) -> str:
    if not words or words[0] == NONE or policy.has(words[0]):
        raise Malformed("a new name is expected")
    return words[0]


_READERS: Mapping[str, Callable[[Policy, set[str], Sequence[str]], None]] = {
    "log": _log,
    "witness": _witness,
    "group": _group,
    "quorum": _quorum,
}
