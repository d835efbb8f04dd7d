from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from complaints.intake.errors import FileUnusable
from complaints.intake.sheets import Row, opened


def sheet(folder: Path, content: bytes, name: str = "complaints.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def rows_of(path: Path) -> list[Row]:
    with opened(path) as found:
        return list(found.rows())


def test_a_row_is_named_by_the_line_it_begins_on(tmp_path: Path) -> None:
    path = sheet(tmp_path, b'id,words\n1,"first\nsecond\n\nfourth"\n2,plain\n\n3,last')
    assert [(row.line, row.values[0]) for row in rows_of(path)] == [(2, "1"), (6, "2"), (8, "3")]


def test_text_over_several_lines_stays_as_it_is(tmp_path: Path) -> None:
    path = sheet(tmp_path, b'id,words\r\n1,"He said ""no"".\r\nThen he left."\r\n')
    assert rows_of(path)[0].values[1] == 'He said "no".\r\nThen he left.'


@pytest.mark.parametrize("name", ["complaints.csv.gz", "complaints.csv"])
def test_a_gzipped_file_is_told_by_its_content_and_not_by_its_name(tmp_path: Path, name: str) -> None:
    path = sheet(tmp_path, gzip.compress(b"id,words\n1,plain\n"), name)
    assert [row.values for row in rows_of(path)] == [["1", "plain"]]


def test_a_byte_order_mark_does_not_become_part_of_a_name(tmp_path: Path) -> None:
    with opened(sheet(tmp_path, b"\xef\xbb\xbfid, words \n")) as found:
        assert found.columns == ["id", "words"]


def test_a_row_of_another_length_is_trouble_and_the_next_is_not(tmp_path: Path) -> None:
    short, good = rows_of(sheet(tmp_path, b"id,words\n1\n2,plain\n"))
    assert short.trouble == "The row has 1 columns and the heading 2."
    assert not good.trouble


def test_bytes_that_are_not_utf_8_trouble_their_row_alone(tmp_path: Path) -> None:
    latin, good = rows_of(sheet(tmp_path, "id,words\n1,Zo\xeb\n".encode("latin-1") + "2,Zoë\n".encode()))
    assert latin.trouble == "The row is not written in UTF-8."
    assert good.values == ["2", "Zoë"]
    assert not good.trouble


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file cannot be read: it is empty."),
        (b"id,id,words\n", "The file cannot be read: two columns have the same name: “id”."),
    ],
)
def test_a_file_without_usable_columns_is_refused_with_a_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    with pytest.raises(FileUnusable) as refused, opened(sheet(tmp_path, content)):
        pass
    assert refused.value.sentence == sentence


def test_a_damaged_gzipped_file_says_where_it_breaks(tmp_path: Path) -> None:
    whole = gzip.compress(b"id,words\n" + b"".join(b"%d,plain %d\n" % (n, n * n) for n in range(5_000)))
    with pytest.raises(FileUnusable, match="damaged after line"):
        rows_of(sheet(tmp_path, whole[: len(whole) // 2]))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileUnusable, match=r"nowhere.csv: No such file"), opened(tmp_path / "nowhere.csv"):
        pass
