"""The strict JSON loader: what it takes, and that every poison is refused quickly and in words."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service import errors
from service.api.json import DEPTH_LIMIT, parse

POISON = {
    "nothing": b"",
    "spaces": b"  ",
    "half": b'{"a": ',
    "a trailing comma": b"[1,]",
    "two values": b"{} {}",
    "NaN": b'{"a": NaN}',
    "Infinity": b"[Infinity]",
    "minus Infinity": b"[-Infinity]",
    "1e999": b"[1e999]",
    "-1e999": b"[-1e999]",
    "an integer beyond 2^53": b"[9007199254740993]",
    "a negative integer beyond 2^53": b"[-9007199254740993]",
    "an integer of 5,000 digits": b"[" + b"9" * 5_000 + b"]",
    "the same key twice": b'{"a": 1, "a": 1}',
    "the same key twice, spelt differently": b'{"a": 1, "\\u0061": 1}',
    "the same key twice, deep inside": b'[{"b": {"a": 1, "a": 2}}]',
    "an escaped NUL": b'["\\u0000"]',
    "an escaped NUL in a key": b'{"a\\u0000": 1}',
    "a bare NUL": b'["\x00"]',
    "a lone high surrogate": b'["\\ud800"]',
    "a lone low surrogate": b'["x\\uDFFFy"]',
    "surrogates the wrong way round": b'["\\udc00\\ud800"]',
    "a surrogate in a key": b'{"\\ud800": 1}',
    "surrogates in UTF-8": b'["\xed\xa0\x80"]',
    "Latin-1": '["é"]'.encode("latin-1"),
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "UTF-32": '{"a": 1}'.encode("utf-32"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "30,000 arrays": b"[" * 30_000 + b"]" * 30_000,
    "30,000 objects": b'{"a":' * 30_000 + b"1" + b"}" * 30_000,
    "30,000 arrays that never end": b"[" * 30_000,
    "one level too many": b"[" * (DEPTH_LIMIT + 1) + b"]" * (DEPTH_LIMIT + 1),
    "depth after strings with brackets": b'["]]]\\"", ' * (DEPTH_LIMIT + 1),
    "a single quote": b"{'a': 1}",
    "a comment": b"{} // fine",
}


@pytest.mark.parametrize("raw", POISON.values(), ids=POISON)
def test_poison_is_refused_and_says_what_to_do(raw: bytes) -> None:
    with pytest.raises(errors.Malformed) as caught:
        parse(raw)
    assert len(caught.value.detail) > 10
    assert caught.value.detail.isprintable()


GOOD = {
    "an emoji as a pair of surrogates": (b'["\\ud83d\\ude00"]', ["😀"]),
    "an emoji as it is": ('["😀"]'.encode(), ["😀"]),
    "a backslash before u0000": (b'["\\\\u0000"]', ["\\u0000"]),
    "2^53": (b"[9007199254740992]", [2**53]),
    "as deep as allowed": (b"[" * DEPTH_LIMIT + b"]" * DEPTH_LIMIT, None),
    "brackets in strings are not depth": (b'["' + b"[" * 100 + b'"]', ["[" * 100]),
    "and behind an escaped quote": (b'["\\"' + b"[" * 100 + b'"]', ['"' + "[" * 100]),
    "and behind an escaped backslash": (b'["\\\\", "' + b"[" * 99 + b'"]', ["\\", "[" * 99]),
    "many shallow objects": (b"[" + b"{}," * 99 + b"{}]", [{}] * 100),
    "a small number": (b"[1e-999]", [0.0]),
    "the same key in different objects": (b'[{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}]),
}


@pytest.mark.parametrize(("raw", "value"), GOOD.values(), ids=GOOD)
def test_what_only_looks_like_poison_is_taken(raw: bytes, value: Any) -> None:
    parsed = parse(raw)
    assert value is None or parsed == value


storable = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | storable,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(storable, inner, max_size=5),
    max_leaves=40,
)


@given(values, st.booleans())
def test_whatever_json_can_say_safely_comes_back_as_it_was(value: Any, ascii_only: bool) -> None:
    assert parse(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


def depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, dict | list) + max(map(depth, inner), default=0)


nested = st.integers(0, 2 * DEPTH_LIMIT).flatmap(
    lambda levels: st.lists(
        st.sampled_from(("[{}]", '{{"[": {}}}', '["\\"[", {}, "]"]', '{{"a\\\\": [1, {}]}}')),
        min_size=levels,
        max_size=levels,
    )
)


@given(nested)
def test_the_depth_limit_is_exact(levels: list[str]) -> None:
    """The fast count of brackets agrees with counting the parsed value."""
    text = "1"
    for level in levels:
        text = level.format(text)
    too_deep = depth(json.loads(text)) > DEPTH_LIMIT
    if too_deep:
        with pytest.raises(errors.Malformed, match="nests"):
            parse(text.encode())
    else:
        assert parse(text.encode()) == json.loads(text)


@given(
    st.binary(max_size=60) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace"))
)
def test_no_bytes_cause_anything_but_a_value_or_a_refusal(raw: bytes) -> None:
    with contextlib.suppress(errors.Malformed):
        assert parse(raw) == json.loads(raw.decode())
