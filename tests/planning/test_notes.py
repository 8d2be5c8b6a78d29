"""What is said beside a plan: whose loss is not known, and what it leaves behind."""

from __future__ import annotations

from dataclasses import replace

from rfopt.network import Change
from rfopt.planning.notes import notes_on
from rfopt.words import in_words

from ..rules.flats import FAULTS

EVIDENCE = FAULTS["das_leakage"].evidence()
QUIETER = Change("B", None, "power_dbm", 12.0, 4.0)
ARFCN = float(EVIDENCE.network.cells.at["B", "arfcn"])
RETUNED = Change("B", None, "arfcn", ARFCN, 120.0)


def said(*plan: Change, network=EVIDENCE.network) -> list[str]:
    """The notes about a plan that nothing is said of without it; each in Chinese too."""
    evidence = replace(EVIDENCE, network=network)
    notes = [note for note in notes_on(evidence, plan, ()) if note not in notes_on(EVIDENCE, (), ())]
    assert all(in_words(note, "zh") != note for note in notes)
    return notes


def test_lists_that_a_retuned_cell_leaves_are_named() -> None:
    lte = next(name for name in EVIDENCE.network.cells.index if EVIDENCE.network.cells.at[name, "rat"] == "LTE")
    listed = replace(EVIDENCE.network, redirects=frozenset({(lte, int(ARFCN))}))
    (note,) = (n for n in said(RETUNED, network=listed) if "redirect lists" in n)
    assert lte in note and f"leaves {ARFCN:.0f} for 120" in note
    followed = Change(lte, "120", "redirect_arfcn", "absent", "present")
    assert not [n for n in said(RETUNED, followed, network=listed) if "redirect lists" in n]


def test_whose_loss_is_not_known_is_said_where_levels_move() -> None:
    cells = EVIDENCE.network.cells.copy()
    cells.at["B", "building"] = ()
    homeless = replace(EVIDENCE.network, cells=cells)
    assert any(
        note.startswith("where B is meant to serve is not on the map") for note in said(QUIETER, network=homeless)
    )
    bare = replace(EVIDENCE.network, buildings=())
    assert any(note.startswith("the building of the case is not on the map") for note in said(QUIETER, network=bare))
    assert not [note for note in said(RETUNED, network=bare) if "on the map" in note], "no level moves"


def test_a_network_without_relations_is_said_to_have_none() -> None:
    alone = replace(EVIDENCE.network, neighbours=EVIDENCE.network.neighbours.iloc[:0])
    assert "the network has no neighbour relations: simulated phones stay where they are" in said(network=alone)
