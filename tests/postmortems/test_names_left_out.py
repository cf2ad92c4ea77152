"""Whoever took part is named nowhere in what customers read, however it is spelt."""

from __future__ import annotations

import re
from html import unescape

import pikepdf
import pytest

from incidents.models import TimelineEvent
from postmortems.discretion import Discretion, Names
from postmortems.freezing import edition_of
from postmortems.markdown_out import markdown_of
from postmortems.models import Finding
from postmortems.rendering.document import printed
from postmortems.standalone import standalone
from tests.postmortems.test_customer_pdf import insides_of

# What may be left in between when a file is searched for a name.
NO_LETTER = re.compile(r"<[^>]*>|[\W_]")
SPELLINGS = (
    "Zdenka Quibble",
    "ZDENKA QUIBBLE",
    "zdenka quibble",
    "Quibble, Zdenka",
    "Zdenka's and Quibble’s",
    "Zdenkas Rechner",
    "ZDENKA",
    "zdenka",
    "Zdénka",
    "Zde\u0301nka",
    "Z\u0336d\u0336e\u0336n\u0336k\u0336a\u0336",
    "Zd**en**ka",
    "_Zdenka_ **Quibble**",
    "Zd`enka`",
    "~~Zden~~ka",
    "Zdenka\nQuibble",
    "Zdenka\n> Quibble",
    "Zde\\nka",
    "Zde[^1]nka",
    "[Zden](https://x.example)ka",
    "[Zden[k]a](https://x.example)",
    "[the\npage](/admin/zdenka)",
    "![Zden*ka*](image:3)",
    "[page](<https://x.example/a b> 'Zdenka')",
    "> [1]: /admin/zdenka\n\nsee [here][1]",
    "`Zdenka` and `zquibble`",
    "```\nzdenka.quibble@host:~$\n```",
    "| who |\n|---|\n| Zdenka |",
    "Note[^n].\n\n[^n]: By Zdenka.",
    "&#90;denka",
    "&#x5a;&#100;enka",
    "&amp;#90;denka",
    "&amp;amp;amp;#90;denka",
    "&[#90;](x)denka",
    "Zden&shy;ka, Zden\u200bka, Zden\u2060ka, Zden\u202eka",
    "ZdenkaQuibble and zdenka_quibble",
    "zdenka.quibble",
    "zdenka-quibble, zdenka.quibble+ops@corp.example",
    "zquibble did it",
    "@zquibble, @zdenka.quibble, \uff20zquibble",
    "(Zdenka)—Zdenka/Zdenka:Zdenka",
)  # fmt: skip
LEFT = re.compile("zdenka|quibble")


def letters(text: str) -> str:
    return NO_LETTER.sub("", unescape(unescape(text))).lower()


@pytest.fixture
def named(written, resolved, lead, at_noon):
    """A draft in which the lead is named in all these ways, wherever it is public."""
    lead.first_name, lead.last_name = "Zdenka", "Quibble"
    lead.username, lead.email = "zquibble", "zdenka.quibble@corp.example"
    lead.save()
    written.sections.update(is_public=True, is_shown=True)
    text = "\n\n".join(SPELLINGS)
    written.sections.filter(key="summary").update(body=text)
    written.sections.exclude(block="").update(body="Zd**en**ka knows.")
    line = Finding.objects.filter(section__postmortem=written).first()
    for spelling in SPELLINGS:
        Finding.objects.create(section=line.section, text=spelling, is_public=True)
        TimelineEvent.objects.create(
            incident=resolved,
            at=at_noon,
            kind="note",
            text=spelling,
            author=lead,
            is_public=True,
        )
    item = resolved.add_item(title="Ask Zd&#101;nka", by=lead, at=at_noon, owner=lead)
    type(item).objects.filter(pk=item.pk).update(is_public=True)
    type(resolved).objects.filter(pk=resolved.pk).update(
        title="Zdenka’s checkout fails", features_affected="What ZDENKA built"
    )
    written.refresh_from_db()
    return written


def test_no_name_is_in_any_form_of_the_edition(named, poppler, tmp_path):
    edition = edition_of(named, "customer")

    copy = tmp_path / "customer.pdf"
    with printed(edition) as pdf:
        copy.write_bytes(pdf.read_bytes())
    with pikepdf.open(copy) as made:
        about = f"{dict(made.docinfo)}{made.open_metadata()}"
    forms = {
        "text": poppler("pdftotext", copy),
        "insides": insides_of(copy),
        "metadata": about,
        "html": standalone(edition, named.incident),
        "markdown": markdown_of(edition),
    }

    inside = letters(markdown_of(edition_of(named, "internal")))
    assert len(LEFT.findall(inside)) > 2 * len(SPELLINGS)
    assert "checkout fails" in forms["text"]
    for name, each in forms.items():
        assert (name, LEFT.findall(letters(each))) == (name, [])
    assert "/admin/" not in forms["html"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_each_spelling_goes(spelling):
    called = {"Zdenka Quibble", "Zdenka", "Quibble", "zquibble", "zdenka.quibble"}
    names = Names(present=frozenset(called))

    assert not LEFT.search(letters(Discretion(names)(spelling)))


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("Will", "It will restart, Will said", "It will restart, somebody said"),
        ("Will", "Will’s host, and the WILL", "Somebody’s host, and the somebody"),
        ("Mark", "Mark marked the benchmark", "Somebody marked the benchmark"),
        ("Mark Will", "mark will and Mark Will", "mark will and somebody"),
        ("An", "An alert, asked An", "An alert, asked somebody"),
        ("Al", "et al, formal, Al", "et al, formal, somebody"),
        ("Ada", "nevada, Adamant, armada", "nevada, Adamant, armada"),
        ("Jörg Müller", "Joerg Mueller asked Jorg", "Somebody asked Jorg"),
        ("Jörg", "Joerg, Jorg, JÖRG", "Somebody, somebody, somebody"),
        ("O’Brien", "O'Brien, OBrien, O`Brien", "Somebody, somebody, somebody"),
        ("Anna-Lena", "Anna Lena, anna‑lena", "Somebody, somebody"),
        ("李明", "由李明重启", "由somebody重启"),
        ("김철수", "김철수가 했다, 강철", "Somebody가 했다, 강철"),
    ],
)
def test_words_that_are_no_names_stay(name, text, left):
    assert Discretion(Names(present=frozenset({name})))(text) == left


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("Mark", "Mark it. Then Mark did", "Mark it. Then somebody did"),
        ("Will", "It will. Will it, Will?", "It will. Will it, somebody?"),
        ("Ada", "Ada wrote ada in ADA", "Somebody wrote ada in ADA"),
        ("Ada Lovelace", "ada lovelace", "Somebody"),
    ],
)
def test_who_took_no_part_is_taken_as_written(name, text, left):
    assert Discretion(Names(frozenset({name})))(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Ada told Ada. Ada left!", "Somebody told somebody. Somebody left!"),
        ("As Ada, e.g. Ada, said", "As somebody, e.g. somebody, said"),
        ("Who\n- Ada\n1. **Ada**", "Who\n- Somebody\n1. **Somebody**"),
        ("| by Ada | Ada |", "| by somebody | Somebody |"),
        ("We asked\nAda.\n\nAda came.", "We asked\nsomebody.\n\nSomebody came."),
        ("“Ada?” “Ada.” Says “Ada”", "“Somebody?” “Somebody.” Says “somebody”"),
        ("再起動。Ada が", "再起動。Somebody が"),
        (f"{'x ' * 99}Ada", f"{'x ' * 99}somebody"),
        ("ada@x.example wrote. @ada read", "Somebody wrote. Somebody read"),
    ],
)
def test_a_sentence_begins_with_a_capital(text, left):
    assert Discretion(Names(present=frozenset({"Ada"})))(text) == left


def test_nobody_waits_for_what_is_wrapped_up_without_end():
    text = "&" + "amp;" * 16_000 + "[" * 16_000 + "#90;"

    assert "&" not in Discretion(Names(present=frozenset({"Zdenka"})))(text)
