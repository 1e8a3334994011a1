"""Which passwords are taken."""

import pytest

from app.access.passwords import PasswordRefused, check_new, one_time_password


@pytest.mark.parametrize(
    "password",
    [
        "seven turquoise herons wade",
        "xk7q-p2mf-9w3z-hh8r",
        "ночной трамвай везёт сирень",
        "夜の路面電車がライラックを運ぶよねえ",
        "🦆🪵🧵🪐🫖🦢🪁🧭🪸🦔🪵🧶🫑🪃🧿",
        "tab\tand new\nline between them",
        "granite otters hum under moss " * 4 + "12345678",
        "gristle-mango 'or 1=1; --",
    ],
)
def test_any_characters_will_do(password: str) -> None:
    check_new(password, "alma")


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("", "at least 15"),
        ("fourteen-chars", "at least 15"),
        ("granite otters hum under moss " * 4 + "123456789", "at most 128"),
        ("123456789123456789", "list of leaked passwords"),
        ("correct horse battery staple", "well-known phrases"),
        ("Correct-Horse-Battery-Staple-1", "well-known phrases"),
        ("MayTheForceBeWithYou!", "well-known phrases"),
        ("To be, or not to be: that is the question", "well-known phrases"),
        ("1qaz2wsx3edc4rfv", "list of leaked passwords"),
        ("QWERTY123456789", "list of leaked passwords"),
        ("aaaaaaaaaaaaaaaaaaaaaa", "list of leaked passwords"),
        ("gggggggggggggggggggggggggggggggggggggggg", "easy to guess"),
        ("letmeinletmeinletmein", "easy to guess"),
        ("Sunshine2026Sunshine2026", "easy to guess"),
        ("alma.reyes@office", "sign-in name"),
        ("AlmaReyesAlmaReyes", "sign-in name"),
        ("eligibility-determinations-1", "name of this service"),
        ("Massachusetts Health 2026", "name of this service"),
        ("halves of pairs \ud800 are no text", "UTF-8"),
    ],
)
def test_what_is_too_short_too_long_or_easily_guessed_is_not(password: str, says: str) -> None:
    with pytest.raises(PasswordRefused, match=says) as refused:
        check_new(password, "alma.reyes")

    assert password == "" or password not in str(refused.value)


def test_the_name_may_stand_in_a_password_that_says_much_else() -> None:
    check_new("alma watched nine copper kettles", "alma")


def test_generated_passwords_are_good_enough_and_never_the_same() -> None:
    generated = {one_time_password() for _ in range(50)}

    assert 50 == len(generated)
    for password in generated:
        check_new(password, "alma")
