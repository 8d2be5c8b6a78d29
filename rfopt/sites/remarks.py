"""What a reader made of odd values, said once each with how often and where first."""

from __future__ import annotations


class Remarks:
    """Sentences about a file's lines.

    Examples
    --------
    >>> remarks = Remarks("sites.csv")
    >>> for line in (7, 9):
    ...     remarks.add("height 0 is taken as not known", line)
    >>> remarks.notes()
    ['sites.csv: height 0 is taken as not known (2 rows, first line 7)']
    """

    def __init__(self, file: str):
        self.file = file
        self._lines: dict[str, list[int]] = {}
        self._whole: list[str] = []

    def add(self, what: str, line: int) -> None:
        """A remark on one line."""
        self._lines.setdefault(what, []).append(line)

    def tell(self, what: str) -> None:
        """A remark on the whole file."""
        self._whole.append(f"{self.file}: {what}")

    def notes(self) -> list[str]:
        """All remarks, a sentence each."""
        return self._whole + [
            f"{self.file}: {what} ({'line' if len(lines) == 1 else f'{len(lines)} rows, first line'} {lines[0]})"
            for what, lines in self._lines.items()
        ]
