from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.common.tokens import ALPHABET, new_reference, new_token, read_reference, token_hash
from recovery.env import ROOT

PLACES = (("complaints", "*.py"), ("complaints", "*.po"), ("templates", "*.*"))


def test_a_reference_reads_back_as_itself() -> None:
    for _ in range(200):
        reference = new_reference()
        assert read_reference(reference) == reference


@pytest.mark.parametrize("said", ["c-{}", "C {}", "{}", " c–{} ", "C.{}"])
def test_a_reference_is_understood_as_people_type_it(said: str) -> None:
    reference = new_reference()
    assert read_reference(said.format(reference[2:].lower())) == reference


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    reference = next(r for r in iter(new_reference, None) if "0" in r and "1" in r)
    assert read_reference(reference.replace("0", "O").replace("1", "l")) == reference


@given(place=st.integers(0, 7), wrong=st.sampled_from(ALPHABET))
def test_one_mistyped_character_is_no_reference(place: int, wrong: str) -> None:
    body = new_reference()[2:]
    mistyped = body[:place] + wrong + body[place + 1 :]
    assert mistyped == body or read_reference(f"C-{mistyped}") is None or _differ_by_the_prime(body[place], wrong)


def test_the_examples_that_people_are_shown_could_be_real() -> None:
    ours = [file for room, kind in PLACES for file in (ROOT / room).rglob(kind)]
    shown = {example for file in ours for example in re.findall(r"\bC-[0-9A-Z]{8}\b", file.read_text("utf-8"))}
    assert shown
    assert {example for example in shown if read_reference(example) != example} == set()


def test_a_token_is_128_bits_and_only_its_hash_is_comparable() -> None:
    token = new_token()
    assert len(token) == 22
    assert len(token_hash(token)) == 32
    assert token_hash(token) != token_hash(new_token())


def _differ_by_the_prime(one: str, other: str) -> bool:
    """31 and 0 are one to a check modulo 31: the only pair of characters it cannot tell apart."""
    return {ALPHABET.index(one), ALPHABET.index(other)} == {0, 31}
