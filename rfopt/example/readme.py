def case_toml(): 
    return """[complaint]
id = "BHTX-23F"
text = "宝湖天下1号楼23楼客户投诉家中2G/4G信号不稳定、通话质差、掉话，饭厅和客厅均有"
lat = 38.495
lon = 106.225
building = "bhtx-1"
floor = 23

[inputs]
network = "../../site_configs/baohu_tianxia"
logs = ["*_2g.csv", "lte_*.csv"]
wanted = ["宝湖天下NG2-5"]

[limits]
parameters = ["power_dbm", "cell_reselect_offset_db", "temporary_offset_db", "penalty_time_s", "ho_margin_pbgt_db", "neighbour", "redirect_arfcn", "mech_tilt_deg", "azimuth_deg"]
max_changes = 14
site_visits = true
"""
def case_text(seed, without): return "x\n"
def network_text(without): return "x\n"
