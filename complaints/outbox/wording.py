"""The small language that the texts of messages are written in: placeholders, `if`, `for` over a list, nothing else.

Jinja's sandbox reads and runs it, but only what is named here gets that far: no attributes, no calls, no operators, no
tags that load, include or set anything. What goes in are plain values; what comes out has a longest length.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import linebreaks
from django.utils.translation import gettext as _
from jinja2 import TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup
from nh3 import Cleaner

from complaints.common.errors import Invalid

LONGEST_SOURCE: Final = 20_000
LONGEST_RESULT: Final = 400_000
MOST_LOOPS: Final = 5
MOST_LINES: Final = 500
DEEPEST: Final = 12
"""How many blocks may stand in each other."""

_SPOKEN: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.If,
    nodes.For,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Const,
    nodes.Filter,
)
_GAP: Final = re.compile(r"\n{3,}")
_TAGS: Final = frozenset(
    {
        *("a", "b", "blockquote", "br", "code", "del", "div", "em", "h1", "h2", "h3", "hr", "i", "li", "ol", "p"),
        *("s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul"),
    }
)
_LOOKS: Final = frozenset(
    {
        *("background", "background-color", "border", "border-bottom", "border-left", "border-radius", "border-right"),
        *("border-top", "color", "display", "font-family", "font-size", "font-style", "font-weight", "line-height"),
        *("margin", "overflow-wrap", "padding", "padding-top", "text-align", "text-decoration", "white-space"),
    }
)
_LEFT_OUT: Final = frozenset({"script", "style", "title", "textarea", "iframe", "noscript"})
_SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
_CLEANER: Final = Cleaner(
    tags=set(_TAGS),
    attributes={
        "*": {"dir", "lang", "style", "title"},
        "a": {"href"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan"},
    },
    filter_style_properties=set(_LOOKS),
    clean_content_tags=set(_LEFT_OUT),
    url_schemes=set(_SCHEMES),
    link_rel=None,
)
_PLAIN: Final = Cleaner(
    tags=set(_TAGS - {"h1", "h2", "h3"}),
    attributes={"a": {"href"}, "*": {"lang", "dir"}},
    clean_content_tags=set(_LEFT_OUT),
    url_schemes=set(_SCHEMES),
)


class TooLong(Exception):
    """What a text came to is longer than any mail should be."""


def clean_html(html: str) -> str:
    """A safe part of HTML: what a mail needs for its words, nothing that runs, loads or reaches out of its place."""
    return _CLEANER.clean(html)


def without_looks(html: str) -> str:
    """The words of a mail for a page of ours, which has looks of its own."""
    return _PLAIN.clean(html)


class Piece:
    """One part of a message, read once and rendered as often as it takes.

    `names` are the placeholders it may use. Raises Invalid with a sentence for whoever wrote it.
    """

    def __init__(self, source: str, *, names: Collection[str], is_html: bool = False) -> None:
        self._is_html = is_html
        self._names = frozenset(names)
        self._template = _read(source, names=self._names, is_html=is_html)

    def render(self, facts: Mapping[str, Any]) -> str:
        """The words with these facts, in the language and the zone that are active; what is not told is empty.

        HTML comes out sanitised. Raises TooLong.
        """
        told, length = [], 0
        for part in self._template.generate({name: _plain(facts.get(name)) for name in self._names}):
            length += len(part)
            if length > LONGEST_RESULT:
                raise TooLong
            told.append(part)
        words = "".join(told)
        return clean_html(words).strip() if self._is_html else _GAP.sub("\n\n", words).strip()


def html_of(text: str) -> str:
    """The HTML of a message that has only text."""
    return linebreaks(text, autoescape=True)


def _read(source: str, *, names: frozenset[str], is_html: bool) -> Any:
    if len(source) > LONGEST_SOURCE:
        raise Invalid(sentence=_("This is too long: at most %(most)s characters.") % {"most": LONGEST_SOURCE})
    language = _HTML if is_html else _TEXT
    try:
        tree = language.parse(source)
        _judge(tree, names=names)
        return language.from_string(tree)
    except TemplateError as error:
        line = getattr(error, "lineno", 1)
        told = _("Line %(line)s cannot be read. Look for a brace that is missing, or an if or for without its end.")
        raise Invalid(sentence=told % {"line": line}) from error
    except (RecursionError, SyntaxError, MemoryError) as error:
        raise _too_deep() from error


def _judge(tree: nodes.Template, *, names: frozenset[str]) -> None:
    """Refuse what does not belong to the language, and placeholders that are not there."""
    if sum(1 for _loop in tree.find_all(nodes.For)) > MOST_LOOPS:
        raise Invalid(sentence=_("At most %(most)s lists fit into one text.") % {"most": MOST_LOOPS})
    _judge_node(tree, names, depth=0, in_loop=False)


def _judge_node(node: nodes.Node, names: frozenset[str], *, depth: int, in_loop: bool) -> None:
    if depth > 2 * DEEPEST:
        raise _too_deep()
    if not isinstance(node, _SPOKEN):
        raise _not_spoken(node)
    if isinstance(node, nodes.For):
        _judge_loop(node, names, depth=depth, in_loop=in_loop)
        return
    if isinstance(node, nodes.Name) and node.name not in names:
        raise _no_such_placeholder(node.name, names)
    if isinstance(node, (nodes.TemplateData, nodes.Const)):
        _judge_words(node)
    elif not _is_known(node):
        raise _not_spoken(node)
    for child in node.iter_child_nodes():
        _judge_node(child, names, depth=depth + 1, in_loop=in_loop)


def _judge_words(node: nodes.TemplateData | nodes.Const) -> None:
    words = node.data if isinstance(node, nodes.TemplateData) else str(node.value)
    if any(mark in words for mark in ("{{", "}}", "{%", "%}")):
        raise Invalid(sentence=_("Braces stand alone: a placeholder is written {{ reference }}."))


def _is_known(node: nodes.Node) -> bool:
    """Whether a filter or a comparison is one of those there are."""
    if isinstance(node, nodes.Filter):
        return node.name in FILTERS and not (node.args or node.kwargs or node.dyn_args or node.dyn_kwargs)
    return not isinstance(node, nodes.Operand) or node.op in {"eq", "ne"}


def _judge_loop(node: nodes.For, names: frozenset[str], *, depth: int, in_loop: bool) -> None:
    """A loop goes over a placeholder, stands in no other one, and names what it takes by a name of its own."""
    target = node.target
    is_plain = isinstance(target, nodes.Name) and isinstance(node.iter, nodes.Name)
    if in_loop or not is_plain or node.test or node.recursive or node.else_:
        raise _not_spoken(node)
    assert isinstance(target, nodes.Name)  # noqa: S101 - seen just now
    if target.name in names or target.name.startswith("_") or target.name == "loop":
        raise _not_spoken(node)
    _judge_node(node.iter, names, depth=depth + 1, in_loop=in_loop)
    for child in node.body:
        _judge_node(child, names | {target.name}, depth=depth + 1, in_loop=True)


def _no_such_placeholder(name: str, names: Collection[str]) -> Invalid:
    told = _("This message has no placeholder “%(name)s”. It has: %(names)s.")
    return Invalid(sentence=told % {"name": name[:60], "names": ", ".join(sorted(names))})


def _not_spoken(node: nodes.Node) -> Invalid:
    told = _(
        "Line %(line)s has something that messages cannot use (%(what)s)."
        " There are placeholders, if with and, or, not, == and !=, for over a list, and the filters %(filters)s."
    )
    facts = {"line": node.lineno, "what": type(node).__name__.lower(), "filters": ", ".join(FILTERS)}
    return Invalid(sentence=told % facts)


def _too_deep() -> Invalid:
    return Invalid(sentence=_("Too many blocks stand in each other."))


def _plain(value: Any) -> Any:
    """A fact as texts get it: words, numbers, moments, and lists of these."""
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value[:MOST_LINES]]
    if value is None:
        return ""
    return value if type(value) in {str, int, bool, datetime} else str(value)


def _told(value: Any) -> Any:
    """A value as it stands in the text: a moment in words, a list on one line."""
    if isinstance(value, list):
        return ", ".join(str(_told(one)) for one in value)
    return _moment(value, "DATETIME_FORMAT")


def _moment(value: Any, form: str) -> Any:
    """A moment in one of the forms of the active language, in the active zone; anything else as it is."""
    if not isinstance(value, datetime):
        return value
    return date_format(timezone.localtime(value) if timezone.is_aware(value) else value, form)


def _quote_in_html(value: Any) -> Markup:
    """What somebody wrote, set off from our own words."""
    words = value if isinstance(value, Markup) else str(value)
    return Markup(render_to_string("messages/_quote.html", {"words": words}))  # noqa: S704 - escaped there


FILTERS: Final = ("day", "quote", "time")


def _language(*, is_html: bool) -> ImmutableSandboxedEnvironment:
    """The sandbox, emptied of everything that is not spoken."""
    made = ImmutableSandboxedEnvironment(autoescape=is_html, finalize=_told, cache_size=0)
    made.globals.clear()
    made.tests = {}
    made.filters = {
        "day": partial(_moment, form="DATE_FORMAT"),
        "time": partial(_moment, form="TIME_FORMAT"),
        "quote": _quote_in_html if is_html else str,
    }
    return made


_TEXT: Final = _language(is_html=False)
_HTML: Final = _language(is_html=True)
