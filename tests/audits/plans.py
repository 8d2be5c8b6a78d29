"""Plans to be refused, one for each way a plan can be bad, and plans to be passed: on Baohu Tianxia and on `estate`.

A bad plan is the audit that must refuse it and its rows; a row is `cell,neighbour,parameter,old,new`.
"""

from __future__ import annotations

from pathlib import Path

from rfopt.network import Network
from rfopt.sites import read_network

from ..networks import ALL_RELATIONS, REDIRECTS, network

ROOT = Path(__file__).parents[2]
HEADER = "cell,neighbour,parameter,old,new"
SECTORS = {
    f"S{k}": {"rat": "LTE", "kind": "macro", "site": "S", "lat": 38.49, "lon": 106.23, "height_m": 35,
              "azimuth_deg": 120 * (k - 1), "power_dbm": 12.2, "max_power_dbm": 15.2, "earfcn": 37900, "pci": 29 + k,
              "tac": 1, "eci": 100 + k}
    for k in (1, 2, 3)
}  # fmt: skip
MACROS = {
    f"G{k}": {"rat": "GSM", "kind": "macro", "site": "G", "lat": 38.485, "lon": 106.22, "height_m": 35,
              "azimuth_deg": 120 * (k - 1), "power_dbm": 40, "max_power_dbm": 43, "arfcn": 4 + 6 * k, "bsic": f"2-{k}",
              "lac": 1, "ci": 10 + k, "tch_arfcns": f"{30 + 6 * k}"}
    for k in (1, 2, 3)
}  # fmt: skip
CHANGED = {
    "A": {"max_power_dbm": 20, "ci": 1, "tch_arfcns": "66;1003"},
    "B": {"ci": 2, "cell_reselect_offset_db": 10, "penalty_time_s": 640},
    "C": {"ci": 3, "cell_reselect_offset_db": 4},
    "D": {"ci": 4, "bsic": "4-2", "power_dbm": 43},
    "L": {"eci": 1}, "M": {"eci": 2},
    "F": {"rat": "GSM", "kind": "macro", "lat": 39.4, "lon": 106.225, "azimuth_deg": 0, "power_dbm": 43, "arfcn": 20,
          "bsic": "1-1", "lac": 2, "ci": 5},
    "N": {"rat": "LTE", "kind": "macro", "lat": 38.5, "lon": 106.231, "azimuth_deg": 200, "power_dbm": 12,
          "earfcn": 38400, "pci": 12, "tac": 1, "eci": 3},
    **SECTORS, **MACROS, "G1": {**MACROS["G1"], "penalty_time_s": 640},
}  # fmt: skip
PAIRS = (("L", "M"), ("M", "L"), ("L", "N"), ("G1", "G2"), ("G2", "G1"), ("G2", "G3"), ("G3", "G2"), ("G1", "G3"),
         ("G3", "G1"), ("G1", "C"), ("C", "G1"), ("S1", "S2"), ("S2", "S1"), ("S2", "S3"), ("S3", "S2"))  # fmt: skip
LAYERS = ({"cell": "L", "target_rat": "GSM", "priority": 2}, {"cell": "M", "target_rat": "GSM", "priority": 2})


def estate() -> Network:
    """Two distributions, seven macros, six LTE cells; the network has faults of its own, which fail no plan.

    B is penalised, L → N has no return, D shares the BSIC of C.
    """
    return network(CHANGED, (*ALL_RELATIONS, *PAIRS), (*REDIRECTS, ("N", 62), ("S1", 1003)), LAYERS)


def baohu() -> Network:
    """The shipped network."""
    return read_network(ROOT / "site_configs" / "baohu_tianxia")


W, NI = "宝湖天下NG2-5", "宝湖湾二期NG2-6"
M1, M2, M3 = "金凤自来水厂NG1-1", "金凤自来水厂NG1-2", "金凤自来水厂NG1-3"
K1, K2 = "公安康复中心NG-1", "公安康复中心NG-2"
WL, WL2 = "金凤五里宜居-NGH-2", "金凤五里宜居-NGH-3"
L1, L1B, L27 = "金凤宝湖湾26号楼-NLH-1", "金凤宝湖湾26号楼-NLH-2", "金凤宝湖湾二区27号楼-NLH-1"
J3, J1, Y1 = "建华中学-NLH-3", "建华中学-NLH-1", "金凤艾依水郡-NLH-1"
SH = "艾依水郡NG1-1"

ALL_GSM, ALL_LTE = (baohu().of_rat(rat).index for rat in ("GSM", "LTE"))

BAD_BAOHU: dict[str, tuple[str, str]] = {
    "a cell that is not there": ("unknown_cell", "宝湖天下NG2-9,,power_dbm,12,8"),
    "a target that is not there": ("unknown_cell", f"{W},宝湖天下NG9-9,neighbour,absent,present"),
    "a parameter that is not there": ("unknown_parameter", f"{W},,powr_dbm,12,8"),
    "a name as a parameter": ("unknown_parameter", f"{W},,cell,{W},宝湖天下NG2-7"),
    "a margin without its target": ("unknown_parameter", f"{W},,ho_margin_pbgt_db,6,9"),
    "a cell's parameter with a target": ("unknown_parameter", f"{W},{M1},power_dbm,12,8"),
    "an LTE parameter of a GSM cell": ("foreign_parameter", f"{W},,q_hyst_db,4,6"),
    "a GSM parameter of an LTE cell": ("foreign_parameter", f"{L1},,cell_reselect_offset_db,,10"),
    "a redirect list of a GSM cell": ("foreign_parameter", f"{W},62,redirect_arfcn,absent,present"),
    "an LTE offset of a GSM relation": ("foreign_parameter", f"{W},{M1},cio_db,,3"),
    "a margin of no relation": ("missing_relation", f"{W},{M3},ho_margin_pbgt_db,6,9"),
    "an old power": ("stale", f"{NI},,power_dbm,31,25"),
    "an old margin": ("stale", f"{W},{M1},ho_margin_pbgt_db,6,8"),
    "a relation that is there": ("stale", f"{W},{M1},neighbour,absent,present"),
    "a relation that is gone": ("stale", f"{W},{M3},neighbour,present,absent"),
    "an entry that is there": ("stale", f"{L1},66,redirect_arfcn,absent,present"),
    "an entry that is gone": ("stale", f"{L1},1003,redirect_arfcn,present,absent"),
    "an offset out of range": ("out_of_range", f"{W},,cell_reselect_offset_db,0,128"),
    "a margin out of range": ("out_of_range", f"{W},{M1},ho_margin_pbgt_db,4,64"),
    "a power out of range": ("out_of_range", f"{W},,power_dbm,12,80"),
    "a PCI out of range": ("out_of_range", f"{L1},,pci,120,504"),
    "a BSIC that is none": ("out_of_range", f"{W},,bsic,4-5,4-9"),
    "a latitude off the earth": ("out_of_range", f"{W},,lat,38.495,138.495"),
    "an area code out of range": ("out_of_range", f"{W},,lac,22817,70000"),
    "a penalty time out of range": ("out_of_range", f"{W},,penalty_time_s,20,0"),
    "an offset off its quantum": ("off_quantum", f"{W},,cell_reselect_offset_db,0,9"),
    "a margin off its quantum": ("off_quantum", f"{W},{M1},ho_margin_pbgt_db,4,6.5"),
    "a penalty time off its quantum": ("off_quantum", f"{W},,penalty_time_s,20,50"),
    "a temporary offset off its quantum": ("off_quantum", f"{W},,temporary_offset_db,0,15"),
    "a power off its quantum": ("off_quantum", f"{NI},,power_dbm,33,25.25"),
    "a tilt off its quantum": ("off_quantum", f"{WL},,mech_tilt_deg,1,3.3"),
    "a q_hyst between two": ("off_quantum", f"{L1},,q_hyst_db,3,7"),
    "a time to trigger that is none": ("off_quantum", f"{L1},,a3_time_to_trigger_ms,320,300"),
    "a PCI and a half": ("off_quantum", f"{L1},,pci,120,122.5"),
    "another technology": ("hardware_fact", f"{W},,rat,GSM,LTE"),
    "another kind": ("hardware_fact", f"{W},,kind,das,macro"),
    "stronger hardware": ("hardware_fact", f"{W},,max_power_dbm,12,33"),
    "another building": ("hardware_fact", f"{W},,building,bhtx-1;bhtx-2,bhtx-3"),
    "less load": ("hardware_fact", f"{L1},,load,0.4,0.1"),
    "no carrier": ("emptied", f"{W},,arfcn,1003,"),
    "no access level": ("emptied", f"{W},,rxlev_access_min_dbm,-100,"),
    "nothing changed": ("no_change", f"{W},,cell_reselect_offset_db,0,0"),
    "a row twice": ("contradiction", f"{NI},,power_dbm,33,25\n{NI},,power_dbm,33,25"),
    "two values": ("contradiction", f"{NI},,power_dbm,33,25\n{NI},,power_dbm,33,27"),
    "a chain": ("contradiction", f"{NI},,power_dbm,33,29\n{NI},,power_dbm,29,25"),
    "there and back": ("contradiction", f"{NI},,power_dbm,33,25\n{NI},,power_dbm,25,33"),
    "deleted and added": ("contradiction", f"{W},{M1},neighbour,present,absent\n{W},{M1},neighbour,absent,present"),
    "a margin of a relation deleted next": (
        "contradiction",
        f"{W},{SH},ho_margin_pbgt_db,5,8\n{W},{SH},neighbour,present,absent",
    ),
    "power above the hardware": ("power", f"{W},,power_dbm,12,15"),
    "LTE power above the hardware": ("power", f"{L1},,power_dbm,12.2,18.2"),
    "a macro all but off": ("power", f"{M1},,power_dbm,40,20"),
    "a distribution all but off": ("power", f"{NI},,power_dbm,33,10"),
    "power that no cell has": ("power", f"{W},,power_dbm,12,-30"),
    "a bracket bent": ("tilt", f"{WL},,mech_tilt_deg,1,14"),
    "a tilt into the ground": ("tilt", f"{WL},,mech_tilt_deg,1,9\n{WL},,elec_tilt_deg,2,9"),
    "a tilt into the sky": ("tilt", f"{WL},,mech_tilt_deg,1,-9"),
    "an antenna tilted that faces no way": ("tilt", f"{W},,mech_tilt_deg,0,4"),
    "handovers on a single report": ("beyond_practice", f"{W},,ho_averaging_sacch,24,1"),
    "an entry written in two ways": (
        "contradiction",
        f"{L1},62,redirect_arfcn,absent,present\n{L1},062,redirect_arfcn,absent,present",
    ),
    "traffic carriers in another order": ("no_change", f"{M1},,tch_arfcns,8;21,21;8"),
    "two cells given one identity": ("identity", f"{W},,ci,41004,50001\n{NI},,ci,41006,50001"),
    "two cells given one PCI": ("code_confusion", f"{L1},,pci,120,60\n{J3},,pci,302,60"),
    "two cells given one BCCH and BSIC": (
        "code_confusion",
        f"{M1},,arfcn,62,58\n{K1},,arfcn,74,58\n{K1},,bsic,6-1,5-1",
    ),
    "a date that Excel made of a BSIC": ("out_of_range", f"{W},,bsic,4-5,3-Apr"),
    "a name with a space in it": ("unknown_cell", "宝湖湾二期 NG2-6,,power_dbm,33,25"),
    "places swapped": ("out_of_range", f"{M1},,lat,38.502554,106.222012\n{M1},,lon,106.222012,38.502554"),
    "an entry of a cell that the plan retunes": (
        "redirect_target",
        f"{L1},1006,redirect_arfcn,absent,present\n{NI},,arfcn,1006,1010",
    ),
    "a motor at its end": ("tilt", f"{WL},,elec_tilt_deg,2,18"),
    "a sector turned round": ("azimuth", f"{M1},,azimuth_deg,125,305"),
    "a sector turned upon another": ("azimuth", f"{M2},,azimuth_deg,245,185\n{M1},,azimuth_deg,125,170"),
    "an omnidirectional antenna turned": ("azimuth", f"{W},,azimuth_deg,,90"),
    "an antenna in another street": ("position", f"{M1},,lat,38.502554,38.532554"),
    "an antenna under ground": ("position", f"{M1},,height_m,32,-10"),
    "an antenna twice as high": ("position", f"{M1},,height_m,32,80"),
    "an antenna nobody has": ("antenna", f"{M1},,antenna,G900-65-15N,G1800-65-18"),
    "no GSM carrier": ("channel", f"{W},,arfcn,1003,300"),
    "no LTE carrier": ("channel", f"{L1},,earfcn,38400,65000"),
    "a BCCH of another band": ("channel", f"{M1},,arfcn,62,600"),
    "a traffic carrier of another band": ("channel", f"{M1},,tch_arfcns,8;21,8;700"),
    "a traffic carrier of the railway": ("channel", f"{M1},,tch_arfcns,8;21,8;960"),
    "no traffic carrier": ("channel", f"{M1},,tch_arfcns,8;21,8;300"),
    "an LTE carrier of another band": ("channel", f"{L1},,earfcn,38400,38950"),
    "an LTE carrier over the edge": ("channel", f"{L1},,earfcn,38400,38260"),
    "a redirect to no carrier": ("channel", f"{L1},400,redirect_arfcn,absent,present"),
    "the BCCH among the traffic carriers": ("own_carriers", f"{M1},,tch_arfcns,8;21,8;62"),
    "a BCCH on a traffic carrier": ("own_carriers", f"{W},,arfcn,1003,1007"),
    "carriers side by side": ("own_carriers", f"{M1},,tch_arfcns,8;21,8;9"),
    "a carrier beside the BCCH": ("own_carriers", f"{M1},,tch_arfcns,8;21,8;63"),
    "the carrier of another sector": ("site_carriers", f"{M1},,tch_arfcns,8;21,8;66"),
    "the carrier beside another sector's": ("site_carriers", f"{M1},,arfcn,62,69"),
    "the BCCH of a neighbour": ("cochannel", f"{M1},,arfcn,62,74"),
    "a BCCH that is heard here": ("cochannel", f"{W},,arfcn,1003,82"),
    "a BCCH and BSIC that are near": ("code_reuse", f"{M1},,arfcn,62,82\n{M1},,bsic,5-1,6-3"),
    "a PCI that is near": ("code_reuse", f"{L1},,pci,120,301"),
    "two neighbours of one BSIC": ("code_confusion", f"{M1},,arfcn,62,74\n{M1},,bsic,5-1,6-1"),
    "the PCI of a neighbour": ("code_confusion", f"{L27},,pci,213,410"),
    "one remainder on a site": ("mod3", f"{L1},,pci,120,124"),
    "the identity of another": ("identity", f"{W},,ci,41004,41005"),
    "the ECI of another": ("identity", f"{L1},,eci,46720001,46720002"),
    "a relation without its return": ("one_way", f"{W},{M3},neighbour,absent,present"),
    "a return deleted": ("one_way", f"{M1},{W},neighbour,present,absent"),
    "a relation to itself": ("impossible_relation", f"{W},{W},neighbour,absent,present"),
    "a relation across technologies": ("impossible_relation", f"{W},{L1},neighbour,absent,present"),
    "a cell cut off": ("isolated", "金凤正源街-NGH-2,艾依水郡NG1-1,neighbour,present,absent\n"
                       "艾依水郡NG1-1,金凤正源街-NGH-2,neighbour,present,absent"),
    "the only way back deleted": ("dead_end", "金凤正源街-NGH-2,艾依水郡NG1-1,neighbour,present,absent"),
    "margins that circle": ("circle", f"{W},{M1},ho_margin_pbgt_db,4,-6"),
    "three margins that circle": ("circle", f"{M1},{M2},ho_margin_pbgt_db,4,-8\n{M2},{M3},ho_margin_pbgt_db,4,-8\n"
                                  f"{M3},{M1},ho_margin_pbgt_db,4,6\n{M2},{M1},ho_margin_pbgt_db,4,12\n"
                                  f"{M3},{M2},ho_margin_pbgt_db,4,12\n{M1},{M3},ho_margin_pbgt_db,4,3"),
    "A3 that circles": ("circle", f"{L1},,a3_offset_db,3,-3\n{J3},,a3_offset_db,3,-3"),
    "Qoffsets that circle": ("circle", f"{L1},{J3},q_offset_db,0,-6\n{J3},{L1},q_offset_db,0,-6"),
    "margins too narrow": ("hysteresis", f"{W},{M1},ho_margin_pbgt_db,4,-2"),
    "A3 too narrow": ("hysteresis", f"{L1},{J3},cio_db,0,4\n{J3},{L1},cio_db,0,3"),
    "a reward without margins": ("boundary", f"{W},,cell_reselect_offset_db,0,20"),
    "a margin below a reward": ("boundary", f"宝湖天下NG2-4,{K1},ho_margin_pbgt_db,4,-4"),
    "a penalty time alone": ("penalty_sign", f"{NI},,penalty_time_s,20,640"),
    "a reward turned round": ("penalty_sign", "宝湖天下NG2-4,,penalty_time_s,20,640"),
    "a temporary offset that is ignored": (
        "penalty_sign",
        f"{NI},,penalty_time_s,20,640\n{NI},,cell_reselect_offset_db,0,8\n{NI},,temporary_offset_db,0,20",
    ),
    "users shut out": ("access_level", f"{W},,rxlev_access_min_dbm,-100,-70"),
    "LTE users shut out": ("access_level", f"{L1},,q_rxlevmin_dbm,-124,-100"),
    "a reward beyond practice": ("beyond_practice", f"{W},,cell_reselect_offset_db,0,40"),
    "calls held till they drop": ("beyond_practice", f"{W},{M1},ho_margin_pbgt_db,4,40"),
    "no handover target good enough": ("beyond_practice", f"{W},{M1},rxlev_min_cell_dbm,-98,-60"),
    "links given up at once": ("beyond_practice", f"{W},,radio_link_timeout,20,4"),
    "handovers on good quality": ("beyond_practice", f"{W},,ho_threshold_qual,5,0"),
    "handovers on good levels": ("beyond_practice", f"{W},,ho_threshold_lev_dbm,-95,-60"),
    "searches in the wrong order": ("lte_thresholds", f"{L1},,s_intra_search_db,62,10"),
    "a search that comes too late": ("lte_thresholds", f"{L1},,s_non_intra_search_db,62,2"),
    "sectors of two priorities": ("lte_thresholds", f"{L1},,cell_reselection_priority,5,1"),
    "a redirect to nobody": ("redirect_target", f"{L1},1020,redirect_arfcn,absent,present"),
    "a redirect to a traffic carrier": ("redirect_target", f"{L1},1007,redirect_arfcn,absent,present"),
    "a list too long": (
        "list_too_long",
        "\n".join(f"{L1},{n},redirect_arfcn,absent,present" for n in range(10, 41)),
    ),
    "a list emptied": ("redirect_target", "金凤艾依水郡-NLH-2,46,redirect_arfcn,present,absent"),
    "lists left behind by a retune": ("redirect_target", f"{NI},,arfcn,1006,1010"),
    "a site in two areas": ("location_area", f"{M1},,lac,22817,22818"),
    "an area code that is reserved": ("location_area", "宝湖天下NG2-4,,lac,22817,65534"),
    "fallbacks into another area": ("location_area", f"{WL},,lac,22817,30000"),
    "a tracking area of its own": ("location_area", f"{L1},,tac,22817,5"),
}  # fmt: skip

BAD_ESTATE: dict[str, tuple[str, str]] = {
    "an unknown cell": ("unknown_cell", "Z,,power_dbm,12,8"),
    "a stale value": ("stale", "A,,power_dbm,14,12"),
    "a reward of a penalised cell": ("penalty_sign", "G1,,cell_reselect_offset_db,0,10"),
    "a penalty taken off and its offset left": ("penalty_sign", "B,,penalty_time_s,640,20"),
    "a power without reserve": ("power", "C,,power_dbm,43,45"),
    "a relation to the next city": ("far_relation", "A,F,neighbour,absent,present\nF,A,neighbour,absent,present"),
    "an entry of the next city": ("redirect_target", "L,20,redirect_arfcn,absent,present"),
    "the BCCH of a relation": ("cochannel", "C,,arfcn,80,90"),
    "a BSIC upon a BCCH": ("code_reuse", "D,,arfcn,90,80"),
    "a PCI upon a sector": ("mod3", "S1,,pci,30,34"),
    "a sector beside a carrier": ("site_carriers", "G1,,arfcn,10,15"),
    "an equal priority": ("lte_thresholds", "L,,cell_reselection_priority,5,2"),
    "a priority below GSM's": ("lte_thresholds", "L,,cell_reselection_priority,5,1"),
    "a margin set before its relation": (
        "missing_relation",
        "G1,D,ho_margin_pbgt_db,6,8\nG1,D,neighbour,absent,present\nD,G1,neighbour,absent,present",
    ),
    "a relation of one way more": ("one_way", "G2,C,neighbour,absent,present"),
    "three A3 that circle": ("circle", "L,M,cio_db,0,6\nM,L,cio_db,0,5"),
    "a value taken away": ("emptied", "L,,pci,10,"),
    "an umbrella over everything": ("beyond_practice", "C,,ho_level_umbrella_dbm,,-110"),
    "both ways deleted": ("isolated", "S1,S2,neighbour,present,absent\nS2,S1,neighbour,present,absent"),
}

GOOD_BAOHU: dict[str, str] = {
    "two BCCHs exchanged": f"{M1},,arfcn,62,66\n{M2},,arfcn,66,62",
    "carriers whose old order is another": f"{M1},,tch_arfcns,21;8,8;36",
    "an antenna lowered": f"{M1},,height_m,32,26",
    "PCIs exchanged": f"{L1},,pci,120,411\n金凤艾依水郡-NLH-2,,pci,411,120",
    "a whole network in new areas": "\n".join(
        f"{c},,{code},22817,22900" for code, cells in (("lac", ALL_GSM), ("tac", ALL_LTE)) for c in cells),
    "a reward": f"{W},,cell_reselect_offset_db,0,10",
    "a power cut of a distribution": f"{NI},,power_dbm,33,21",
    "a macro turned down": f"{WL},,power_dbm,40,36",
    "a penalty": f"{NI},,penalty_time_s,20,640\n{NI},,cell_reselect_offset_db,0,10",
    "margins": f"{W},{M1},ho_margin_pbgt_db,4,8\n{W},{K1},ho_margin_pbgt_db,4,8",
    "margins towards the wanted cell": f"{W},{M1},ho_margin_pbgt_db,4,8\n{M1},{W},ho_margin_pbgt_db,4,2",
    "a one-way relation deleted": f"{W},{SH},neighbour,present,absent",
    "a one-way relation completed": f"{SH},{W},neighbour,absent,present\n{SH},{W},ho_margin_pbgt_db,6,3",
    "a mechanical tilt": f"{WL},,mech_tilt_deg,1,4",
    "an electrical tilt": f"{WL},,elec_tilt_deg,2,5",
    "an azimuth": f"{M1},,azimuth_deg,125,145",
    "redirect entries": f"{L1},1003,redirect_arfcn,absent,present\n{L27},1003,redirect_arfcn,absent,present",
    "an entry taken off": f"{L1},90,redirect_arfcn,present,absent",
    "a retune of traffic carriers": f"{M1},,tch_arfcns,8;21,8;36",
    "a retune of a BCCH and its lists": f"{M2},,arfcn,66,60\n"
        + "\n".join(f"{c},66,redirect_arfcn,present,absent\n{c},60,redirect_arfcn,absent,present"
                    for c in (L1, L1B, L27, "金凤宝湖湾二区27号楼-NLH-2")),
    "a BSIC": f"{W},,bsic,4-5,4-3",
    "a PCI": f"{L1},,pci,120,123",
    "a PCI of another remainder": f"{J1},,pci,301,303",
    "a temporary offset": f"{NI},,temporary_offset_db,0,20",
    "access levels": f"{W},,rxlev_access_min_dbm,-100,-104\n{NI},,rxlev_access_min_dbm,-100,-94",
    "LTE ranking": f"{L1},{J3},q_offset_db,0,2\n{L1},,q_hyst_db,3,5\n{L1},,t_reselection_s,1,2",
    "LTE events": f"{L1},,a3_offset_db,3,4\n{J3},{L1},cio_db,0,-2\n{L1},,a3_time_to_trigger_ms,320,480",
    "LTE power": f"{L1},,power_dbm,12.2,10.2",
    "handover windows": f"{W},,ho_averaging_sacch,24,20\n{W},,ho_threshold_lev_dbm,-95,-97\n"
        f"{W},{M1},ho_margin_lev_db,3,5",
    "a lower search threshold": f"{L1},,s_non_intra_search_db,62,16\n{L1},,thresh_serving_low_db,4,2",
    "a higher antenna": f"{M1},,height_m,32,38",
    "another antenna": f"{M1},,antenna,G900-65-15N,G900-65-15.5",
    "a site moved to another area": "\n".join(f"{c},,lac,22817,22818" for c in (K1, K2, "公安康复中心NG-3"))
        + "\n建华中学-NLH-1,78,redirect_arfcn,present,absent\n建华中学-NLH-1,82,redirect_arfcn,present,absent"
        + "\n建华中学-NLH-3,78,redirect_arfcn,present,absent\n建华中学-NLH-3,82,redirect_arfcn,present,absent"
        + "\n建华中学-NLH-1,90,redirect_arfcn,absent,present",
    "nothing at all": "",
}  # fmt: skip

GOOD_ESTATE: dict[str, str] = {
    "the network's own faults let be": "A,,power_dbm,12,10",
    "a penalty lessened": "B,,cell_reselect_offset_db,10,6",
    "a penalty deepened": "B,,cell_reselect_offset_db,10,14",
    "a penalty taken off": "B,,penalty_time_s,640,20\nB,,cell_reselect_offset_db,10,0",
    "a reward taken off": "C,,cell_reselect_offset_db,4,0",
    "power within the hardware": "A,,power_dbm,12,18",
    "a return added": "N,L,neighbour,absent,present",
    "relations both ways with a margin": "G2,C,neighbour,absent,present\nC,G2,neighbour,absent,present\n"
        "C,G2,ho_margin_pbgt_db,6,8",
    "a carrier out of the way": "A,,tch_arfcns,66;1003,66;1010",
    "a BSIC that ends a likeness": "D,,bsic,4-2,4-6",
    "a wide search": "L,,s_non_intra_search_db,16,20",
    "a relation deleted both ways": "A,D,neighbour,present,absent\nD,A,neighbour,present,absent",
}  # fmt: skip


def plan_text(rows: str) -> str:
    """The text of a plan file."""
    return f"{HEADER}\n{rows}\n" if rows else f"{HEADER}\n"
