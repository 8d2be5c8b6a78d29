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

    def most(self, begin: str) -> str:
        """The remark with such a beginning that is on most lines; '' where there is none."""
        of_most = max((what for what in self._lines if what.startswith(begin)), key=self._count, default="")
        return self._said(of_most) if of_most else ""

    def _count(self, what: str) -> int:
        return len(self._lines[what])

    def _said(self, what: str) -> str:
        lines = self._lines[what]
        return f"{what} ({'line' if len(lines) == 1 else f'{len(lines)} rows, first line'} {lines[0]})"

    def notes(self) -> list[str]:
        """All remarks, a sentence each."""
        return [*self._whole, *(f"{self.file}: {self._said(what)}" for what in self._lines)]
