from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.spreadsheet_cells import neutral, original

BEGINNINGS = "=+-@\t\r\n＝＋－＠"
TEXTS = st.text() | st.text(alphabet=f"' {BEGINNINGS}a")


@pytest.mark.parametrize("sign", BEGINNINGS)
@pytest.mark.parametrize("before", ["", " ", "\u00a0", "'", "' "])
def test_no_cell_begins_like_a_formula(sign, before):
    written = neutral(f"{before}{sign}HYPERLINK(1)")

    assert written == f"'{before}{sign}HYPERLINK(1)"


@pytest.mark.parametrize("text", ["", "Alert on 5xx", "'quoted'", "5 - 3", "a=b"])
def test_other_text_stays_as_it_is(text):
    assert neutral(text) == original(text) == text


@given(TEXTS)
def test_the_way_back_is_exact(text):
    assert original(neutral(text)) == text
