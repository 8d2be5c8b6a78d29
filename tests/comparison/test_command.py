"""`rfopt compare` on bare logs and cases: exit codes, JSON, page, and names that want to be something else."""

import json

import pytest

from rfopt.words import say

HEAD = "time,point,floor,mode,rat,serving,cell,arfcn,bsic,rxlev_dbm\n"
ROOM, CELL = "<script>alert(1)</script>", "<img src=x onerror=alert(2)>"


def log(path, stay_s, room=ROOM, cell="B"):
    """Ten minutes in a room, going back and forth between two cells after so many seconds."""
    rows = [
        f'{t},"{room}",23,idle,GSM,1,{("A", cell)[(t // stay_s) % 2]},{(62, 70)[(t // stay_s) % 2]},4-5,-{70 + t % 7}'
        for t in range(0, 600, 2)
    ]
    path.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def calm_and_restless(tmp_path):
    return log(tmp_path / "calm.csv", 400), log(tmp_path / "restless.csv", 12)


def test_worse_is_exit_code_1_and_better_0(rfopt, calm_and_restless):
    calm, restless = calm_and_restless
    code, out, err = rfopt("compare", calm, restless)
    assert (code, err[:6]) == (1, "note: ")
    assert out.startswith("Worse")
    code, out, _ = rfopt("compare", restless, calm, "-q")
    assert (code, out) == (0, "fixed\n")
    code, out, _ = rfopt("compare", calm, calm, "--lang", "zh")
    assert code == 0
    assert out.startswith("无明显变化")
    assert "两侧使用了同一日志" in out


def test_json_is_alone_on_standard_output_and_always_the_same(rfopt, calm_and_restless):
    calm, restless = calm_and_restless
    code, out, _ = rfopt("compare", restless, calm, "--json", "-")
    table = json.loads(out)
    assert (code, table["schema"], table["verdict"]["word"]) == (0, "rfopt.comparison/1", "fixed")
    rate = table["kpis"]["reselections_per_min"]
    assert rate["before"]["value"] == pytest.approx(49 / 10.0, abs=0.05)
    assert rate["interval"][1] < -2.0
    assert rate["better"] > 0.99
    assert table["rooms"] == [ROOM]
    assert rfopt("compare", restless, calm, "--json", "-")[1] == out


def test_hostile_names_stay_text_in_the_page(rfopt, tmp_path):
    before, after = log(tmp_path / "a.csv", 30), log(tmp_path / "b.csv", 30)
    after.write_text(after.read_text(encoding="utf-8").replace(",B,", f',"{CELL}",'), encoding="utf-8")
    code, out, _ = rfopt("compare", before, after, "-o", tmp_path / "out", "-q")
    assert code == 0
    page = (tmp_path / "out" / "comparison.html").read_text(encoding="utf-8")
    assert out.strip().endswith("comparison.html")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<img" not in page
    assert "&lt;img src=x" in page
    assert say("compare.figures", "en") in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a.csv"], "Missing argument 'AFTER'"),
        (["a.csv", "nowhere.csv"], "nowhere.csv: no such case"),
        (["a.csv", "other.csv"], "share no room: before has north; after has nort"),
        (["a.csv", "a.csv", "--wanted", "A"], "expected --network too"),
        (["a.csv", "a.csv", "--promised", "a.csv"], "a.csv: is not JSON"),
        (["a.csv", "a.csv", "--network", "nowhere"], "nowhere"),
    ],
)
def test_bad_usage_is_one_line(rfopt, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    log(tmp_path / "a.csv", 30, "north")
    log(tmp_path / "other.csv", 30, "nort")
    code, out, err = rfopt("compare", *words)
    assert (code, out) == (2, "")
    assert said in err.replace(", after has", "; after has")
    assert err.count("\n") == 1
