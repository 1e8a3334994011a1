"""The forms of the second factor."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from app.access.second_factor.factors import NAME_LENGTH

MUCH = 1000
PASSKEY_ANSWER = 10_000
NEEDS_SCRIPT = (
    "The browser sent no passkey. Allow JavaScript for this page, or use an app that shows codes."
)


class CodeForm(FlaskForm):  # type: ignore[misc]
    """A code of an app, or a recovery code."""

    code = StringField("Code", [InputRequired("Enter a code."), Length(max=MUCH)])
    next = HiddenField()


class PasskeyForm(FlaskForm):  # type: ignore[misc]
    """What a browser says of a passkey."""

    credential = HiddenField("Passkey", [InputRequired(NEEDS_SCRIPT), Length(max=PASSKEY_ANSWER)])
    next = HiddenField()


class NameForm(FlaskForm):  # type: ignore[misc]
    """What the owner calls a second factor."""

    name = StringField(
        "Name",
        [
            InputRequired("Enter a name, such as the device."),
            Length(max=NAME_LENGTH, message=f"Use at most {NAME_LENGTH} characters."),
        ],
    )

    def validate_name(self, field: StringField) -> None:
        """A name is printable and says something.

        Raises:
            ValidationError: it does not.
        """
        if not field.data.strip() or not field.data.isprintable():
            raise ValidationError("Enter a name, such as the device.")


class ConfirmedForm(FlaskForm):  # type: ignore[misc]
    """The password once more."""

    password = PasswordField(
        "Current password", [InputRequired("Enter your current password."), Length(max=MUCH)]
    )


class NewAppForm(NameForm):
    """A new app: the code that it shows, and the encrypted key."""

    code = StringField(
        "Code", [InputRequired("Enter the code that the app shows."), Length(max=MUCH)]
    )
    key = HiddenField(validators=[Length(max=MUCH)])


class NewPasskeyForm(NameForm):
    """A new passkey."""

    credential = HiddenField("Passkey", [InputRequired(NEEDS_SCRIPT), Length(max=PASSKEY_ANSWER)])


class ConfirmedAppForm(NewAppForm, ConfirmedForm):
    """A new app of somebody signed in, who shows the password once more."""


class ConfirmedPasskeyForm(NewPasskeyForm, ConfirmedForm):
    """A new passkey of somebody signed in, who shows the password once more."""
