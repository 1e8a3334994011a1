"""The forms of the pages."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

MUCH = 1000
"""Longer input is refused before anything is done with it."""


class SignInForm(FlaskForm):  # type: ignore[misc]
    """A sign-in name and its password."""

    name = StringField(
        "Sign-in name", [InputRequired("Enter your sign-in name."), Length(max=MUCH)]
    )
    password = PasswordField("Password", [InputRequired("Enter your password."), Length(max=MUCH)])
    next = HiddenField()


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """Another password."""

    current = PasswordField(
        "Current password", [InputRequired("Enter your current password."), Length(max=MUCH)]
    )
    new = PasswordField("New password", [InputRequired("Enter a new password."), Length(max=MUCH)])
    again = PasswordField(
        "Repeat the new password",
        [EqualTo("new", "The two new passwords differ. Enter the same twice.")],
    )
