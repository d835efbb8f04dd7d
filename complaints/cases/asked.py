"""What somebody typed to look for: words, "exact words", and -words that must not be there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from complaints.common.words import is_cjk, sequence, split

MOST_WORDS: Final = 12
_LEAST_OPEN: Final = 3  # letters of a last word that may be unfinished
_QUOTES: Final = str.maketrans(dict.fromkeys("“”„‟«»「」『』＂", '"'))
_PIECE: Final = re.compile(r'([-－−–]?)"([^"]*)"?|([^\s"]+)')
_MINUS: Final = "-－−–"


@dataclass(frozen=True, slots=True)
class Term:
    """One word, or several in exactly this order; folded. An open one may be only the beginning of a word."""

    words: tuple[str, ...]
    is_excluded: bool = False
    is_open: bool = False

    def as_query(self) -> str:
        """The term in PostgreSQL's own language; words hold letters, digits and underscores, nothing to escape."""
        lexemes = [
            f" <{distance}> '{lexeme}'" if n else f"'{lexeme}'"
            for n, (lexeme, distance) in enumerate(sequence(list(self.words)))
        ]
        return f"{'!' if self.is_excluded else ''}({''.join(lexemes)}{':*' if self.is_open else ''})"


@dataclass(frozen=True, slots=True)
class Asked:
    """The terms that were typed; `is_cut` where there were more of them than are looked for."""

    terms: Sequence[Term]
    is_cut: bool = False

    @property
    def wanted(self) -> list[Term]:
        """The terms that must be there."""
        return [term for term in self.terms if not term.is_excluded]

    def as_query(self) -> str:
        """All of it in PostgreSQL's own language; empty where nothing is wanted, as leaving out alone finds nothing."""
        return " & ".join(term.as_query() for term in self.terms) if self.wanted else ""

    def for_rank(self) -> str:
        """What a text is judged by: only what is wanted."""
        return " & ".join(term.as_query() for term in self.wanted)


def read(typed: str) -> Asked:
    """Read what was typed, in any writing. The last word may be unfinished, unless it is quoted or left out."""
    terms: list[Term] = []
    for minus, quoted, bare in _PIECE.findall(typed.translate(_QUOTES)):
        if bare:
            is_excluded = len(bare) > 1 and bare[0] in _MINUS
            terms += _bare(bare, is_excluded=is_excluded)
        elif words := split(quoted):
            terms.append(Term(tuple(words), is_excluded=bool(minus)))
    if terms and _may_go_on(terms[-1], typed):
        terms[-1] = Term(terms[-1].words, is_open=True)
    return Asked(terms[:MOST_WORDS], is_cut=len(terms) > MOST_WORDS)


def _bare(piece: str, *, is_excluded: bool) -> list[Term]:
    """Words that were typed together: wanted each by itself, left out only where they stand together."""
    words = split(piece)
    if is_excluded:
        return [Term(tuple(words), is_excluded=True)] if words else []
    return [Term((word,)) for word in words]


def _may_go_on(term: Term, typed: str) -> bool:
    word = term.words[-1]
    is_bare = not typed.translate(_QUOTES).rstrip().endswith('"') and len(term.words) == 1
    return is_bare and not term.is_excluded and not is_cjk(word) and len(word) >= _LEAST_OPEN
