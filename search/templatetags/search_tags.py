"""What templates of search read of the query language."""

from django import template

from search import registry

register = template.Library()


@register.simple_tag
def search_values(name: str) -> dict[str, str]:
    """The values that a filter takes, with how each is written for people; empty where any is possible."""
    return registry.known_values(name)
