"""The hints as the file has them: typed, checked, and read once."""

from __future__ import annotations

from functools import cached_property, lru_cache
from importlib import resources
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from incidents.yaml_lines import read_yaml
from postmortems.wording.phrases import Finder, Phrase, compared

Language = Literal["en", "de"]
Sentence = Annotated[str, Field(min_length=10, max_length=300)]


def _readable(text: str) -> str:
    Phrase.parse(text)
    return text


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(Strict):
    """Some ways to blame somebody, why they get in the way, and what to say instead."""

    code: Annotated[str, Field(pattern=r"^[a-z_]{3,30}$")]
    why: Sentence
    instead: Sentence
    phrases: dict[
        Language,
        Annotated[
            tuple[Annotated[str, AfterValidator(_readable)], ...], Field(min_length=1)
        ],
    ] = Field(min_length=1)


class Rules(Strict):
    people: dict[Language, tuple[str, ...]]
    owners: dict[Language, tuple[str, ...]]
    participles: tuple[str, ...]
    hints: tuple[Rule, ...] = Field(min_length=1)

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(compared(w) for words in self.people.values() for w in words)

    @cached_property
    def owning(self) -> frozenset[str]:
        return frozenset(compared(w) for words in self.owners.values() for w in words)

    @cached_property
    def done(self) -> frozenset[str]:
        return frozenset(compared(word) for word in self.participles)

    @cached_property
    def _phrases(self) -> list[tuple[Rule, Phrase]]:
        return [
            (rule, Phrase.parse(text))
            for rule in self.hints
            for texts in rule.phrases.values()
            for text in texts
        ]

    @cached_property
    def finder(self) -> Finder:
        return Finder([phrase for _rule, phrase in self._phrases])

    def rule(self, number: int) -> Rule:
        """Give the rule of the phrase that the finder calls by this number."""
        return self._phrases[number][0]


@lru_cache(maxsize=1)
def rules() -> Rules:
    file = resources.files("postmortems.wording") / "hints.yaml"
    _nodes, content = read_yaml(file.read_text(encoding="utf-8"))
    return Rules.model_validate(content)
