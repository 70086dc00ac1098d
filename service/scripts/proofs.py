"""The register of reasons to believe: what a script may promise, and what stands behind it.

The linter refuses every promise whose words are not in `proofs.toml` of the library's folder.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from service.errors import ScriptError
from service.scripts.read import PROOFS as FILE
from service.scripts.tone import Tone, folded

NEEDED: Final = ("because", "source")


def read_proofs(folder: Path) -> Mapping[str, Sequence[str]]:
    """The phrases that are backed, by language; a folder without the file backs nothing.

    Raises:
        ScriptError: when an entry has no reason, no source or no phrase.
    """
    path = folder / FILE
    if not path.is_file():
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ScriptError(f"{FILE} cannot be read: {error}") from error
    phrases: dict[str, list[str]] = {}
    for name, entry in content.items():
        wrong = _wrong(entry)
        if wrong:
            raise ScriptError(f"Please mend {FILE}: [{name}] {wrong}")
        for language in entry.keys() - set(NEEDED):
            phrases.setdefault(language, []).extend(entry[language])
    return phrases


def _wrong(entry: Any) -> str:
    if not isinstance(entry, dict) or not all(isinstance(entry.get(it), str) for it in NEEDED):
        return "needs because = why it is true, and source = where that can be looked up"
    lists = [phrases for name, phrases in entry.items() if name not in NEEDED]
    if not lists or not all(
        isinstance(phrases, list) and phrases and all(isinstance(it, str) and it for it in phrases)
        for phrases in lists
    ):
        return 'needs the promised words by language, such as en = ["fourteen days"]'
    return ""


def unbacked(tone: Tone, source: str, proofs: Sequence[str]) -> str:
    """The first promise of a text that no proof backs; empty when there is none."""
    text = folded(source)
    for phrase in proofs:
        text = text.replace(folded(phrase), "")
        text = text.replace(folded(phrase).lower(), "")
    found = tone.lists["promise"].search(text)
    return found[0] if found else ""
