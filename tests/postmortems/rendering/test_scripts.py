"""People write in their own script, and find it again in the PDF."""

from __future__ import annotations

import re
import shutil
import tempfile

import pikepdf
import pytest
from PIL import Image

from postmortems.rendering.prose import prose
from postmortems.rendering.typeset import typeset
from tests.postmortems.pages import pages_of
from tests.postmortems.pdf_rules import fonts_are_embedded
from tests.postmortems.pdf_text import text_of

WRITTEN = {
    "Chinese": "支付网关在凌晨返回错误，值班人员重启了数据库。",
    "Japanese": "支払いゲートウェイがエラーを返しました。",
    "Korean": "결제 게이트웨이가 오류를 반환했습니다.",
    "Arabic": "توقفت بوابة الدفع عن العمل في الساعة وأعيد تشغيلها.",
    "Hebrew": "שער התשלומים הפסיק לעבוד בשעה ותוקן.",
    "Hindi": "भुगतान गेटवे ने त्रुटियाँ लौटाईं।",
    "Thai": "เกตเวย์การชำระเงินส่งคืนข้อผิดพลาด",
    "Greek": "Η πύλη πληρωμών απέτυχε.",
    "Russian": "Платёжный шлюз вернул ошибку.",
    "Vietnamese": "Cổng thanh toán trả về lỗi.",
    "emoji": "🔥 🚀 ✅ ❌ ⚠️ 👩‍💻 🇩🇪 👍🏽 ⏰",
    "signs": "→ ← ✓ ✗ ★ ┌─┐ ∑ ≤ ≠ ∞ ⌘",
}
OURS = re.compile(r"Debrief|Inter|JetBrains|Noto|Vazirmatn|Droid-Sans-Fallback")
MARKS_OF_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
HEAD = '<!doctype html><html lang="en"><title>x</title><link rel="stylesheet" href='


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    lines = "".join(f"<p>{text}</p>" for text in WRITTEN.values())
    kept = tmp_path_factory.mktemp("scripts") / "scripts.pdf"
    with typeset(f'{HEAD}"document.css">{lines}<p>ქართული and <b>Ⴀ</b>') as pdf:
        shutil.copy(pdf, kept)
    return kept


def flat(text):
    return re.sub(r"\s", "", MARKS_OF_DIRECTION.sub("", text))


@pytest.mark.parametrize("script", WRITTEN)
def test_what_was_written_is_found_again(printed, poppler, script):
    text = flat(poppler("pdftotext", printed))

    # A full stop at the left end of a line is told before it, as it stands there.
    assert flat(WRITTEN[script]).rstrip(".") in text


def test_letters_come_from_our_fonts_alone_and_travel_with_the_file(printed):
    with pikepdf.open(printed) as pdf:
        assert list(fonts_are_embedded(pdf)) == []
        names = {
            str(each.BaseFont)
            for each in pdf.objects
            if isinstance(each, pikepdf.Dictionary) and "/BaseFont" in each
        }
        assert "\N{REPLACEMENT CHARACTER}" not in text_of(pdf)

    assert [name for name in names if not OURS.search(name)] == []
    assert len(names) >= 7


def test_letters_that_no_font_has_are_named_and_counted(printed, poppler):
    text = poppler("pdftotext", printed)

    assert "[Georgian ×7] and [Georgian ×1]" in text


def test_what_is_no_letter_is_left_out():
    """Codes of a terminal in a pasted log, and separators that no font shows."""
    controls = "".join(map(chr, [*range(9), *range(14, 32), *range(0x86, 0xA0)]))
    odd = f"{controls}\ufeff\ufffe\U0001ffff\ud800"

    html = f"{HEAD}'document.css'><p>a{odd}b\x0bc\u2028d\u2029e\x85f"
    with typeset(html) as pdf, pikepdf.open(pdf) as opened:
        assert text_of(opened).split() == ["a?b", "c", "d", "e", "f"]


def test_keys_are_written_as_circled_figures():
    """Fonts draw a figure and, beside it, an empty frame."""
    html = (
        f"{HEAD}'document.css'><p>1\ufe0f\u20e3 9\u20e3 0\ufe0f\u20e3 #\ufe0f\u20e3 *"
    )
    with typeset(html) as pdf, pikepdf.open(pdf) as opened:
        assert text_of(opened).split() == ["①", "⑨", "⓪", "#", "*"]


def test_lists_and_cells_that_run_from_the_right_begin_there(poppler):
    text = "- שער\n- תוקן\n\n| הפסיק | B |\n|---|--:|\n| לעבוד | 12 |\n"
    body = f'<div class="prose">{prose(text)}</div>'
    with typeset(f'{HEAD}"document.css">{body}') as pdf:
        [page] = pages_of(poppler("pdftotext", pdf, "-bbox"))

    ends = {"".join(sorted(word.text)): word.right for word in page.words}
    edge = page.width - 20 * 72 / 25.4
    far = [edge - ends["".join(sorted(word))] for word in ("שער", "תוקן", "לעבוד")]
    # A list is set in by 5 mm, as one from the left is; a cell by its own space.
    assert [round(each) for each in far] == [14, 14, 0]


def test_lines_that_run_from_the_right_begin_there(printed, poppler):
    [page] = pages_of(poppler("pdftotext", printed, "-bbox"))

    # Whichever way the letters of a word are told.
    places = {"".join(sorted(flat(word.text))): word for word in page.words}
    first = [places["".join(sorted(word))] for word in ("توقفت", "שער", "Платёжный")]
    assert [word.right > page.width - 60 for word in first] == [True, True, False]
    assert first[2].left < 60


def test_who_says_the_direction_is_believed(poppler, tmp_path):
    with typeset(f'{HEAD}"document.css"><p dir="ltr">שער') as pdf:
        [page] = pages_of(poppler("pdftotext", pdf, "-bbox"))

    assert page.words[0].left < 60


def test_pictures_that_are_handed_in_are_shown(tmp_path, poppler, monkeypatch):
    files = [tmp_path / name for name in ("graph.png", "photo.jpg", "screen.webp")]
    for file in files:
        Image.new("RGB", (20, 10), "red").save(file)
    pictures = {f"{n}{each.suffix}": each for n, each in enumerate(files)}
    # The folder for temporary files may be a link to another.
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "link"))
    html = "".join(f'<img src="picture:{name}" alt="a">' for name in pictures)

    with typeset(f'{HEAD}"document.css">{html}', pictures=pictures) as pdf:
        listed = poppler("pdfimages", pdf, "-list")

    assert len(listed.splitlines()) == 2 + 3
