"""Forms of accounts: shape of the input; what it means is decided in services."""

from typing import Any
from zoneinfo import available_timezones

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
)
from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest

from accounts.models import Role, Scope, Team, Theme, User
from accounts.services.tokens import allowed_scopes
from accounts.tasks import send_password_mail
from hindsight.lib.forms import FormErrors, LineField, MomentField, OnceField

USERNAME_HINT = "Letters, digits and @ . + - _"
PASSWORD_HINT = "At least 10 characters, not a common password."  # noqa: S105 - a hint about passwords


class UsernameField(LineField):
    """A name to sign in with."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(limit=150, label="User name", help_text=USERNAME_HINT, **kwargs)
        self.validators.append(UnicodeUsernameValidator())
        self.widget.attrs |= {"autocapitalize": "none", "autocomplete": "username", "spellcheck": "false"}

    def to_python(self, value: object) -> str:
        """The name as accounts keep it: look-alike letters in one form, which may be longer than what was typed."""
        return User.normalize_username(super().to_python(value))


class AddressField(forms.EmailField):
    """An e-mail address; its case is kept but never tells two people apart."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"label": "E-mail address", "max_length": 254, **kwargs})
        self.widget.attrs |= {"autocomplete": "email", "spellcheck": "false"}


def _password_field(label: str, *, is_new: bool, **kwargs: Any) -> forms.CharField:
    attrs = {"autocomplete": "new-password" if is_new else "current-password"}
    return forms.CharField(label=label, strip=False, max_length=4096, widget=forms.PasswordInput(attrs=attrs), **kwargs)


class SetupForm(FormErrors, forms.Form):
    """The first administrator and the name of the installation."""

    name = LineField(limit=80, label="Name of this installation", help_text="Your team or company.")
    username = UsernameField()
    email = AddressField(required=False, help_text="For a new password when you forget yours.")
    password1 = _password_field("Password", is_new=True, help_text=PASSWORD_HINT)
    password2 = _password_field("Password, again", is_new=True)

    def clean(self) -> dict[str, Any]:
        """Hold the two passwords against each other and the rules."""
        values = super().clean() or {}
        if values.get("password1") and values.get("password2") and values["password1"] != values["password2"]:
            self.add_error("password2", "The two passwords differ.")
        elif values.get("password1"):
            self._check_password(values)
        return values

    def _check_password(self, values: dict[str, Any]) -> None:
        person = User(username=values.get("username", ""), email=values.get("email", ""))
        try:
            password_validation.validate_password(values["password1"], person)
        except ValidationError as problem:
            self.add_error("password1", problem)


class SignInForm(FormErrors, LoginForm):  # type: ignore[misc]  # allauth ships no types
    """User name or address, and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login = self.fields["login"]
        login.label = "User name or e-mail address"
        login.validators.append(MaxLengthValidator(254))
        login.widget.attrs = {
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
            "autofocus": True,
        }
        _plain(self, "password")


class NewPasswordForm(FormErrors, ResetPasswordKeyForm):  # type: ignore[misc]  # allauth ships no types
    """A new password, by link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _new_passwords(self)


class FirstPasswordForm(FormErrors, SetPasswordForm):  # type: ignore[misc]  # allauth ships no types
    """A password for somebody who has none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _new_passwords(self)


class PasswordForm(FormErrors, ChangePasswordForm):  # type: ignore[misc]  # allauth ships no types
    """A new password, by the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _new_passwords(self)
        _plain(self, "oldpassword")
        self.fields["oldpassword"].label = "Current password"


class ConfirmPasswordForm(FormErrors, ReauthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """The password once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, "password")


class ForgottenForm(FormErrors, ResetPasswordForm):  # type: ignore[misc]  # allauth ships no types
    """The address to which a link for a new password goes."""

    email = AddressField()

    def clean_email(self) -> str:
        """Any address: whether it is known is looked up later, by the worker."""
        return str(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Order the mail."""
        email = str(self.cleaned_data["email"])
        send_password_mail.enqueue(email=email)
        return email


class ProfileForm(FormErrors, forms.Form):
    """What a person says about themselves."""

    display_name = LineField(limit=100, required=False, label="Name", help_text="As others see it.")
    email = AddressField(required=False, help_text="For a new password, and for notices about your account.")
    current_password = _password_field(
        "Current password", is_new=False, required=False, help_text="Only to change the e-mail address."
    )
    timezone = forms.ChoiceField(label="Time zone", help_text="All times are shown and read in it.")
    theme = forms.ChoiceField(label="Colours", choices=Theme.choices, widget=forms.RadioSelect)
    wants_digest = forms.BooleanField(required=False, label="Mail me once a week what of my action items is overdue")

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        zones = available_timezones() | {person.timezone}
        self.fields["timezone"].choices = [(zone, zone.replace("_", " ")) for zone in sorted(zones)]  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def changes_address(self) -> bool:
        """Whether another e-mail address was typed."""
        return str(self.cleaned_data.get("email", "")) != self.person.email


class TokenForm(FormErrors, forms.Form):
    """A new API token."""

    once = OnceField()
    name = LineField(limit=80, label="Name", help_text="Where it is used, for example “deploy script”.")
    scope = forms.ChoiceField(label="May do")
    expires_at = MomentField(
        required=False,
        label="Ends",
        help_text="Empty: never.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(scope.value, scope.label) for scope in allowed_scopes(owner)]
        self.fields["scope"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["scope"].initial = choices[min(1, len(choices) - 1)][0] if choices else None

    def clean_scope(self) -> Scope:
        """The scope as what it is."""
        return Scope(self.cleaned_data["scope"])


class PersonForm(FormErrors, forms.Form):
    """How a person is called and reached."""

    username = UsernameField()
    display_name = LineField(limit=100, required=False, label="Name", help_text="As others see it.")
    email = AddressField(required=False)


class NewPersonForm(PersonForm):
    """A new account."""

    role = forms.ChoiceField(label="Role", choices=Role.choices, initial=Role.RESPONDER)
    is_mailed = forms.BooleanField(
        required=False,
        label="Send the link by e-mail",
        help_text="Otherwise the next page shows it once, for you to pass on.",
    )

    def clean(self) -> dict[str, Any]:
        """A mail needs an address."""
        values = super().clean() or {}
        if values.get("is_mailed") and not values.get("email") and not self.has_error("email"):
            self.add_error("email", "The link can only be sent to an address.")
        return values


class RoleForm(FormErrors, forms.Form):
    """Another role."""

    role = forms.ChoiceField(label="Role", choices=Role.choices)


class TeamForm(FormErrors, forms.Form):
    """The name of a team."""

    name = LineField(limit=80, label="Name")


class MemberForm(FormErrors, forms.Form):
    """Somebody who joins a team."""

    person = forms.ModelChoiceField(User.objects.none(), label="Person", empty_label="Choose…")

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True).exclude(memberships__team=team)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]  # a ModelChoiceField


class InstallationForm(FormErrors, forms.Form):
    """The name of the installation."""

    name = LineField(limit=80, label="Name", help_text="Every page shows it, and mails are signed with it.")


def _plain(form: forms.BaseForm, name: str) -> None:
    """Leave out what allauth puts into its password fields: a placeholder, and a hint that repeats the page."""
    field = form.fields[name]
    field.help_text = ""
    field.widget.attrs.pop("placeholder", None)


def _new_passwords(form: forms.BaseForm) -> None:
    for name, label in (("password1", "New password"), ("password2", "New password, again")):
        _plain(form, name)
        form.fields[name].label = label
    form.fields["password1"].help_text = PASSWORD_HINT
