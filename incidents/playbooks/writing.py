"""Writes a playbook as people edit it, without what it leaves open; always alike."""

from __future__ import annotations

from typing import Any

import yaml

from incidents.playbooks.schema import PlaybookDocument, plain

WIDTH = 88
ODD_BREAKS = "\x85\u2028\u2029"


class _Writer(yaml.SafeDumper):
    """Indents lists, and writes texts of several lines as they are read."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(writer: _Writer, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    if any(each in text for each in ODD_BREAKS):
        style = '"'  # elsewhere they would be read as line breaks
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _text)


def dump_playbook(document: PlaybookDocument) -> str:
    """Write the YAML of a document; reading it gives the same document again."""
    return as_yaml(plain(document, exclude_defaults=True))


def as_yaml(data: Any) -> str:
    return yaml.dump(
        data, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=WIDTH
    )
