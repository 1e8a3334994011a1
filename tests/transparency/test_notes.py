"""Keys, notes, checkpoints and proofs: read as written, and nothing else is read or believed."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transparency.checkpoints import Checkpoint, read_checkpoint
from app.transparency.encoding import Malformed, decimal, decoded
from app.transparency.keys import (
    COSIGNATURE,
    ED25519,
    PrivateKey,
    new_private_key,
    read_private_key,
    read_public_key,
)
from app.transparency.notes import (
    Note,
    Signature,
    SignatureWrong,
    Untrusted,
    cosignature_line,
    read_note,
    read_signatures,
    signed,
    trusted,
    with_signatures,
)
from app.transparency.policy import read_policy
from app.transparency.proofs import Proof, read_proof
from app.transparency.tree import inclusion_proof
from app.transparency.trust import checked_proof, head_under
from tests.transparency.grown import Grown, fixed_key

LOG = fixed_key("eligibility.example/log", ED25519)
WITNESS = fixed_key("carrier.example/witness", COSIGNATURE)
POLICY = read_policy(
    f"log {LOG.public}\nwitness carrier {WITNESS.public}\nquorum carrier\n".encode()
)
AT = 1_679_315_147


@pytest.fixture(scope="module")
def proof() -> Proof:
    grown = Grown(300)
    note = signed(Checkpoint(LOG.name, 300, grown.root(300)).text(), LOG)
    cosigned = with_signatures(note, [cosignature_line(note.text, WITNESS, AT)])
    return Proof(7, inclusion_proof(grown.subtree(300), 7, 300), cosigned)


def test_a_proof_of_the_standard_s_example() -> None:
    """The two lines of signatures as the standard prints them are read and written alike."""
    text = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
        "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrD"
        "JsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    )
    note = read_note(text.encode())

    assert note.written() == text
    assert read_checkpoint(note.text).size == 20_852_163
    assert read_checkpoint(note.text).text() == note.text
    assert int.from_bytes(note.signatures[1].signature[:8]) == AT


@pytest.mark.parametrize("key", [LOG, WITNESS])
def test_keys_are_read_as_they_are_written(key: PrivateKey) -> None:
    assert read_private_key(key.secret_text()) == key
    assert read_public_key(str(key.public)) == key.public
    assert key.secret_text() not in repr(key) and str(key.seed) not in repr(key)


@pytest.mark.parametrize("text", [str(LOG.public), str(WITNESS.public), LOG.secret_text()])
def test_a_key_with_any_character_changed_is_none(text: str) -> None:
    read: Callable[[str], object] = read_public_key if text[0] != "P" else read_private_key
    for at in range(len(text)):
        with pytest.raises(Malformed):
            read(text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1 :])


def test_each_key_makes_its_own_kind_of_signature() -> None:
    with pytest.raises(ValueError, match="nothing else"):
        WITNESS.signature("text\n")
    with pytest.raises(ValueError, match="only a key for cosignatures"):
        LOG.cosignature("text\n", AT)
    with pytest.raises(ValueError, match="only a key for cosignatures"):
        WITNESS.cosignature("text\n", -1)
    with pytest.raises(ValueError, match="without spaces"):
        new_private_key("a name", ED25519)
    assert not WITNESS.public.holds("text\n", bytes(72))
    assert not WITNESS.public.holds("text\n", b"\xff" * 72)
    assert not LOG.public.holds("text\n", bytes(3))


def test_a_cosignature_vouches_for_its_time() -> None:
    line = WITNESS.cosignature("text\n", AT)
    assert WITNESS.public.holds("text\n", line)
    assert not WITNESS.public.holds("text\n", (AT + 1).to_bytes(8) + line[8:])
    # The same key as one for notes signs something else.
    assert not PrivateKey(WITNESS.name, ED25519, WITNESS.seed).public.holds("text\n", line[8:])


def test_a_proof_holds_and_says_who_saw_it_when(proof: Proof) -> None:
    again = read_proof(proof.written().encode())

    assert again == proof
    head = checked_proof(POLICY, again, Grown(8).leaves[7])
    assert head.checkpoint.size == 300
    assert head.witnessed == {"carrier": AT}
    assert len(proof.written()) < 4_096


def test_a_proof_with_any_byte_changed_fails(proof: Proof) -> None:
    leaf, whole = Grown(8).leaves[7], proof.written().encode()
    for at in range(len(whole)):
        for bit in (1, 0x20):
            changed = whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :]
            with pytest.raises((Malformed, Untrusted)):
                checked_proof(POLICY, read_proof(changed), leaf)


@given(st.data())
def test_a_proof_with_bytes_lost_or_gained_fails(proof: Proof, data: st.DataObject) -> None:
    leaf, whole = Grown(8).leaves[7], proof.written().encode()
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    changed = whole[:start] + data.draw(st.binary(max_size=8)) + whole[end:]
    if changed != whole:
        with pytest.raises((Malformed, Untrusted)):
            checked_proof(POLICY, read_proof(changed), leaf)


def test_extra_data_is_carried(proof: Proof) -> None:
    more = Proof(proof.index, proof.path, proof.checkpoint, b"more")
    assert read_proof(more.written().encode()) == more


def test_a_policy_s_quorum_counts(proof: Proof) -> None:
    alone = read_note(proof.checkpoint.written().encode())
    unwitnessed = Note(alone.text, alone.signatures[:1])
    short = Proof(proof.index, proof.path, unwitnessed)

    assert head_under(POLICY, unwitnessed).witnessed == {}
    with pytest.raises(Untrusted, match="Too few witnesses"):
        checked_proof(POLICY, short, Grown(8).leaves[7])
    none = read_policy(f"log {LOG.public}\nquorum none\n".encode())
    assert checked_proof(none, short, Grown(8).leaves[7]).witnessed == {}


def test_a_log_signs_for_its_own_name_alone() -> None:
    note = signed(Checkpoint("other.example/log", 1, bytes(32)).text(), LOG)
    with pytest.raises(Untrusted):
        head_under(POLICY, note)


def test_a_witness_whose_signature_is_wrong_spoils_the_note(proof: Proof) -> None:
    line = proof.checkpoint.signatures[1]
    wrong = Signature(line.name, line.id, bytes(72))
    with pytest.raises(SignatureWrong):
        head_under(POLICY, with_signatures(proof.checkpoint, [wrong]))


def test_unknown_signatures_do_not_count(proof: Proof) -> None:
    stranger = new_private_key(LOG.name, ED25519)
    note = signed(proof.checkpoint.text, stranger)
    with pytest.raises(Untrusted, match="No known key"):
        trusted(note, [LOG.public])
    both = with_signatures(note, proof.checkpoint.signatures)
    assert [key for key, _ in trusted(both, [LOG.public])] == [LOG.public]


@pytest.mark.parametrize(
    "content",
    [b"", b"text\n", b"text\n\n", b"text\n\n\xe2\x80\x94 a AAAAAAA=", b"t\n\n- a AAAAAAA=\n",
     b"t\n\n\xe2\x80\x94 a AAAA\n", b"t\n\n\xe2\x80\x94 a+b AAAAAAA=\n",
     b"t\r\n\n\xe2\x80\x94 a AAAAAAA=\n",
     b"t\n\n\xe2\x80\x94 a AAAAAAB=\n", b"\xff\n\n\xe2\x80\x94 a AAAAAAA=\n",
     b"t\n\n\xe2\x80\x94  AAAAAAA=\n",
     b"t\n\n" + b"\xe2\x80\x94 a AAAAAAA=\n" * 101, b"x" * 1_000_001],
)  # fmt: skip
def test_what_is_no_note_is_refused(content: bytes) -> None:
    with pytest.raises(Malformed):
        read_note(content)


def test_lines_of_signatures_stand_alone_too(proof: Proof) -> None:
    lines = "".join(line.line() for line in proof.checkpoint.signatures)
    assert read_signatures(lines.encode()) == proof.checkpoint.signatures


def test_only_a_text_of_lines_is_signed() -> None:
    for text in ("text", "te\rxt\n"):
        with pytest.raises(ValueError, match="ends in a newline"):
            signed(text, LOG)


@pytest.mark.parametrize(
    "text",
    ["", "o\n1\n", "o\n01\nAAAA\n", "\n1\nAAAA\n", "o\n1\nAAAA\n", "o\n-1\nAAAA\n", "o\n1\nA"],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        read_checkpoint(text)


@pytest.mark.parametrize("head", [("", 1), ("a\nb", 1), ("a", -1), ("a", 2**63)])
def test_what_cannot_be_a_checkpoint_is_not_written(head: tuple[str, int]) -> None:
    with pytest.raises(ValueError, match="needs an origin"):
        Checkpoint(*head, bytes(32)).text()


def test_numbers_and_base64_have_one_form() -> None:
    assert decimal(str(2**63 - 1), "It") == 2**63 - 1
    for text in ("", "01", "+1", "1 ", "٣", str(2**63)):
        with pytest.raises(Malformed):
            decimal(text, "It")
    for text in ("AB==", "A===", "AA", "AA==\n", "ÄA=="):
        with pytest.raises(Malformed):
            decoded(text, "It")
