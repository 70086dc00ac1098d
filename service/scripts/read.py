"""Reads script files (TOML) into entries, noting all that cannot be read instead of stopping.

What the words must be like is the linter's business (`lint.py`); here it is only their form.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from babel import Locale, UnknownLocaleError

from service.scripts.channels import PARTS, RULES
from service.scripts.placeholders import BadPlaceholder, Entry, Text, parse

TABLES: Final = ("labels", "subject", *PARTS, "service", "public")
HEADER: Final = ("channel", "version", "locale", "variant", "rules_of")
BASE: Final = "a"
"""The variant of a file that says none; it holds all tables, and the others what differs."""
ENGLISH: Final = "en"
"""Spoken where the customer's own language has no script."""
FALLBACK: Final = "chat"
"""Its words serve a channel that nobody described."""
PUBLIC: Final = "web"
"""Its public words serve channels that have none of their own, being private by nature."""
ANY: Final = "any"
PROOFS: Final = "proofs.toml"
"""Stands beside the scripts and is none."""
_LINE_BREAK: Final = re.compile(r"[ \t]*\r?\n[ \t\r\n]*")
LARGEST_TEXT: Final = 4_096
"""Bytes. A script is said in a minute; what is longer is a mistake or an attack."""


class Problem(NamedTuple):
    """One thing to mend: where, and what to do."""

    file: str
    table: str
    what: str

    def __str__(self) -> str:
        table = f" [{self.table}]" if self.table else ""
        return f"{self.file}:{table} {self.what}"


@dataclass(frozen=True, slots=True)
class ScriptFile:
    """One file of the library; `tables` keep the order of the file.

    `rules_of` names the channel whose length rule holds, for channels that we do not know.
    Of a `variant` other than `a` the tables are as they are said: the base's where it has none.
    """

    name: str
    channel: str
    version: int
    locale: str
    rules_of: str
    tables: Mapping[str, Mapping[str, Entry]]
    variant: str = BASE
    expires_on: date | None = None
    """The last day on which it may be used to ask; None for a draft."""
    edition: str = ""
    """The version, and of a variant that of its base before it: `3`, `3.2`."""

    @property
    def language(self) -> str:
        return language_of(self.locale)


@lru_cache(maxsize=1_024)
def language_of(locale: str) -> str:
    """`en` for `en_GB`, `en-US` and `EN`."""
    return re.split("[-_]", locale, maxsplit=1)[0].lower()


def on_base(file: ScriptFile, base: ScriptFile) -> ScriptFile:
    """A variant as it is said: each of its tables takes the place of the base's as a whole."""
    return replace(
        file,
        rules_of=base.rules_of,
        tables={**base.tables, **file.tables},
        edition=f"{base.version}.{file.version}",
        expires_on=min(filter(None, (file.expires_on, base.expires_on)), default=None),
    )


def read_folder(folder: Path) -> tuple[list[ScriptFile], list[Problem]]:
    """Every `*.toml` of the folder that has a usable form, and what is wrong with the others."""
    files: list[ScriptFile] = []
    problems: list[Problem] = []
    paths = sorted(path for path in folder.glob("*.toml") if path.name != PROOFS)
    if not paths:
        problems.append(Problem(str(folder), "", "there is no script file (*.toml) in this folder"))
    for path in paths:
        file = read_file(path, path.name, problems)
        if file is not None:
            files.append(file)
    return files, problems


def read_file(path: Path, name: str, problems: list[Problem]) -> ScriptFile | None:
    """One script file under a name, or None and what is wrong with it."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        problems.append(Problem(name, "", f"cannot be read: {error}"))
        return None
    return _script_file(name, content, problems)


def _script_file(
    name: str, content: Mapping[str, Any], problems: list[Problem]
) -> ScriptFile | None:
    wrong = _wrong_header(content)
    problems.extend(Problem(name, "", what) for what in wrong)
    tables: dict[str, dict[str, Entry]] = {}
    for table, entries in content.items():
        if table in HEADER:
            continue
        if table not in TABLES or not isinstance(entries, dict):
            known = ", ".join(TABLES)
            problems.append(Problem(name, table, f"is no table of a script: use {known}"))
            continue
        tables[table] = {}
        for key, value in entries.items():
            entry = _entry(Problem(name, table, key), value, problems)
            if entry:
                tables[table][key] = entry
    if wrong:
        return None
    channel, version = content["channel"], content["version"]
    return ScriptFile(
        name,
        channel,
        version,
        content["locale"],
        content.get("rules_of", channel),
        tables,
        content.get("variant", BASE),
        edition=str(version),
    )


def _wrong_header(content: Mapping[str, Any]) -> list[str]:
    wrong = []
    channel = content.get("channel")
    if not isinstance(channel, str) or not re.fullmatch("[a-z][a-z0-9_]{0,39}", channel):
        wrong.append('needs a first line such as channel = "phone" (small letters)')
    elif "variant" not in content and content.get("rules_of", channel) not in RULES:
        known = ", ".join(RULES)
        wrong.append(f'needs rules_of = "…", the channel whose length rule holds: {known}')
    if not re.fullmatch("[a-z]", str(content.get("variant", BASE))):
        wrong.append('needs variant = one small letter such as "b", or none')
    if type(content.get("version")) is not int or content["version"] < 1:
        wrong.append("needs version = a whole number from one up; raise it with every edit")
    try:
        Locale.parse(content.get("locale", ""))
    except (ValueError, TypeError, UnknownLocaleError):
        wrong.append('needs locale = "…" such as "en_GB"')
    return wrong


def _entry(where: Problem, value: Any, problems: list[Problem]) -> Entry:
    """The texts of one line, or () when it is no text at all."""
    sources = value if isinstance(value, list) else [value]
    texts: list[Text] = []
    for source in sources:
        if isinstance(source, str):
            source = _LINE_BREAK.sub(" ", source).strip()
        wrong = _wrong_text(source)
        if not wrong:
            try:
                texts.append(parse(source))
                continue
            except BadPlaceholder as error:
                wrong = str(error)
        problems.append(Problem(where.file, where.table, f"{where.what} {wrong}"))
    if not sources:
        problems.append(Problem(where.file, where.table, f"{where.what} needs at least one text"))
    return tuple(texts)


def _wrong_text(source: Any) -> str:
    if not isinstance(source, str):
        return "must be a text in quotes, or a list of such texts"
    if not source:
        return "is empty: write what to say"
    if len(source.encode("utf-8", "surrogatepass")) > LARGEST_TEXT:
        return f"is longer than {LARGEST_TEXT:,} bytes: shorten it"
    if not source.isprintable():
        return "holds control characters or unusual spaces: replace them by plain spaces"
    return ""
