"""A shelf finds what lies in its folder, in the order of names."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rfopt.registry import Shelf


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package `shop` whose files register themselves with its shelf."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "__init__.py").write_text("from rfopt.registry import Shelf\nshelf = Shelf('shop')\n", encoding="utf-8")
    (folder / "plums.py").write_text(
        "from shop import shelf\n@shelf(unit='kg', price=2)\ndef plums(n):\n    return n * 2\n", encoding="utf-8"
    )
    (folder / "apples.py").write_text(
        "from shop import shelf\n@shelf\ndef apples(n):\n    return n\n", encoding="utf-8"
    )
    (folder / "notes.txt").write_text("no entry", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield "shop"
    for name in [name for name in sys.modules if name == "shop" or name.startswith("shop.")]:
        del sys.modules[name]


def shelf_of(package: str) -> Shelf:
    shelf = __import__(package).shelf
    assert isinstance(shelf, Shelf)
    return shelf


def test_the_folder_is_the_list(package: str) -> None:
    shelf = shelf_of(package)
    assert list(shelf) == ["apples", "plums"] and len(shelf) == 2
    assert "plums" in shelf and "pears" not in shelf
    assert shelf["plums"](3) == 6 and shelf["apples"](3) == 3
    assert shelf.facts == {"apples": {}, "plums": {"unit": "kg", "price": 2}}


def test_nothing_is_imported_before_it_is_asked_for(package: str) -> None:
    shelf = shelf_of(package)
    assert not any(name.startswith("shop.") for name in sys.modules)
    assert len(shelf) == 2
    assert {"shop.apples", "shop.plums"} <= set(sys.modules)


def test_an_unknown_name_suggests_the_nearest(package: str) -> None:
    with pytest.raises(KeyError) as caught:
        shelf_of(package)["plumps"]
    assert caught.value.args == ("shop has no 'plumps'; did you mean 'plums'?",)


def test_two_entries_of_one_name_are_a_bug(package: str) -> None:
    shelf = shelf_of(package)
    shelf.load()

    def plums(n: int) -> int:
        return n

    with pytest.raises(ValueError, match="two entries of shop are called plums"):
        shelf(plums)
    with pytest.raises(ValueError, match="two entries of shop are called plums"):
        shelf(unit="g")(plums)


def test_a_decorated_function_is_still_itself(package: str) -> None:
    shelf = shelf_of(package)

    @shelf(unit="kg")
    def pears(n: int) -> int:
        return n + 1

    assert pears(1) == 2 and shelf["pears"] is pears


def test_a_broken_file_is_not_swallowed(package: str, tmp_path: Path) -> None:
    (tmp_path / "shop" / "cherries.py").write_text("raise RuntimeError('broken')\n", encoding="utf-8")
    shelf = shelf_of(package)
    with pytest.raises(RuntimeError, match="broken"):
        len(shelf)
    with pytest.raises(RuntimeError, match="broken"):
        list(shelf)
