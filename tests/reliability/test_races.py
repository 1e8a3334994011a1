"""Two at the same moment who decide the same thing anew: one of them wins, and the other is told
so.
"""

import threading
from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from werkzeug.test import TestResponse

from tests.again.keeping import etag, made
from tests.api.asking import problem
from tests.callers import client_of
from tests.reliability.kept import counted, require_sound, store_of

TIMES = 12
CLIENTS = 2


def test_of_two_who_redetermine_at_once_one_wins_and_the_other_gets_412(service_app: Flask) -> None:
    first = client_of(service_app)
    clients = [first, client_of(service_app, "supervisor")]
    together = threading.Barrier(CLIENTS)
    with ThreadPoolExecutor(CLIENTS) as pool:
        for time in range(TIMES):
            id = made(first)
            tag = etag(first, id)

            def redetermine(
                who: int, id: str = id, tag: str = tag, time: int = time
            ) -> TestResponse:
                together.wait(30)
                headers = {"If-Match": tag, "Idempotency-Key": f"{who}-{time}"}
                return clients[who].post(
                    f"/v1/determinations/{id}/redetermine", json={}, headers=headers
                )

            answers = sorted(
                pool.map(redetermine, range(CLIENTS)), key=lambda answer: answer.status_code
            )

            assert [201, 412] == [answer.status_code for answer in answers]
            assert (412, "precondition-failed") == problem(answers[1])
            assert answers[0].get_json()["replaces"] == id
            assert (
                answers[0].get_json()["id"]
                == first.get(f"/v1/determinations/{id}/chain").get_json()["stands"]
            )

    assert 2 * TIMES == counted(store_of(service_app))["determinations"]
    require_sound(store_of(service_app))


def test_of_two_who_lift_a_hold_at_once_one_wins(service_app: Flask) -> None:
    client = client_of(service_app, "supervisor")
    clients = [client, client_of(service_app, "supervisor")]
    together = threading.Barrier(CLIENTS)
    with ThreadPoolExecutor(CLIENTS) as pool:
        for time in range(TIMES):
            asked_for = {"kind": "subject", "object_id": f"person-{time}", "because": "matter 7"}
            placed = client.post(
                "/v1/holds", json=asked_for, headers={"Idempotency-Key": f"h-{time}"}
            )

            def lift(
                who: int, where: str = placed.headers["Location"], tag: str = placed.headers["ETag"]
            ) -> TestResponse:
                together.wait(30)
                return clients[who].delete(where, headers={"If-Match": tag})

            answers = list(pool.map(lift, range(CLIENTS)))
            assert [200, 412] == sorted(answer.status_code for answer in answers)

    require_sound(store_of(service_app))


def test_of_two_who_void_at_once_one_wins_and_the_other_reads_who(service_app: Flask) -> None:
    first = client_of(service_app)
    clients = [client_of(service_app, "supervisor"), client_of(service_app, "supervisor")]
    together = threading.Barrier(CLIENTS)
    with ThreadPoolExecutor(CLIENTS) as pool:
        for _ in range(TIMES):
            id = made(first)

            def void(who: int, id: str = id) -> TestResponse:
                together.wait(30)
                said = {"because": f"Wrong person, says {who}"}
                return clients[who].post(f"/v1/determinations/{id}/void", json=said)

            answers = sorted(pool.map(void, range(CLIENTS)), key=lambda answer: answer.status_code)

            assert [201, 409] == [answer.status_code for answer in answers]
            assert (409, "already-void") == problem(answers[1])
            assert answers[0].get_json()["voided_by"] in answers[1].get_json()["detail"]

    assert TIMES == counted(store_of(service_app))["voids"]
    require_sound(store_of(service_app))


def test_of_a_void_and_a_redetermination_at_once_one_wins(service_app: Flask) -> None:
    client = client_of(service_app, "supervisor")
    clients = [client, client_of(service_app, "supervisor")]
    together = threading.Barrier(CLIENTS)
    with ThreadPoolExecutor(CLIENTS) as pool:
        for time in range(TIMES):
            id = made(client)
            tag = etag(client, id)

            def change(who: int, id: str = id, tag: str = tag) -> TestResponse:
                together.wait(30)
                what, body = (("void", {"because": "No"}), ("redetermine", {}))[who]
                headers = {"If-Match": tag} if who else {}
                address = f"/v1/determinations/{id}/{what}"
                return clients[who].post(address, json=body, headers=headers)

            statuses = [answer.status_code for answer in pool.map(change, range(CLIENTS))]
            assert statuses in ([201, 409], [409, 201]), (time, statuses)

    require_sound(store_of(service_app))
