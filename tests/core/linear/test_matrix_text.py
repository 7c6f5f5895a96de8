"""Typed matrices: what is read, and what is refused."""

import pytest

from core.errors import DataError
from core.linear.matrix_text import read_matrix


@pytest.mark.parametrize("text", ["1,2,3\n4,5,6", "1 2\t3\n\n4;5;6\n", "1e0, 2, 3\n4 5 6"])
def test_matrices_are_read(text):
    assert read_matrix(text).tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "row"),
        ("1 2\n3", "same count"),
        ("1 x", "number"),
        ("1 nan", "finite"),
        ("1 1e99", "finite"),
        (" ".join("1" * 201), "200"),
        ("1\n" * 201, "200"),
    ],
)
def test_other_texts_are_refused(text, word):
    with pytest.raises(DataError, match=word):
        read_matrix(text)
