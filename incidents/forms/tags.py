from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext

from incidents.forms.list_field import ListField
from incidents.playbooks.schema import is_storable

MOST_TAGS = 20
LONGEST_TAG = 40


class TagsField(ListField):
    """Words separated by commas; its value is a list such as ["payments"]."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        words = (word.strip() for word in str(value or "").split(","))
        tags = list(dict.fromkeys(filter(None, words)))
        if len(tags) > MOST_TAGS:
            raise forms.ValidationError(gettext("Write at most %d tags.") % MOST_TAGS)
        for tag in tags:
            if len(tag) > LONGEST_TAG or not is_storable(tag):
                sentence = gettext(
                    "“%(tag)s” is too long for a tag: write words of at most %(most)d "
                    "characters, separated by commas."
                )
                facts = {"tag": tag[:LONGEST_TAG], "most": LONGEST_TAG}
                raise forms.ValidationError(sentence % facts)
        return tags
