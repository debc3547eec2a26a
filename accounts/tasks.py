"""Mail that accounts send, outside of the request."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django_tasks import task

from accounts.links import password_link
from accounts.models import Installation, User


@task()
def send_password_mail(email: str) -> None:
    """Mail the link for a new password to the active account with this address; nothing if there is none.

    The account is looked up here and not in the request, so that known and unknown addresses take the same time there;
    and the link is made here, so that it never lies in the queue.
    """
    person = User.objects.filter(email__iexact=email, is_active=True).first() if email else None
    if person is None:
        return
    days = settings.PASSWORD_RESET_TIMEOUT // 86400
    _send("password_link", person, {"link": password_link(person), "days": days}, to=person.email)


@task()
def send_notice(user_id: int, notice: str, to: str) -> None:
    """Tell a person at the address `to` what happened to their account; nothing without an address.

    `notice` names templates/accounts/mail/<notice>_*.txt.
    """
    person = User.objects.filter(pk=user_id).first()
    if person is not None and to:
        _send(notice, person, {}, to=to)


def _send(template: str, person: User, context: dict[str, object], *, to: str) -> None:
    """Render subject (one line, whatever a name holds) and text, and send them."""
    values = {"person": person, "installation": Installation.current(), "base_url": settings.BASE_URL, **context}
    subject = " ".join(render_to_string(f"accounts/mail/{template}_subject.txt", values).split())
    text = render_to_string(f"accounts/mail/{template}_message.txt", values)
    send_mail(subject, text, None, [to])
