"""Icons: drawn once, quiet for screen readers, safe in their attributes."""

from django.template import engines


def draw(source: str, **context: object) -> str:
    return str(engines["django"].from_string("{% load lucide %}" + source).render(context))


def test_an_icon_is_hidden_from_screen_readers() -> None:
    assert 'aria-hidden="true"' in draw('{% lucide "search" size=16 %}')


def test_an_icon_with_a_label_is_not_hidden() -> None:
    html = draw('{% lucide "search" aria_label="Search" %}')
    assert 'aria-label="Search"' in html
    assert "aria-hidden" not in html


def test_sizes_are_not_mixed_up() -> None:
    assert 'width="16"' in draw('{% lucide "x" size=16 %}')
    assert 'width="20"' in draw('{% lucide "x" size=20 %}')


def test_what_people_wrote_is_escaped_in_attributes() -> None:
    assert "<b>" not in draw('{% lucide "x" aria_label=label %}', label='"><b>')
