"""The list of keyboard shortcuts that stands in every page: drawn once for those who write and once for the others."""

from django import template
from django.utils.safestring import SafeString

from hindsight.lib.stencil import Stencil

register = template.Library()

_LIST = Stencil("components/shortcuts.html", ())


@register.simple_tag
def shortcut_list(*, can_write: bool) -> SafeString:
    """The dialog that `?` opens."""
    return _LIST.fill({}, can_write=bool(can_write))
