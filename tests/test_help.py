"""Help, explanations, the doctor, completion, languages and progress: what a user meets before any work is done."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rfopt import installation
from rfopt.audits import audits, cochannel, position, power
from rfopt.cli import COMMANDS, cli
from rfopt.cli.options import language
from rfopt.cli.output import progress
from rfopt.errors import InputError
from rfopt.kpis import kpis
from rfopt.reference import entries, find
from rfopt.rules import rules
from rfopt.schema import schema
from rfopt.words import in_words, translated

HANZI = re.compile("[\u4e00-\u9fff]")
CASE = Path(__file__).resolve().parents[1] / "drive_tests" / "baohu_tianxia"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_help_teaches_by_example_and_tells_the_exit_codes(rfopt, command):
    code, out, _ = rfopt(command, "--help")
    assert code == 0
    assert f"rfopt {command}" in out.split("Options:")[0].split("\n\n", 1)[1]
    assert command == "network" or "Exit codes: 0" in " ".join(out.split())


def test_the_shelves_are_read_as_they_are_without_importing_them():
    of_kind = {
        kind: [entry for entry in entries() if entry.kind == kind] for kind in ("rule", "kpi", "audit", "parameter")
    }
    assert [entry.name for entry in of_kind["rule"]] == list(rules)
    assert [entry.name for entry in of_kind["kpi"]] == list(kpis)
    assert [entry.name for entry in of_kind["audit"]] == list(audits)
    of_audit = {entry.name: entry.facts for entry in of_kind["audit"]}
    assert of_audit["cochannel"] == {"MOST_SHARE": cochannel.MOST_SHARE}
    assert of_audit["power"]["MOST_CUT_DB"] == power.MOST_CUT_DB
    assert of_audit["position"]["MOST_MOVED_M"] == position.MOST_MOVED_M
    assert {entry.name: entry.facts for entry in of_kind["kpi"]} == kpis.facts
    columns = [name for table in ("cells", "neighbours", "redirects", "layers") for name in schema(table)]
    assert set(columns) <= {entry.name for entry in of_kind["parameter"]}
    assert all(entry.definition and (Path(__file__).parents[1] / entry.source).is_file() for entry in entries())


def test_explain_loads_no_science():
    code = (
        "import sys; sys.argv = ['rfopt', 'explain', 'penalty_time_s']\n"
        "from rfopt.cli import main\n"
        "main()\n"
        "sys.exit(str({'numpy', 'pandas', 'numba', 'scipy', 'matplotlib'} & set(sys.modules) or '') or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "20 to 640 in steps of 20" in done.stdout


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_everything_can_be_explained(rfopt, lang):
    code, out, _ = rfopt("explain", "--json", "-", "--lang", lang)
    table = json.loads(out)
    assert (code, table["schema"]) == (0, "rfopt.reference/1")
    for row in table["entries"]:
        assert row["definition"], row["name"]
        assert lang == "en" or HANZI.search(row["definition"]), row
    names = {row["name"] for row in table["entries"]}
    for name in ("weak_indoor", "drop_per_call", "power_dbm", "ho_margin_pbgt_db", "penalty_sign", *audits):
        assert name in names
        assert rfopt("explain", name, "--lang", lang)[1].startswith(name)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("Penalty-Time-S", "penalty_time_s"),
        ("惩罚时间", "penalty_time_s"),
        ("weak indoors", "weak_indoor"),
        ("BSIC", "bsic"),
        ("Stale plan", "stale"),
        ("有进无出", "dead_end"),
        ("r-trap", "dead_end"),
        ("audit: stale", "stale"),
    ],
)
def test_names_are_found_as_people_write_them(word, name):
    assert {entry.name for entry in find(word)} == {name}


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("penalti_time_s", "did you mean 'penalty_time_s'?"),
        ("pingpong", "did you mean 'pingpong_"),
        ("R-ALING", "did you mean 'R-ALIGN'?"),
        ("cochanel", "did you mean 'cochannel'?"),
        ("惩罚", "did you mean penalty_sign or penalty_time_s or wanted_penalised?"),
        ("", "rfopt explain lists them"),
        ("\x1b[31m" + "x" * 200, "rfopt explain lists them"),
    ],
)
def test_a_mistyped_name_is_answered_with_the_nearest(word, said):
    with pytest.raises(InputError) as error:
        find(word)
    assert said in str(error.value)
    assert "\x1b" not in str(error.value)


def test_the_doctor_tells_what_is_missing_and_how_to_get_it(rfopt, monkeypatch):
    code, out, _ = rfopt("doctor", "--fast")
    assert code == 0
    assert "rfopt works here" in out
    have = installation._version
    monkeypatch.setattr(installation, "_version", lambda name: "" if name == "pyogrio" else have(name))
    code, out, _ = rfopt("doctor", "--fast")
    assert code == 0
    assert "pip install 'rfopt[maps]'" in out
    monkeypatch.setattr(installation, "_version", lambda name: "" if name == "numba" else have(name))
    code, out, _ = rfopt("doctor", "--fast", "--json", "-")
    table = json.loads(out)
    assert (code, table["works"]) == (1, False)
    assert [row["check"] for row in table["checks"] if row["state"] == "broken"] == ["needed.missing"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_and_completes(rfopt, shell):
    code, out, _ = rfopt("completion", shell)
    assert code == 0
    assert "_RFOPT_COMPLETE" in out
    words = {"COMP_WORDS": "rfopt rec", "COMP_CWORD": "rec" if shell == "fish" else "1"}
    code = "import sys; sys.argv = ['rfopt']; from rfopt.cli import main; main()"
    environment = {**os.environ, **words, "_RFOPT_COMPLETE": f"{shell}_complete"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert "recommend" in done.stdout


def test_the_shell_completes_what_can_be_explained():
    environment = {
        **os.environ,
        "COMP_WORDS": "rfopt explain penalty",
        "COMP_CWORD": "2",
        "_RFOPT_COMPLETE": "bash_complete",
    }
    code = "import sys; sys.argv = ['rfopt']; from rfopt.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert done.stdout.split() == ["plain,penalty_sign", "plain,penalty_time_s"]


@pytest.mark.parametrize(
    ("words", "environment", "lang"),
    [
        ([], {}, "en"),
        ([], {"LANG": "zh_CN.UTF-8"}, "zh"),
        ([], {"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        ([], {"LC_MESSAGES": "zh_TW", "LANG": "en_US"}, "zh"),
        (["--lang=en"], {"LANG": "zh_CN"}, "en"),
        (["diagnose", "--lang", "zh"], {"LANG": "en_US"}, "zh"),
        (["--lang"], {}, "en"),
    ],
)
def test_the_language_is_what_is_asked_for_else_the_systems(words, environment, lang):
    assert language(words, environment) == lang


def test_help_and_errors_speak_chinese_and_english_again(rfopt):
    code, out, _ = rfopt("diagnose", "--help", "--lang", "zh")
    assert code == 0
    assert "退出码" in out
    assert "随机种子" in out
    _, _, err = rfopt("diagnose", "nowhere", "--lang", "zh")
    assert err == "错误：nowhere: 没有这个案例\n"
    assert "退出码" not in rfopt("diagnose", "--help", "--lang", "en")[1]


def test_a_mistyped_word_is_answered_with_the_nearest(rfopt):
    assert "did you mean 'convert'?" in rfopt("network", "conver", "x")[2]
    assert "--compare" in rfopt("recommend", CASE, "--compre", "x")[2]


def test_quiet_prints_the_result_and_no_advice(rfopt, tmp_path):
    assert rfopt("example", tmp_path, "-q")[1] == f"{tmp_path / 'drive_tests' / 'baohu_tianxia'}\n"
    _, out, err = rfopt("diagnose", CASE / "idle_2g.csv", "-q")
    assert "Frequent" in out or "idle phone changes" in out
    assert err == ""


class Terminal:
    """A standard error that says it is a terminal."""

    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text

    def flush(self):
        pass

    def isatty(self):
        return True


def test_progress_tells_the_time_left_on_a_terminal_past_two_seconds(monkeypatch):
    clock = iter([0.0, 0.0, 1.0, 30.0, 40.0])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress(False, "en") as told:
        told("search", 0.0)
        told("search", 0.1)
        assert terminal.text == ""
        told("search", 0.5)
        assert "50%  about 0:30 left" in terminal.text
    assert terminal.text.endswith(" \r")
    assert progress(True).off


def test_progress_is_silent_where_no_terminal_reads(capsys):
    with progress(False) as told:
        told("search", 0.5)
    assert capsys.readouterr().err == ""


def test_colours_respect_no_color(monkeypatch):
    from rfopt.cli.output import paint

    monkeypatch.setenv("NO_COLOR", "1")
    assert paint("x", "red") == "x"
    monkeypatch.delenv("NO_COLOR")
    assert paint("x", "red") == "\x1b[31mx\x1b[0m"


def texts_of_help():
    """Everything that --help prints, paragraph by paragraph, but the examples."""

    def of(command):
        for part in [*(command.help or "").split("\n\n"), command.epilog or ""]:
            if part and "\b" not in part:
                yield " ".join(part.split())
        for parameter in command.params:
            if getattr(parameter, "help", None):
                yield parameter.help
        for inner in getattr(command, "commands", {}).values():
            yield from of(inner)

    yield from of(cli)
    for name in COMMANDS:
        yield from of(cli.get_command(None, name))


def test_all_help_is_translated():
    texts = list(texts_of_help())
    assert len(texts) > 60
    assert [text for text in texts if not HANZI.search(translated(text, "zh"))] == []


def messages_of_source():
    """Every message of an InputError or UsageError in the source, with words in its blanks."""
    root = Path(__file__).resolve().parents[1] / "rfopt"
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
            if name in ("InputError", "UsageError") and node.args:
                yield from filled(node.args[0])


def filled(message):
    if isinstance(message, ast.Constant):
        yield str(message.value)
    elif isinstance(message, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "x" for part in message.values]
        if sum(len(part) for part in parts) > 12:
            yield "".join(parts)


LEAST_TRANSLATED = 0.75
"""Share of the messages that have their Chinese; those of broken files that hardly anyone meets stand in English."""


def test_messages_are_translated():
    messages = sorted(set(messages_of_source()))
    english = [message for message in messages if not HANZI.search(in_words(message, "zh"))]
    assert len(messages) > 180
    assert len(english) <= (1.0 - LEAST_TRANSLATED) * len(messages), english


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("rat 'GMS' is not one of GSM, LTE", "rat“GMS”不在 GSM, LTE 之列"),
        ("no command 'recomend'; did you mean 'recommend'?", "没有命令“recomend”；是否想写“recommend”？"),
        ("Missing argument 'CASE'.", "缺少参数“CASE”。"),
        ("nobody ever wrote this", "nobody ever wrote this"),
        ("column 'a{b}' is missing; did you mean '{0}'?", "缺少列“a{b}”；是否想写“{0}”？"),
    ],
)
def test_composed_messages_are_found_by_their_fixed_words(english, chinese):
    assert in_words(english, "zh") == chinese
    assert in_words(english, "en") == english


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS), ["plan", "apply"]])
def test_help_in_chinese_says_nothing_in_english(command):
    words = [sys.executable, "-m", "rfopt", "--lang", "zh", *command, "--help"]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    english = re.compile(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}|Usage|Options|Commands|required|default:|Show this")
    assert told[0].startswith("用法：") and "选项：" in told
    assert [
        line
        for line in told[1:]
        if english.search(line.replace("rfopt baseline update", "")) and not line.startswith("  rfopt ")
    ] == []
