"""Reads TOML tables into frozen dataclasses and collects every problem instead of stopping at the first."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Table = TypeVar("Table")
_NAMES = {str: "a text", int: "a whole number", bool: "true or false", date: "a date (2026-04-01)"}
_BROKEN = object()


def read_table(kind: type[Table], value: object, path: str, problems: list[str]) -> Table | None:
    """The dataclass from a table, or None when needed fields cannot be read; what is wrong is added to `problems`."""
    parts = read_parts(kind, value, path, problems)
    needed = {each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING}  # type: ignore[arg-type]
    return kind(**parts) if needed <= parts.keys() else None


def read_parts(kind: type, value: object, path: str, problems: list[str], skip: tuple[str, ...] = ()) -> dict[str, Any]:
    """The fields that could be read, by name; entries of lists that could not are left out.

    `skip` are fields that the file may not set.
    """
    if not isinstance(value, Mapping):
        problems.append(f"{path or 'the file'}: must be a table")
        return {}
    known: dict[str, Field[Any]] = {each.name: each for each in fields(kind) if each.name not in skip}
    problems += [f"{_join(path, key)}: unknown key" for key in value if key not in known]
    parts: dict[str, Any] = {}
    for name, each in known.items():
        if name in value:
            part = _read(_hints(kind)[name], value[name], _join(path, name), problems)
            if part is not _BROKEN and part is not None:
                parts[name] = part
        elif each.default is MISSING and each.default_factory is MISSING:
            problems.append(f"{_join(path, name)}: is missing")
    return parts


def _read(kind: Any, value: object, path: str, problems: list[str]) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        kind = next(each for each in get_args(kind) if each is not type(None))
        return _read(kind, value, path, problems)
    if origin is tuple:
        if not isinstance(value, list):
            problems.append(f"{path}: must be a list")
            return _BROKEN
        entries = [_read(get_args(kind)[0], each, f"{path}[{n}]", problems) for n, each in enumerate(value)]
        return tuple(entry for entry in entries if entry is not _BROKEN and entry is not None)
    if origin is not None and issubclass(origin, Mapping):
        return _texts(value, path, problems)
    if is_dataclass(kind) and isinstance(kind, type):
        label = value.get("code") if isinstance(value, Mapping) else None
        named = f"{path}({label})" if isinstance(label, str) and path.endswith("]") else path
        return read_table(kind, value, named, problems)
    # In Python a bool is an int and a datetime is a date; in a policy neither is meant.
    if type(value) is not kind or isinstance(value, datetime):
        problems.append(f"{path}: must be {_NAMES[kind]}")
        return _BROKEN
    if kind is str and not str(value).strip() and not path.endswith("prefix"):
        problems.append(f"{path}: must not be empty")
    return value


def _texts(value: object, path: str, problems: list[str]) -> Mapping[str, str]:
    if not isinstance(value, Mapping):
        problems.append(f"{path}: must be a table of texts by language")
        return {}
    if "ja" not in value:
        problems.append(f"{path}: the text in ja is missing")
    for language, text in value.items():
        if not isinstance(text, str) or not text.strip():
            problems.append(f"{path}.{language}: must be a text")
    return types.MappingProxyType(dict(value))


@lru_cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
