"""The texts that ship, in the small language: version 0 of every kind, read from `templates/messages` as it is now.

The files are Django's templates, so that their sentences stand in the catalogues of translations. What is between
their `words` is rewritten here, in one language: sentences translated, placeholders as they are, nothing else left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from textwrap import dedent
from typing import Final

from django.conf import settings
from django.template.base import Lexer, Token, TokenType
from django.template.loader import get_template
from django.utils import translation
from django.utils.text import smart_split
from django.utils.translation import gettext, trim_whitespace

from complaints.outbox.models import Kind
from complaints.outbox.placeholders import is_for_customers

LANGUAGES: Final = tuple(code for code, _name in settings.LANGUAGES)
_NAMED: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_TOLD: Final = re.compile(r"%\((\w+)\)s")
_FILTERS: Final = {'date:"DATE_FORMAT"': "|day", 'date:"TIME_FORMAT"': "|time"}
_EMPTY_LINES: Final = re.compile(r"\n\s*\n+")
_KEPT: Final = frozenset({"if", "elif", "else", "endif", "for", "endfor"})
_DROPPED: Final = frozenset({"load", "autoescape", "endautoescape", "block", "endblock", "extends"})


@dataclass(frozen=True, slots=True)
class Source:
    """The parts of a message as they are written; without words for SMS its subject is said there."""

    subject: str
    text: str
    html: str
    sms: str = ""


@cache
def shipped(kind: Kind, language: str) -> Source:
    """The text of a kind that ships, in one of LANGUAGES."""
    folder = f"messages/{kind.value}"
    with translation.override(language):
        return Source(
            "".join(_rewritten(iter(_tokens(f"{folder}/subject.txt")))).strip(),
            "".join(_rewritten(iter(_words(f"{folder}/body.txt")))).strip(),
            _EMPTY_LINES.sub(
                "\n", dedent("".join(_rewritten(iter(_words(f"{folder}/body.html")))).strip("\n"))
            ).strip(),
            "".join(_rewritten(iter(_tokens(f"{folder}/sms.txt")))).strip() if is_for_customers(kind) else "",
        )


def _tokens(name: str) -> list[Token]:
    return Lexer(get_template(name).template.source).tokenize()  # type: ignore[attr-defined]


def _words(name: str) -> list[Token]:
    """What stands between the words of a file, or of the one it is made after."""
    tokens = _tokens(name)
    starts = [n for n, token in enumerate(tokens) if token.contents == "block words"]
    if not starts:
        parent = next(token.split_contents()[1] for token in tokens if token.contents.startswith("extends "))
        return _words(parent.strip('"'))
    rest = tokens[starts[0] + 1 :]
    end = next(n for n, token in enumerate(rest) if token.contents.split()[:1] == ["endblock"])
    return rest[:end]


def _rewritten(tokens: Iterator[Token]) -> Iterator[str]:
    for token in tokens:
        if token.token_type == TokenType.TEXT:
            yield token.contents
        elif token.token_type == TokenType.VAR:
            yield f"{{{{ {_fact(token.contents)} }}}}"
        elif token.token_type == TokenType.BLOCK:
            yield _block(token, tokens)


def _block(token: Token, tokens: Iterator[Token]) -> str:
    tag, *said = list(smart_split(token.contents))
    if tag in _KEPT:
        return f"{{% {token.contents} %}}"
    if tag == "translate":
        return gettext(said[0].strip('"'))
    if tag == "blocktranslate":
        return _sentence(dict(one.split("=", 1) for one in said if "=" in one), tokens)
    if tag == "include":
        return f"{{{{ {said[-1].removeprefix('words=')}|quote }}}}"
    if tag in _DROPPED:
        return ""
    raise ValueError(f"the texts that ship cannot use {tag}")


def _sentence(named: dict[str, str], tokens: Iterator[Token]) -> str:
    """A translated sentence; what it calls by another name is called by the fact's own."""
    written = ""
    for token in tokens:
        if token.token_type == TokenType.BLOCK:
            break
        written += f"{{{{ {token.contents} }}}}" if token.token_type == TokenType.VAR else token.contents
    told = gettext(_NAMED.sub(r"%(\1)s", trim_whitespace(written).replace("%", "%%")))
    facts = {name: f"{{{{ {_fact(named.get(name, name))} }}}}" for name in _TOLD.findall(told)}
    return told % facts


def _fact(written: str) -> str:
    """A fact with the filter that the small language has for what Django's does; moments are told without one."""
    name, _bar, form = written.partition("|")
    return name + _FILTERS.get(form, "")
