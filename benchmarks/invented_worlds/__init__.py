"""Invented city blocks with known faults: a simulator of its own, to score recommendations that it had no part in.

It shares no code with rfopt: antennas, levels, phones, figures and plans are written here once more, plainly, from the
standards, so that an error in rfopt is not repeated in the truth that it is held against.

- `block`: a healthy block: sites, cells, relations, redirect lists, buildings.
- `radio`: antennas and true levels in the flat, the street and elsewhere. They do not follow from the tables.
- `phone`: idle phones, calls, LTE idle and fallback, over many runs at once.
- `faults`: one function a kind of fault; each spoils a healthy block and says who is to blame.
- `truth`: figures, objective and harm of a block as found and with any plan.
- `folder`: the files of a case: tables, logs, truth.

``python benchmarks/invented_worlds FOLDER --worlds 60 --seed 1 [--kinds das_leakage …]`` writes a folder of cases.
"""
