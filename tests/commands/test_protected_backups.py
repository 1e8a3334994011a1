"""Backups encrypted to public keys and signed: who opens them, and what is refused."""

import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.commands import command_line
from app.commands.accounts.demonstration import demonstrations
from app.data_keys import new_key
from app.settings import ROOT, Settings
from tests.machine import require_program

KEY = "d7Qw9Zr2Lm5Vx8Tb4Ny6Kp1Hs3Jf0Gc_AeRuIoYtOq"


class Place:
    """A folder with a database full of the demonstration, and an encrypted backup of it."""

    def __init__(self, folder: Path, demonstration: Path) -> None:
        self.folder = folder
        self.settings = Settings(
            database_url=f"sqlite:///{folder / 'records.sqlite'}",
            checkpoints=folder / "checkpoints.jsonl",
            instance=folder / "instance",
        )
        self.settings.instance.mkdir()
        shutil.copy(demonstration, folder / "records.sqlite")
        self.key = folder / "backups.key"
        self.recipient = json.loads(
            self.run("records", "backup-key", str(self.key), "--json").stdout
        )["recipient"]
        self.file = folder / "backup.age"
        told = self.run("records", "backup", str(self.file), "--to", self.recipient, "--json")
        self.signer = json.loads(told.stdout)["signed_by"]
        elsewhere = self.elsewhere()
        elsewhere.invoke(args=["db", "upgrade"])
        self.migrated = folder / "migrated.sqlite"
        (folder / "elsewhere.sqlite").rename(self.migrated)

    def run(self, *args: str, **changed: object):  # type: ignore[no-untyped-def]
        return command_line(replace(self.settings, **changed)).test_cli_runner().invoke(args=args)

    def elsewhere(self, **changed: object):  # type: ignore[no-untyped-def]
        """The command line of another machine, which has no key that signs."""
        settings = replace(
            self.settings,
            database_url=f"sqlite:///{self.folder / 'elsewhere.sqlite'}",
            **{"instance": self.folder / "elsewhere", **changed},
        )
        return command_line(settings).test_cli_runner()

    def restore(self, *args: str, **changed: object):  # type: ignore[no-untyped-def]
        shutil.copy(self.migrated, self.folder / "elsewhere.sqlite")
        return self.elsewhere(**changed).invoke(args=["records", "restore", *args])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, demonstration: Path) -> Place:
    return Place(tmp_path_factory.mktemp("backups"), demonstration)


@pytest.fixture
def copied(made: Place, tmp_path: Path) -> Iterator[Path]:
    """A copy of the encrypted backup, with its signature, to damage."""
    for name in ("backup.age", "backup.age.sig"):
        shutil.copy(made.folder / name, tmp_path / name)
    return tmp_path / "backup.age"


def trusting(made: Place) -> list[str]:
    return ["--key", str(made.key), "--signed-by", made.signer]


def test_an_encrypted_backup_comes_back_with_its_key(made: Place, copied: Path) -> None:
    restored = made.restore(str(copied), *trusting(made), "--json")

    assert 0 == restored.exit_code, restored.output
    told = json.loads(restored.stdout)
    assert len(demonstrations()) == told["rows"]["determinations"]
    assert made.signer == told["signed_by"]


def test_nothing_of_it_is_in_the_clear_and_only_its_owner_reads_it(made: Place) -> None:
    assert made.file.read_bytes().startswith(b"age-encryption.org/v1\n")
    for file in (made.file, made.key, made.folder / "backup.age.sig"):
        assert 0o600 == file.stat().st_mode & 0o777
    assert ["backup.age", "backup.age.sig"] == sorted(
        file.name for file in made.folder.iterdir() if file.name.startswith("backup.")
    )


def test_the_same_instance_trusts_its_own_signature(made: Place, copied: Path) -> None:
    instance = made.settings.instance

    assert 0 == made.restore(str(copied), "--key", str(made.key), instance=instance).exit_code


def test_a_list_of_recipients_may_stand_in_a_file(made: Place, tmp_path: Path) -> None:
    other = json.loads(
        made.run("records", "backup-key", str(tmp_path / "other.key"), "--json").stdout
    )["recipient"]
    listed = tmp_path / "recipients.txt"
    listed.write_text(f"# two of us\n{made.recipient}\n\n{other}\n")
    file = tmp_path / "backup.age"

    assert 0 == made.run("records", "backup", str(file), "--to-file", str(listed)).exit_code
    for key in (made.key, tmp_path / "other.key"):
        args = ["--key", str(key), "--signed-by", made.signer]
        assert 0 == made.restore(str(file), *args).exit_code


def cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def cut_at_a_chunk(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: 200 + 65_552])


def with_a_byte_changed(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def with_something_after(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"1")


@pytest.mark.parametrize(
    "damage", [cut_off, cut_at_a_chunk, with_a_byte_changed, with_something_after]
)
@pytest.mark.parametrize("args", [[], ["--unsigned"]], ids=["signed", "unsigned"])
def test_what_was_cut_off_or_changed_is_refused_by_signature_and_by_encryption(
    made: Place, copied: Path, damage: object, args: list[str]
) -> None:
    damage(copied)  # type: ignore[operator]

    refused = made.restore(str(copied), *(args or trusting(made)[2:]), "--key", str(made.key))

    assert (3, "") == (refused.exit_code, refused.stdout)
    assert "changed" in refused.stderr and "Stored nothing." in refused.stderr


def test_a_forged_backup_is_refused(made: Place, copied: Path, tmp_path: Path) -> None:
    """Anybody can encrypt to a public key; only who has the signing key signs."""
    forged = tmp_path / "forged.age"
    sign_with = ["--sign-with", str(tmp_path / "forger.key")]
    made.run("records", "backup", str(forged), "--to", made.recipient, *sign_with)

    foreign = made.restore(str(forged), *trusting(made))
    shutil.copy(copied.with_name("backup.age.sig"), tmp_path / "forged.age.sig")
    swapped = made.restore(str(forged), *trusting(made))
    note = (tmp_path / "forged.age.sig").read_text()
    (tmp_path / "forged.age.sig").write_text(note.replace("eligibility-backup-1\n", "other\n"))
    edited = made.restore(str(forged), *trusting(made))

    assert [3, 3, 3] == [foreign.exit_code, swapped.exit_code, edited.exit_code]
    assert "none of the keys that you trust signed it" in foreign.stderr
    assert "not the file that was signed" in " ".join(swapped.stderr.split())
    assert "forged or changed" in edited.stderr


def test_what_lacks_its_signature_is_refused_unless_that_is_accepted(
    made: Place, copied: Path
) -> None:
    copied.with_name("backup.age.sig").unlink()

    refused = made.restore(str(copied), "--key", str(made.key))
    accepted = made.restore(str(copied), "--key", str(made.key), "--unsigned")

    assert 3 == refused.exit_code
    assert "backup.age.sig is missing" in " ".join(refused.stderr.split())
    assert 0 == accepted.exit_code
    assert "No signature was checked." in accepted.stdout


def test_another_key_and_no_key_are_refused(made: Place, copied: Path, tmp_path: Path) -> None:
    made.run("records", "backup-key", str(tmp_path / "other.key"))
    signed_by = ["--signed-by", made.signer]

    without = made.restore(str(copied), *signed_by)
    other = made.restore(str(copied), *signed_by, "--key", str(tmp_path / "other.key"))
    nothing = made.restore(str(copied), *signed_by, "--key", str(copied))

    assert [3, 3, 2] == [without.exit_code, other.exit_code, nothing.exit_code]
    assert "it is encrypted" in without.stderr
    assert "encrypted to other keys" in " ".join(other.stderr.split())


def test_a_recipient_that_is_none_is_refused_and_no_secret_is_repeated(
    made: Place, tmp_path: Path
) -> None:
    secret = made.key.read_text().splitlines()[-1]
    file = str(tmp_path / "backup.age")

    for named in ("age1nothing", secret):
        refused = made.run("records", "backup", file, "--to", named)
        assert (2, "") == (refused.exit_code, refused.stdout)
        assert secret not in refused.stderr
    assert not list(tmp_path.iterdir())


def test_production_writes_no_backup_in_the_clear(made: Place, tmp_path: Path) -> None:
    production = {
        "mode": "production",
        "secret_key": KEY,
        "data_keys": f"first:{new_key()}",
        "index_key": new_key(),
    }
    file = str(tmp_path / "backup")

    refused = made.run("records", "backup", file, **production)
    made_encrypted = made.run("records", "backup", file, "--to", made.recipient, **production)

    assert (2, "") == (refused.exit_code, refused.stdout)
    assert "must be encrypted" in " ".join(refused.stderr.split())
    assert 0 == made_encrypted.exit_code, made_encrypted.output


def test_production_restores_nothing_unsigned(made: Place, tmp_path: Path) -> None:
    file = tmp_path / "plain.gz"
    assert 0 == made.run("records", "backup", str(file)).exit_code
    (tmp_path / "plain.gz.sig").unlink()

    assert 0 == made.restore(str(file)).exit_code
    assert 3 == made.restore(str(file), mode="production").exit_code
    assert 0 == made.restore(str(file), "--unsigned", mode="production").exit_code


def test_the_program_age_opens_it(made: Place, tmp_path: Path) -> None:
    """To read a backup its key is enough, without any part of this service."""
    plain = tmp_path / "plain.gz"
    command = [require_program("age"), "--decrypt", "--identity", str(made.key), "-o", str(plain)]
    subprocess.run([*command, str(made.file)], check=True, timeout=60)

    assert gzip.decompress(plain.read_bytes()).startswith(b'{"format":"eligibility-records-1"')


def test_a_backup_passes_through_little_memory(made: Place, tmp_path: Path) -> None:
    """40 MB of random bytes through the encryption and back, in less than 16 MB."""
    script = """
import io, os, resource, sys
from pathlib import Path
from app.records.backups.encryption import decrypted, encrypted, read_identities, read_recipients
key, recipient, file = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
identities, recipients = read_identities(key), read_recipients([recipient])
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before, piece = peak(), os.urandom(1_000_000)
with file.open("wb") as raw, encrypted(raw, recipients) as out:
    for _ in range(40):
        out.write(piece)
with file.open("rb") as raw, decrypted(raw, identities) as read:
    assert all(read.read(len(piece)) == piece for _ in range(40)) and not read.read(1)
print(peak() - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, made.key, made.recipient, tmp_path / "large.age"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert int(done.stdout) < 16_000, done.stdout


def test_a_full_disk_is_told(made: Place) -> None:
    """The library itself does not say that a write failed."""
    from app.records.backups.encryption import encrypted, read_recipients

    with (
        pytest.raises(OSError, match="No space"),
        Path("/dev/full").open("wb", buffering=0) as raw,
        encrypted(raw, read_recipients([made.recipient])) as out,
    ):
        out.write(b"something")
