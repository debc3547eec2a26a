"""What the composer's markup needs and never changes: the list of its commands, and how large a file may be."""

from functools import cache

from django import template
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from incidents.commands.known import COMMANDS

register = template.Library()


@register.simple_tag
@cache
def command_options() -> SafeString:
    """The commands as options of a listbox; drawn once."""
    return format_html_join(
        "",
        '<li role="option" id="composer-command-{0}" data-name="{0}" data-names="{1}"{4} aria-selected="false">'
        "<b>/{0}</b> <i>{2}</i> <span>{3}</span></li>",
        (
            (
                command.name,
                " ".join([command.name, *command.aliases]),
                command.usage,
                command.does,
                format_html(' data-offers="{}"', command.offers) if command.offers else "",
            )
            for command in COMMANDS
        ),
    )


@register.simple_tag
def upload_limit() -> int:
    """Bytes that a file may have."""
    return settings.UPLOAD_MAX_MB * 1024 * 1024
