"""Words that go with the example: which of its values are facts of the case and which are assumed."""

from __future__ import annotations

import math

from rfopt.example.antennas import ANTENNAS
from rfopt.example.relations import FAULTS, ONE_WAY, TOO_FLAT, WANTED
from rfopt.example.sites import AREA, LAT, LON, SITES
from rfopt.example.surroundings import FLOOR, GSM_DBM, LTE_DBM, POINTS, ROOMS, height_m

FACT, ASSUMED = "[S]", "[A]"

NAMED = (
    "宝湖天下NG2-5", "宝湖湾二期NG2-6", "金凤自来水厂NG1-1", "公安康复中心NG-1", "艾依水郡NG1-1", "金凤五里宜居-NGH-2",
    "金凤宝湖湾26号楼-NLH-1", "金凤宝湖湾二区27号楼-NLH-1", "建华中学-NLH-3", "金凤艾依水郡-NLH-1",
)  # fmt: skip
"""Cells that the case names; all others are made up so that the tables look like a network."""

FAULT_WORDS = {
    "leak": "宝湖湾二期NG2-6 sends 8 dB too much and leaks into the flat · 室外分布功率过高，信号泄漏",
    "no_reward": "宝湖天下NG2-5 has no reselection offset · 未设置正向重选偏置",
    "margins": "margins 宝湖天下NG2-5 → 金凤自来水厂NG1-1 and → 公安康复中心NG-1 are too low · 切换门限偏低",
    "one_way": "宝湖天下NG2-5 → 艾依水郡NG1-1 has no return · 单向邻区",
    "overshoot": "金凤五里宜居-NGH-2 is tilted too little and shares ARFCN 41 with 宝湖天下NG2-5 · 下倾过小，越区同频",
    "redirect": "1003 is missing from the redirect lists of four LTE cells · 回落频点缺 1003",
}


def case_toml() -> str:
    """The case file."""
    return f"""[complaint]
id = "BHTX-23F"
text = "宝湖天下1号楼23楼用户投诉：家中手机频繁重选、切换，通话质差、掉话，4G打电话回落异常（北面饭厅、南面客厅）"
lat = {LAT}
lon = {LON}
building = "bhtx-1"
floor = {FLOOR}

[inputs]
network = "../../site_configs/baohu_tianxia"
logs = ["idle_2g.csv", "call_2g.csv", "lte_idle_csfb.csv"]
wanted = ["{WANTED}"]

[limits]
# No site here has remote electrical tilt: antennas are tilted by a crew.
parameters = [
  "power_dbm", "cell_reselect_offset_db", "temporary_offset_db", "penalty_time_s", "ho_margin_pbgt_db",
  "neighbour", "redirect_arfcn", "mech_tilt_deg",
]
max_changes = 14
site_visits = true
"""


def case_text(seed: int, without: frozenset[str]) -> str:
    """README.md beside the logs."""
    return f"""# Baohu Tianxia, building 1, floor {FLOOR} · 宝湖天下1号楼{FLOOR}楼

A published complaint, rebuilt: the report is fact, the logs are not. `rfopt example` wrote them (seed {seed}): a phone
in a simulated flat, which decides by the same machines that rfopt replays. Nobody walked it.
根据公开案例复原：案例事实标 {FACT}，其余为假设，标 {ASSUMED}；测试数据由程序生成，不是实测。

{_faults(without)}
## Facts · 案例事实 {FACT}

- Floor {FLOOR} of building 1 of 宝湖天下 in Jinfeng: dining room (north), living room (south) · 北面饭厅、南面客厅
- Complaint: interference on a high floor, fallback, frequent reselection and handover · 高层干扰、回落、重选切换频繁
- The names of these cells and what was wrong with each · 小区名称及问题:
  {_lines(NAMED)}
- 宝湖天下NG2-5: BCCH 1003, about −75 dBm in the flat · 室分信号约 −75 dBm
- LTE about −100 dBm with SINR about 14 · LTE 约 −100 dBm，SINR 约 14
- The six kinds of measures in `engineers_plan.csv`, among them −8 dB on 宝湖湾二期NG2-6 · 六项措施

## Assumed · 假设 {ASSUMED}

- Every other number of the network: see its README · 其余网络数据
- The sizes in `engineers_plan.csv` but the −8 dB: offsets 10 dB, margins + 4 dB, tilt + 3° · 措施的其它数值
- Fading: σ 4 dB, memory 5 s, each cell by itself, 1 dB of noise · 衰落
- Lengths: 600 s a room in GSM idle and in LTE idle, six calls of 90 s a room, a fallback call every 40 s; 120 s idle at
  each of three places on the street · 测试时长
- Idle rows are averages of 5 s, call rows single reports; C/I, SINR and RSRQ follow from all carriers of the tables ·
  空闲态为 5 秒平均
- Limits of the plan: no site has remote electrical tilt; at most 14 changes · 无远程电调
- Mean levels [dBm] in the network as found; only 宝湖天下NG2-5 in the two rooms is {FACT} · 平均电平

{_levels()}
Over both rooms the means are those usually taken for this case: 宝湖湾二期NG2-6 −72, 金凤自来水厂NG1-1 −76,
公安康复中心NG-1 −77, 艾依水郡NG1-1 −78, 金凤五里宜居-NGH-2 −76 dBm. How they differ between the rooms is assumed.
"""


def _lines(names: tuple[str, ...]) -> str:
    """Names five to a line."""
    return ",\n  ".join(", ".join(names[k : k + 5]) for k in range(0, len(names), 5))


def _faults(without: frozenset[str]) -> str:
    lines = [f"- {name}: {FAULT_WORDS[name]}" for name in FAULTS if name not in without]
    words = "\n".join(lines) if lines else "Nothing: this is the healthy variant · 无，健康网络"
    return f"## What is wrong here · 问题\n\n{words}\n"


def _levels() -> str:
    rows = [("cell", *POINTS), *((name, *(f"{v:g}" for v in levels)) for name, levels in (GSM_DBM | LTE_DBM).items())]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]]) + "\n"


def network_text(without: frozenset[str]) -> str:
    """README.md beside the network's tables."""
    east, north, height = SITES["金凤五里宜居"]
    distance = math.hypot(east, north)
    elevation = math.degrees(math.atan2(height_m(ROOMS[0]) - height, distance))
    antennas = ", ".join(
        f"{name} ({'uniform' if a.pedestal == 1.0 else 'tapered'}, nulls filled to {a.null_fill_db:g} dB)"
        for name, a in ANTENNAS.items()
    )
    variant = f"This variant is free of · 本变体不含: {', '.join(sorted(without))}\n" if without else ""
    return f"""# The network around Baohu Tianxia · 宝湖天下周边网络

Facts {FACT}: these names, BCCH 1003 of {WANTED}, that 宝湖湾二期NG2-6 is the distribution system of the next estate,
that {WANTED} → {ONE_WAY} has no return, that the four named LTE cells do not list 1003.
案例事实 {FACT}：以下小区名称、1003 频点、相邻小区分布系统、单向邻区、四个 LTE 小区缺 1003。

  {_lines(NAMED)}

Assumed {ASSUMED}: everything else, that is all places, heights, azimuths, tilts, powers, antennas, other cells, ARFCN,
BSIC, EARFCN, PCI, area code {AREA} (one for all), identities, loads, relations, lists, parameters and buildings.
其余全部为假设 {ASSUMED}：位置、挂高、方位角、下倾角、功率、天线、频点、其它小区、邻区、参数和建筑物。

- Floors are 3 m, so the flat is at {height_m(ROOMS[0]):g} m · 层高 3 m
- Antennas are made by array theory, ten elements 0.8 wavelengths apart, not copied from a maker · 天线方向图由公式生成:
  {antennas}
- {TOO_FLAT} stands {distance / 1000:.2f} km away, {height:g} m high: the flat is {elevation:.1f}° above its horizon.
  With the 1° + 2° of tilt that were found the flat lies on the upper slope of its main lobe; 3° more take it close to
  the first null, 11 dB down. Its own users, 100 to 600 m off and 4° to 23° below, gain. For a flat among the upper
  side lobes the same tilt could as well do harm · 用户位于主瓣上沿，再下压 3° 约降 11 dB，其地面用户不受损
- The places were chosen so that rfopt's own model comes within about 7 dB of the levels assumed in the flat ·
  站点位置按电平反推
- 宝湖湾二期NG2-6 is a pair of panels before its own façades · 射灯对打本小区楼宇
- {WANTED} and {TOO_FLAT} share ARFCN 41, {ONE_WAY} and 金凤正源街-NGH-2 ARFCN 33, and 宝湖湾二期NG2-6
  (1006) lies beside a carrier of {WANTED} (1007): planned for the street, where they do not meet ·
  地面规划不冲突，高层同频邻频
{variant}"""
