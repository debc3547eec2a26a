"""Markdown to safe HTML, unbounded: `hindsight.lib.markdown` decides where and for how long this may run."""

import re
from collections.abc import Callable, Sequence

import nh3
from django.utils.html import escape
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.tasklists import tasklists_plugin

# (code, language) → HTML of the code, or None when it is not to be coloured.
Painter = Callable[[str, str], str | None]

_ATTACHMENT = re.compile(r"/attachments/[0-9A-Za-z-]{1,64}/(?:[a-z0-9-]{1,20}/)?")
# A scheme that is meant, or a path whose first segment can't be taken for a scheme.
_ADDRESS = re.compile(r"https?:|mailto:|[^:/?#]*(?:[/?#]|$)", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z0-9_+#.-]{1,40}")
_OUR_CLASS = re.compile(
    r"language-[A-Za-z0-9_+#.-]{1,40}|[a-z][a-z0-9]{0,2}|hidden-char|code|table-scroll"
    r"|align-(?:left|center|right)|contains-task-list|task-list-item(?:-checkbox)?"
)
_NAMED_FENCE = re.compile(r"(?:```|~~~)[ \t]*[A-Za-z0-9_+#.-]")
_ALIGNMENT = re.compile(r"text-align:(left|center|right)")

_DEEPEST = 60

# The page's title is h1 and its sections are h2.
_HEADINGS_DOWN = 2

_TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "blockquote", "pre", "code", "span", "em", "strong", "s"),
    *("ul", "ol", "li", "input", "div", "table", "thead", "tbody", "tr", "th", "td", "a", "img"),
}
_ATTRIBUTES: dict[str, set[str]] = {
    **{tag: {"class"} for tag in ("code", "pre", "li", "ul", "div", "th", "td")},
    "ol": {"class", "start"},
    "span": {"class", "title"},
    "input": {"class", "checked"},
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
}
_ALWAYS = {"input": {"type": "checkbox", "disabled": ""}, "img": {"loading": "lazy"}}


class TooDeep(ValueError):
    """Quotes or lists lie so deep in each other that the parser would drop words."""


def to_html(text: str, paint: Painter | None = None) -> str:
    """Return safe HTML of a markdown text. `paint` colours fenced code that names its language. Raises TooDeep."""
    return sanitise(_PARSER.render(text, {"paint": paint}))


def sanitise(html: str) -> str:
    """Drop from HTML whatever the renderer below could not have made; the second wall behind `html: False`."""
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_allowed_value,
        set_tag_attribute_values=_ALWAYS,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


def has_named_code(text: str) -> bool:
    """Tell whether the text may hold fenced code that names its language."""
    return _NAMED_FENCE.search(text) is not None


def _allowed_value(tag: str, attribute: str, value: str) -> str | None:
    """Return what may stay of an attribute, None to drop it."""
    if attribute == "class":
        return " ".join(name for name in value.split() if _OUR_CLASS.fullmatch(name)) or None
    if attribute == "src":
        return value if _ATTACHMENT.fullmatch(value) else None
    if attribute == "href":
        return value if _ADDRESS.match(value) else None
    return value


def _image(_: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """Show images from our own attachments; any other address becomes a link, so that opening a page tells nobody."""
    token = tokens[index]
    source, label = str(token.attrs.get("src", "")), escape(token.content)
    if _ATTACHMENT.fullmatch(source):
        return f'<img src="{escape(source)}" alt="{label}">'
    return f'<a href="{escape(source)}">{label or escape(source)}</a>'


def _fence(_: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """Show fenced code, coloured where the painter can."""
    token = tokens[index]
    language = (token.info.split() or [""])[0]
    paint: Painter | None = env.get("paint")
    if not _LANGUAGE.fullmatch(language):
        return f"<pre><code>{escape(token.content)}</code></pre>\n"
    html = (paint(token.content, language) if paint else None) or escape(token.content)
    return f'<pre class="code"><code class="language-{language}">{html}</code></pre>\n'


def _table_open(_: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    return '<div class="table-scroll"><table>\n'


def _table_close(_: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    return "</table></div>\n"


def _fit_into_page(state: StateCore) -> None:
    """Move headings below the page's own, and write alignment as a class: style attributes are forbidden."""
    for token in state.tokens:
        if token.level >= _DEEPEST - 1:
            raise TooDeep("the parser drops what lies deeper")
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + _HEADINGS_DOWN, 6)}"
        aligned = _ALIGNMENT.fullmatch(str(token.attrs.pop("style", "")))
        if aligned:
            token.attrJoin("class", f"align-{aligned[1]}")


def _make_parser() -> MarkdownIt:
    """Return CommonMark with tables, strikethrough, task lists and links; a typed line end stays one."""
    parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True, "maxNesting": _DEEPEST})
    parser.enable(["table", "strikethrough", "linkify"]).use(tasklists_plugin)
    if parser.linkify is not None:
        # Without a scheme, every "main.py" and "deploy.sh" would become a link to a country.
        parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    parser.core.ruler.push("fit_into_page", _fit_into_page)
    rules = {"image": _image, "fence": _fence, "table_open": _table_open, "table_close": _table_close}
    for name, rule in rules.items():
        parser.add_render_rule(name, rule)
    return parser


_PARSER = _make_parser()
