"""The file of the roles: what each may do, and how faults in it are told."""

from pathlib import Path

import pytest

from app.access.roles import ROLES, UnsoundRoles, read_roles

QUESTIONS = ("waiver.reviewable", "rate.permitted")
SOUND = """\
permissions:
  public: Read the law
  law.decide: Decide
roles:
  reviewer:
    title: Reviewer
    sees: own
    and_topics: [waiver]
    may: [law.decide]
"""


def faults(tmp_path: Path, text: str) -> list[str]:
    """What is complained of in a file."""
    path = tmp_path / "roles.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        read_roles(QUESTIONS, path)
    except UnsoundRoles as error:
        return [str(fault) for fault in error.faults]
    return []


def test_the_file_used_here_is_sound(tmp_path: Path) -> None:
    assert [] == faults(tmp_path, SOUND)


@pytest.mark.parametrize(
    ("written", "instead", "complaint"),
    [
        ("[law.decide]", "[law.decid]", "roles.yaml:9: there is no permission law.decid"),
        ("[law.decide]", "[law.decide, law.decide]", "roles.yaml:9: duplicate law.decide"),
        ("[law.decide]", "[public]", "roles.yaml:9: everybody has public; remove it from the role"),
        ("[law.decide]", "law.decide", "roles.yaml:9: must be a list"),
        (
            "    sees: own\n",
            "    sees: all\n",
            "roles.yaml:7: must be one of own, everything, nothing",
        ),
        ("    sees: own\n", "", "roles.yaml:5: the key sees is missing"),
        (
            "    sees: own\n",
            "    sees: everything\n",
            "roles.yaml:8: and_topics needs `sees: own`",
        ),
        ("[waiver]", "[waivers]", "roles.yaml:8: no question has the topic waivers"),
        (
            "    title: Reviewer\n",
            "    title: Reviewer\n    root: true\n",
            "roles.yaml:7: nobody knows the key root; known are",
        ),
        (
            "    title: Reviewer\n",
            "    title: Reviewer\n    person: maybe\n",
            "roles.yaml:7: must be true or false",
        ),
        (
            "  reviewer:",
            "  Reviewer Two:",
            "roles.yaml:5: invalid role name Reviewer Two; expected one like eligibility_worker",
        ),
        (
            "  law.decide: Decide\n",
            "  law.decide: Decide\n  law.decide: Again\n",
            "roles.yaml:4: the key law.decide is written twice",
        ),
        (
            "  law.decide: Decide\n",
            "  LAW: Decide\n",
            "roles.yaml:3: invalid permission name LAW; expected one like determinations.read",
        ),
        ("  public: Read the law\n", "", "roles.yaml:1: the permission public is missing"),
        ("permissions:", "permission:", "roles.yaml:1: nobody knows the key permission"),
        (SOUND, "", "roles.yaml:1: the file is empty"),
        (SOUND, "a: [", "roles.yaml:1: the YAML cannot be read"),
        ("[law.decide]", "&all [law.decide]", "roles.yaml:9: anchors and aliases are not allowed"),
    ],
)
def test_a_fault_is_told_with_its_line(
    tmp_path: Path, written: str, instead: str, complaint: str
) -> None:
    told = faults(tmp_path, SOUND.replace(written, instead))

    assert any(complaint in fault for fault in told), told


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    assert 2 == len(
        faults(tmp_path, SOUND.replace("[law.decide]", "[x.y]").replace("[waiver]", "[zz]"))
    )


def test_only_an_administrator_writes_accounts_or_credentials_and_sees_no_case() -> None:
    roles = read_roles(None).roles
    writing = {"accounts.write", "credentials.write"}

    assert {"administrator"} == {role.name for role in roles.values() if role.permissions & writing}
    assert set() == {
        p
        for p in roles["administrator"].permissions
        if p.startswith(("determinations", "applicants", "events", "law"))
    }


def test_an_auditor_changes_nothing() -> None:
    changing = ("write", "create", "redetermine")

    assert set() == {p for p in read_roles(None)["auditor"].permissions if p.endswith(changing)}


def test_systems_have_no_session() -> None:
    roles = read_roles(None).roles.values()

    assert {role.name for role in roles if not role.is_person} == {
        role.name for role in roles if "session" not in role.permissions
    }


def test_every_permission_is_given_to_somebody() -> None:
    found = read_roles(None)

    assert set(found.permissions) - {"public"} == {
        p for role in found.roles.values() for p in role.permissions
    }


def test_the_file_is_where_the_program_is() -> None:
    assert ROLES.exists()
