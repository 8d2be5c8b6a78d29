"""What was understood of a network, for people and as JSON."""

from __future__ import annotations

from typing import Any

import pandas as pd

from rfopt.network import Network
from rfopt.suspicions import suspicions
from rfopt.tables import schema, value_text
from rfopt.words import say

RANGES = ("height_m", "azimuth_deg", "mech_tilt_deg", "elec_tilt_deg", "gain_dbi", "power_dbm", "bandwidth_mhz", "load",
          "lac", "tac", "cell_reselect_offset_db", "penalty_time_s", "q_rxlevmin_dbm", "a3_offset_db")  # fmt: skip
UNITS = {"deg": "°", "share": ""}
LTE_ONLY = ("bandwidth_mhz", "load")
MOST_NAMED = 4
"""Cells named in a line of text; the JSON has them all."""


def summarise(network: Network) -> dict[str, Any]:
    """Counts, ranges, relations, lists and suspicions of a network as plain values.

    Returns
    -------
    dict
        ``rfopt.network/1``: cells by technology and kind, sites, box, ranges, relations, redirects, layers, buildings,
        antennas, suspicions and notes.
    """
    cells = network.cells
    kinds = cells.groupby(["rat", "kind"]).size()
    return {
        "schema": "rfopt.network/1",
        "cells": {rat: {kind: int(kinds.get((rat, kind), 0)) for kind in ("macro", "micro", "das")}
                  for rat in ("GSM", "LTE") if (cells["rat"] == rat).any()},
        "sites": len(cells[["lat", "lon"]].round(5).drop_duplicates()),
        "box": {name: [float(cells[name].min()), float(cells[name].max())] for name in ("lat", "lon")},
        "channels": {rat: _channels(network, rat) for rat in ("GSM", "LTE") if (cells["rat"] == rat).any()},
        "ranges": {rat: _ranges(network.of_rat(rat)) for rat in ("GSM", "LTE") if (cells["rat"] == rat).any()},
        "relations": {rat: _relations(network, rat) for rat in ("GSM", "LTE") if (cells["rat"] == rat).any()},
        "redirects": _redirects(network),
        "layers": len(network.layers),
        "buildings": len(network.buildings),
        "tallest_m": max((building.height_m for building in network.buildings), default=None),
        "terrain": network.terrain is not None,
        "antennas": {"files": sorted(network.antennas), "parametric": int((cells["antenna"] == "").sum())},
        "suspicions": [{"kind": one.kind, "cells": list(one.cells)} for one in suspicions(network)],
        "notes": list(network.notes),
    }  # fmt: skip


def _channels(network: Network, rat: str) -> dict[str, int]:
    """Cells by carrier, the commonest first."""
    column = "arfcn" if rat == "GSM" else "earfcn"
    counted = network.of_rat(rat)[column].dropna().astype(int).value_counts()
    order = sorted(counted.index, key=lambda channel: (-counted[channel], channel))
    return {str(channel): int(counted[channel]) for channel in order}


def _ranges(cells: pd.DataFrame) -> dict[str, Any]:
    """Least, median and greatest of what has any value, and how many cells have one."""
    found = {}
    lte = bool((cells["rat"] == "LTE").all())
    for name in RANGES:
        if name in LTE_ONLY and not lte:
            continue
        known = cells[name].dropna()
        if len(known):
            found[name] = {
                "least": float(known.min()), "median": float(known.median()), "most": float(known.max()),
                "cells": len(known),
            }  # fmt: skip
    return found


def _relations(network: Network, rat: str) -> dict[str, Any]:
    names = set(network.of_rat(rat).index)
    pairs = {pair for pair in network.neighbours.index if pair[0] in names}
    back = sum((b, a) in pairs for a, b in pairs)
    each = pd.Series([a for a, _ in pairs], dtype=object).value_counts()
    return {
        "relations": len(pairs),
        "both_ways": round(back / len(pairs), 4) if pairs else None,
        "most_of_one_cell": int(each.max()) if pairs else 0,
        "cells_without": len(names - {cell for pair in pairs for cell in pair}),
    }


def _redirects(network: Network) -> dict[str, Any]:
    lists = pd.Series([cell for cell, _ in network.redirects], dtype=object).value_counts()
    carriers = sorted({arfcn for _, arfcn in network.redirects})
    return {
        "cells_with_a_list": len(lists),
        "cells_without": len(network.of_rat("LTE")) - len(lists),
        "longest": int(lists.max()) if len(lists) else 0,
        "arfcns": carriers,
    }


def lines(found: dict[str, Any], lang: str) -> list[str]:
    """The summary for people."""
    out = []
    for rat, kinds in found["cells"].items():
        parts = [f"{say(f'network.kind.{kind}', lang)} {count}" for kind, count in kinds.items() if count]
        out.append(say("network.cells", lang, rat=rat, count=sum(kinds.values()), kinds=_list(parts, lang)))
        channels = [f"{channel} × {count}" for channel, count in found["channels"][rat].items()]
        out.append("    " + say("network.channels", lang, channels=_list(channels[:8], lang, len(channels) > 8)))
        out += [f"    {_range(name, span, lang)}" for name, span in found["ranges"][rat].items()]
        relations = found["relations"][rat]
        if relations["relations"]:
            share = 100.0 * relations["both_ways"]
            out.append("    " + say("network.relations", lang, **relations | {"both_ways": f"{share:.0f}"}))
        else:
            out.append("    " + say("network.no_relations", lang))
    return [*out, *_rest(found, lang), *_suspicion_lines(found, lang)]


def _range(name: str, span: dict[str, Any], lang: str) -> str:
    unit = UNITS.get(schema("cells")[name].unit, f" {schema('cells')[name].unit}".rstrip())
    least, middle, most = (value_text(round(span[key], 3)) for key in ("least", "median", "most"))
    key = "network.same" if least == most else "network.range"
    return say(key, lang, name=say(f"parameter.{name}", lang), least=least, median=middle, most=most, unit=unit)


def _rest(found: dict[str, Any], lang: str) -> list[str]:
    (south, north), (west, east) = found["box"]["lat"], found["box"]["lon"]
    out = [say("network.box", lang, sites=found["sites"], south=south, north=north, west=west, east=east)]
    if "LTE" in found["cells"]:
        redirects = found["redirects"]
        arfcns = _list([str(arfcn) for arfcn in redirects["arfcns"]], lang) or "–"
        out.append(say("network.redirects", lang, **redirects | {"arfcns": arfcns}))
    out.append(
        say("network.beside", lang, layers=found["layers"], buildings=found["buildings"],
            files=len(found["antennas"]["files"]), parametric=found["antennas"]["parametric"])
    )  # fmt: skip
    return out


def _suspicion_lines(found: dict[str, Any], lang: str) -> list[str]:
    """One line a kind of suspicion, with the first cells of each."""
    if not found["suspicions"]:
        return [say("network.nothing_suspicious", lang)]
    out = [say("network.suspicious", lang)]
    for kind in dict.fromkeys(one["kind"] for one in found["suspicions"]):
        groups = [one["cells"] for one in found["suspicions"] if one["kind"] == kind]
        names = groups[0] if len(groups) == 1 else [" = ".join(group) for group in groups]
        count = len(names)
        named = _list(names[:MOST_NAMED], lang, count > MOST_NAMED)
        what = say(f"suspicion.{kind}", lang)
        out.append("    " + say("network.suspicion", lang, what=what, count=count, cells=named))
    return out


def _list(words: list[str], lang: str, more: bool = False) -> str:
    return ("、" if lang == "zh" else ", ").join(words) + (" …" if more else "")
