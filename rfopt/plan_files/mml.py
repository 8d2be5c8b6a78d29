"""MML text for a Nokia BSC, and remarks for what it does not set: for an engineer to read, never to be run so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from rfopt.network import Change, Network, Plan
from rfopt.plan_files import plan_files
from rfopt.plan_files.nokia_objects import dn_of, number, printable_changes
from rfopt.tables import value_text

HEADING = """\
/* Written by rfopt for reading. NEVER EXECUTED, by rfopt or anybody. */
/* Names of commands and parameters: ZEQG with HYS, TXP1, RXP, RLT and ZEAC with LAC and CI were seen in published */
/* scripts. All others (REO, TEO, PET, ZEAM, ZEAD, ZEUG, ZEHG, ZEQF, ZERM, ZEUS) ARE FROM MEMORY: compare each */
/* with the manual of your release before you use it. SEG and BTS numbers are placeholders made of the CI. */
"""
ZEQG = {"cell_reselect_hysteresis_db": "HYS", "rxlev_access_min_dbm": "RXP", "radio_link_timeout": "RLT",
        "cell_reselect_offset_db": "REO", "temporary_offset_db": "TEO", "penalty_time_s": "PET"}  # fmt: skip
ZEAM = {
    "ho_margin_pbgt_db": "PMRG",
    "ho_margin_lev_db": "LMRG",
    "ho_margin_qual_db": "QMRG",
    "rxlev_min_cell_dbm": "SL",
}


@plan_files
def mml(network: Network, plan: Plan, names: Mapping[str, str]) -> str:
    """A command a GSM change; LTE, and what a crew does, as remarks."""
    lines = [_line(network, change, names) for change in plan]
    return HEADING + "".join(f"{line}\n" for line in lines)


def _line(network: Network, change: Change, names: Mapping[str, str]) -> str:
    said = printable_changes([change])[0].replace("*/", "* /").replace("/*", "/ *")
    command = _command(network, change, names) if network.cells.at[change.cell, "rat"] == "GSM" else ""
    return f"{command}   /* {said} */" if command else f"/* by another way: {said} */"


def _command(network: Network, change: Change, names: Mapping[str, str]) -> str:
    """The command of a change; '' where none is known."""
    segment = dn_of(network, change.cell, names).rpartition("-")[2]
    if change.neighbour is not None:
        return _of_relation(network, change, segment)
    name, new = change.parameter, value_text(change.new)
    if name in ZEQG:
        return f"ZEQG:SEG={segment}:{ZEQG[name]}={new};"
    ncc, _, bcc = new.partition("-")
    most = float(cast(float, network.cells.at[change.cell, "max_power_dbm"]))
    down = value_text(round(most - float(new), 6)) if name == "power_dbm" else ""
    commands = {
        "bsic": f"ZEQF:SEG={segment}:NCC={ncc},BCC={bcc};",
        "arfcn": f"ZERM:BTS={segment},TRX=1:FREQ={new};",
        "power_dbm": f"ZEUG:BTS={segment}:PMAX={down};",
        "ho_period_pbgt_sacch": f"ZEHG:BTS={segment}:HPP={new};",
    }
    return commands.get(name, "")


def _of_relation(network: Network, change: Change, segment: str) -> str:
    lac, ci = (number(network, str(change.neighbour), name) for name in ("lac", "ci"))
    where, name = f"SEG={segment}::LAC={lac},CI={ci}", change.parameter
    if name == "neighbour":
        return f"Z{'EAC' if change.new == 'present' else 'EAD'}:{where};"
    return f"ZEAM:{where}:{ZEAM[name]}={value_text(change.new)};" if name in ZEAM else ""
