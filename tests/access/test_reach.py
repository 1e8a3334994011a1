"""What each role sees of the kept determinations, on the repository's law."""

import pytest

from app.access.roles import OrganizationNeeded, Roles, UnknownRole, read_roles
from app.law.lawbook import Lawbook
from app.records.visibility import EVERYTHING, NOTHING, Reach

OWN = ("eligibility_worker", "supervisor", "carrier_system", "partner_system")


@pytest.fixture(scope="module")
def roles(lawbook: Lawbook) -> Roles:
    return read_roles(lawbook.questions)


def starting(lawbook: Lawbook, *topics: str) -> frozenset[str]:
    return frozenset(
        question
        for question in lawbook.questions
        if question.startswith(tuple(f"{topic}." for topic in topics))
    )


@pytest.mark.parametrize("role", OWN)
def test_most_see_what_their_own_organization_made(roles: Roles, role: str) -> None:
    assert Reach(organization="blue-harbor") == roles.reach(role, "blue-harbor")


@pytest.mark.parametrize("role", [*OWN, "opp_reviewer", "division_staff"])
def test_without_an_organization_they_see_nothing_at_all(roles: Roles, role: str) -> None:
    with pytest.raises(OrganizationNeeded):
        roles.reach(role, None)


def test_the_office_of_patient_protection_sees_every_waiver(roles: Roles, lawbook: Lawbook) -> None:
    reach = roles.reach("opp_reviewer", "opp")

    assert (
        Reach(
            organization="opp",
            questions=frozenset({"waiver.reviewable", "waiver.supported", "waiver.binding"}),
        )
        == reach
    )
    assert reach.questions == starting(lawbook, "waiver")


def test_the_division_sees_what_carriers_groups_and_cooperatives_do_and_nobodys_enrollment(
    roles: Roles, lawbook: Lawbook
) -> None:
    reach = roles.reach("division_staff", "division")

    assert "division" == reach.organization
    assert starting(lawbook, "plan", "rate", "group", "cooperative", "council") <= reach.questions
    assert set() == reach.questions & starting(
        lawbook, "individual", "enrollment", "employee", "dependent", "waiver"
    )


def test_an_auditor_sees_everything_and_an_administrator_nothing(roles: Roles) -> None:
    assert EVERYTHING == roles.reach("auditor", None) == roles.reach("auditor", "blue-harbor")
    assert (
        NOTHING == roles.reach("administrator", None) == roles.reach("administrator", "blue-harbor")
    )


def test_a_principal_carries_the_reach_of_its_role_and_organization(roles: Roles) -> None:
    carrier = roles.principal("client:1", "carrier_system", "blue-harbor")

    assert ("blue-harbor", Reach(organization="blue-harbor"), True) == (
        carrier.organization,
        carrier.reach,
        carrier.is_machine,
    )
    assert not roles.principal("key:1", "eligibility_worker", "county-office").is_machine


def test_limits_only_ever_take_permissions_away(roles: Roles) -> None:
    limited = roles.principal(
        "key:1", "carrier_system", "blue-harbor", only=("law.decide", "accounts.write")
    )

    assert frozenset({"law.decide"}) == limited.permissions


def test_an_unknown_role_is_none(roles: Roles) -> None:
    with pytest.raises(UnknownRole):
        roles.reach("root", "blue-harbor")
