"""Network formats, one per file.

Contract of the shelf: each entry is ``name(path: Path) -> Network | None``: None if the path is not of its kind, a
`Network` if it is, an `InputError` with file and line if it is and cannot be read.
"""

from __future__ import annotations

from pathlib import Path

from rfopt.errors import InputError
from rfopt.network import Network
from rfopt.registry import Shelf

network_formats = Shelf("rfopt.sites")


def read_network(path: Path) -> Network:
    """Read a network in any format of the shelf.

    Raises
    ------
    InputError
        If no format knows the path, or the one that does finds it broken.
    """
    try:
        if not path.exists():
            raise InputError("no such network folder", path)
        for reader in network_formats.values():
            network: Network | None = reader(path)
            if network is not None:
                return network
    except OSError as error:  # a name too long, a folder that may not be looked into
        raise InputError(f"cannot be read: {error.strerror}", path) from None
    raise InputError("is no network rfopt can read, expected a folder with cells.csv", path)
