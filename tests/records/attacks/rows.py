"""Rows that no seal closes, changed with the digest that fits: the sealed trail says otherwise."""

from sqlalchemy import delete, insert, select, update

from app import clock
from app.access.roster import Roster
from app.records.approvals.approval_tables import approvals
from app.records.changing import digested
from app.records.identity import new_id
from app.records.machines.credential_tables import credential_secrets, credentials
from app.records.organizations.organization_tables import organizations
from app.records.people.account_tables import accounts, second_factors
from app.records.tables import holds
from app.records.verifying.attested import LIFTED_LESS, UNLIKE_TRAIL, UNSTATED
from app.records.verifying.audit_crosscheck import INSERTED, REMOVED
from tests.records.attacking import OF_HELD, Attacked
from tests.records.conftest import numbered
from tests.records.everything import OFFICE, people_of


def account(there: Attacked, what: str = UNLIKE_TRAIL) -> str:
    return f"account {there.everything.account}: {what}"


def hold(there: Attacked, what: str = UNLIKE_TRAIL) -> str:
    return f"hold {there.everything.hold}: {what}"


def credential(there: Attacked, what: str = UNLIKE_TRAIL) -> str:
    return f"credential {there.everything.credential}: {what}"


def who_decided_an_approval(there: Attacked) -> str:
    """As if the second person had been another one."""
    there.put(approvals, there.everything.approval, decided_by="account:9")
    return f"approval {there.everything.approval}: {UNLIKE_TRAIL}"


def what_was_proposed(there: Attacked) -> str:
    there.put(approvals, there.everything.approval, effect="0" * 64, version=9)
    return f"approval {there.everything.approval}: {UNLIKE_TRAIL}"


def the_role_of_an_account(there: Attacked) -> str:
    """T18"""
    there.put(accounts, there.everything.account, role="administrator")
    return account(there)


def the_password_of_an_account(there: Attacked) -> str:
    """T18"""
    there.put(accounts, there.everything.account, password_hash="$argon2id$another")
    return account(there)


def the_role_with_a_later_version(there: Attacked) -> str:
    there.put(accounts, there.everything.account, role="administrator", version=9)
    return account(there)


def an_account_enabled_for_the_provider(there: Attacked) -> str:
    there.put(accounts, there.everything.account, issuer="https://login.example", subject="m")
    return account(there)


def an_account_as_it_was_before(there: Attacked) -> str:
    """An older row put back, which every digest fits."""
    there.put(accounts, there.everything.account, **there.prepared.account_before)
    return account(there)


def an_account_inserted(there: Attacked) -> str:
    row = there.row(accounts, there.everything.account)
    id = new_id(clock.now())
    del row["record_digest"]
    forged = {**row, "id": id, "name": "mallory", "name_key": "mallory"}
    there.run(insert(accounts).values(digested(accounts, forged)))
    return f"account {id}: {INSERTED}"


def an_account_inserted_with_an_entry_that_states_nothing(there: Attacked) -> str:
    an_account_inserted(there)
    [[id]] = there.rows(select(accounts.c.id).where(accounts.c.name == "mallory"))
    there.audit("account.created", "account", id)
    there.seal()
    return f"account {id}: {UNSTATED}"


def an_account_removed(there: Attacked) -> str:
    for table in ("drafts", "account_sessions", "second_factors"):
        there.run(f"DELETE FROM {table}")
    there.run(delete(accounts))
    return account(there, REMOVED)


def the_counter_of_a_second_factor(there: Attacked) -> str:
    """So that a code that was used works again."""
    there.put(second_factors, there.everything.factor, counter=0)
    return f"second factor {there.everything.factor}: {UNLIKE_TRAIL}"


def a_second_factor_inserted(there: Attacked) -> str:
    row = there.row(second_factors, there.everything.factor)
    id = new_id(clock.now())
    forged = {**row, "id": id, "handle": None}
    forged.pop("record_digest")
    there.run(insert(second_factors).values(digested(second_factors, forged)))
    return f"second factor {id}: {INSERTED}"


def a_hold_lifted(there: Attacked) -> str:
    """T20"""
    lifted = {"lifted_by": "account:2", "lifted_at": clock.now(), "version": 2}
    there.put(holds, there.everything.hold, **lifted)
    return hold(there)


def a_hold_moved_to_another_record(there: Attacked) -> str:
    there.put(holds, there.everything.hold, object_id=numbered(1).id)
    return f"hold on {numbered(2).id}: {REMOVED}"


def a_hold_with_another_reason(there: Attacked) -> str:
    there.put(holds, there.everything.hold, because="matter 13")
    return hold(there)


def a_lifted_hold_put_back(there: Attacked) -> str:
    there.put(holds, there.prepared.lifted, **there.prepared.hold_before)
    return f"hold on {numbered(3).id}: {LIFTED_LESS}"


def a_hold_removed(there: Attacked) -> str:
    there.run(delete(holds).where(holds.c.object_id == OF_HELD.id))
    return f"hold on {OF_HELD.id}: {REMOVED}"


def a_hold_exchanged(there: Attacked) -> str:
    """The hold goes, and a lifted one of the same record takes its place."""
    there.run(delete(holds).where(holds.c.object_id == OF_HELD.id))
    row = there.row(holds, there.prepared.lifted)
    id = new_id(clock.now())
    del row["record_digest"]
    forged = digested(holds, {**row, "id": id, "object_id": OF_HELD.id})
    there.run(insert(holds).values(forged))
    return f"hold {id}: {UNLIKE_TRAIL}"


def the_role_of_a_credential(there: Attacked) -> str:
    there.put(credentials, there.everything.credential, role="administrator")
    return credential(there)


def the_end_of_a_credential(there: Attacked) -> str:
    expires = there.row(credentials, there.everything.credential)["expires_at"]
    there.put(credentials, there.everything.credential, expires_at=expires.replace(year=2099))
    return credential(there)


def the_scopes_of_a_credential(there: Attacked) -> str:
    there.put(credentials, there.everything.credential, scopes="users.manage")
    return credential(there)


def another_secret_of_a_credential(there: Attacked) -> str:
    [secret] = there.rows(select(credential_secrets))
    row = digested(credential_secrets, {
        **{name: value for name, value in secret._mapping.items() if name != "record_digest"},
        "digest": b"7" * 32,
    })  # fmt: skip
    there.run(update(credential_secrets).values(row))
    return credential(there)


def a_secret_added_to_a_credential(there: Attacked) -> str:
    [secret] = there.rows(select(credential_secrets))
    row = digested(credential_secrets, {
        **{name: value for name, value in secret._mapping.items() if name != "record_digest"},
        "label": "mallory1",
    })  # fmt: skip
    there.run(insert(credential_secrets).values(row))
    return credential(there)


def the_name_of_an_organization(there: Attacked) -> str:
    there.put(organizations, "office-3", name="Another office")
    return f"organization office-3: {UNLIKE_TRAIL}"


def a_row_that_the_service_changes_afterwards(there: Attacked) -> str:
    """The service vouches for nothing that it did not write."""
    the_role_of_an_account(there)
    people = people_of(there.store)
    found = people.accounts.find(there.everything.account)
    assert found is not None
    Roster(people.accounts, people.passwords).change(found, {"organization": "office-3"}, OFFICE)
    there.seal()
    return account(there)


ATTACKS = (
    who_decided_an_approval,
    what_was_proposed,
    the_role_of_an_account,
    the_password_of_an_account,
    the_role_with_a_later_version,
    an_account_enabled_for_the_provider,
    an_account_as_it_was_before,
    an_account_inserted,
    an_account_inserted_with_an_entry_that_states_nothing,
    an_account_removed,
    the_counter_of_a_second_factor,
    a_second_factor_inserted,
    a_hold_lifted,
    a_hold_moved_to_another_record,
    a_hold_with_another_reason,
    a_lifted_hold_put_back,
    a_hold_removed,
    a_hold_exchanged,
    the_role_of_a_credential,
    the_end_of_a_credential,
    the_scopes_of_a_credential,
    another_secret_of_a_credential,
    a_secret_added_to_a_credential,
    the_name_of_an_organization,
    a_row_that_the_service_changes_afterwards,
)
