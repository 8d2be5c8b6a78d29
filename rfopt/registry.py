"""A shelf: named plain functions of one kind, one per file.

The folder is the list. A file in a shelf's folder registers its entry with the shelf's decorator; `load` imports
every file of the folder, so adding an entry is adding a file.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rfopt.errors import did_you_mean


class Shelf(Mapping[str, Callable[..., Any]]):
    """Named functions found in one package, in the order of their names.

    Parameters
    ----------
    package : str
        Import name of the folder, e.g. ``rfopt.rules``.
    """

    def __init__(self, package: str):
        self._package = package
        self._entries: dict[str, Callable[..., Any]] = {}
        self.facts: dict[str, dict[str, Any]] = {}
        self._loaded = False

    def __call__(self, entry: Callable[..., Any] | None = None, **facts: Any) -> Callable[..., Any]:
        """Register `entry` under its own name; the decorator of the shelf's files, with or without facts about it."""
        if entry is None:
            return lambda function: self(function, **facts)
        name = entry.__name__
        if name in self._entries:
            raise ValueError(f"two entries of {self._package} are called {name}")
        self._entries[name] = entry
        self.facts[name] = facts
        return entry

    def load(self) -> None:
        """Import every file of the shelf once."""
        if self._loaded:
            return
        package = importlib.import_module(self._package)
        for module in sorted(m.name for m in pkgutil.iter_modules(package.__path__)):
            importlib.import_module(f"{self._package}.{module}")
        self._loaded = True

    def __getitem__(self, name: str) -> Callable[..., Any]:
        self.load()
        try:
            return self._entries[name]
        except KeyError:
            near = did_you_mean(name, self._entries)
            raise KeyError(f"{self._package} has no '{name}'{near}") from None

    def __iter__(self) -> Iterator[str]:
        self.load()
        return iter(sorted(self._entries))

    def __len__(self) -> int:
        self.load()
        return len(self._entries)
