"""The catalogue: both languages whole, and an entry for everything that is said."""

import ast
import csv
import inspect
import re
import string
from importlib import import_module, resources

import pytest

from rfopt.case import TUNABLE
from rfopt.finding import Finding
from rfopt.fixes import fixes
from rfopt.kpis import kpis
from rfopt.mobility.reasons import Reason
from rfopt.proofs.traps import Trap
from rfopt.rules import rules
from rfopt.sentences import finding_text
from rfopt.words import LANGUAGES, catalogue, in_words, say
from tests.sentences import composed

PLACES = {"cell", "other", "cells", "points"}
"""Blanks of a rule's sentence that do not come from its evidence."""


def blanks(sentence):
    return sorted(name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None)


def evidence_keys(module):
    """The keys of every literal evidence dict in a module's source."""
    literals = [node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Dict)]
    texts = [[k.value for k in d.keys if isinstance(k, ast.Constant) and isinstance(k.value, str)] for d in literals]
    return [set(keys) for keys, d in zip(texts, literals, strict=True) if keys and len(keys) == len(d.keys)]


def all_evidence():
    """(rule, evidence keys) of every finding that a rule can make, and of what a log alone shows."""
    pairs = [(rule, keys) for rule in rules for keys in evidence_keys(import_module(f"rfopt.rules.{rule}"))]
    return pairs + [(rule, keys) for keys in log_keys() for rule in ("pingpong_reselection", "pingpong_handover")]


def log_keys():
    """The evidence of `rfopt.diagnosis`, whose rate is kept under the figure's own name."""
    source = ast.parse(inspect.getsource(import_module("rfopt.diagnosis")))
    for node in ast.walk(source):
        if isinstance(node, ast.Dict) and any(isinstance(k, ast.Constant) and k.value == "counted" for k in node.keys):
            yield {k.value for k in node.keys if isinstance(k, ast.Constant)} | {
                "reselections_per_min",
                "handovers_per_min",
            }


def test_keys_stand_once():
    text = resources.files("rfopt.schema").joinpath("words.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines()))
    assert rows[0] == ["key", *LANGUAGES]
    assert {len(row) for row in rows} == {3}
    keys = [row[0] for row in rows]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_entry_is_empty(lang):
    assert [key for key, words in catalogue().items() if not words[lang]] == []


def test_both_languages_have_the_same_blanks():
    odd = [key for key, words in catalogue().items() if blanks(words["en"]) != blanks(words["zh"])]
    assert odd == []


def test_chinese_is_chinese():
    """Where the English has a sentence, the Chinese has hanzi, and no half-width comma or colon beside them."""
    hanzi = re.compile("[\u4e00-\u9fff]")
    for key, words in catalogue().items():
        if len(re.findall("[A-Za-z]+", re.sub(r"{[^}]*}", "", words["en"]))) > 3:
            assert hanzi.search(words["zh"]), key
        assert not re.search("[\u4e00-\u9fff][,:;()]|[,:;()][\u4e00-\u9fff]", words["zh"]), key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_entry_can_be_said(lang):
    for key, words in catalogue().items():
        assert say(key, lang, **dict.fromkeys(blanks(words[lang]), 1.0))


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("rule.{}", list(rules)),
        ("rule.{}.name", list(rules)),
        ("kpi.{}", [*kpis, "coverage_gsm", "coverage_lte"]),
        ("parameter.{}", TUNABLE),
        ("fix.{}", list(fixes)),
        ("fix.{}.name", list(fixes)),
        ("reason.{}", [reason.name.lower() for reason in Reason]),
        ("basis.{}", ["measured", "modelled", "tables"]),
    ],
)
def test_everything_has_its_entry(pattern, names):
    assert len(names) >= 3
    assert [name for name in names if pattern.format(name) not in catalogue()] == []


def test_sixteen_rules_speak():
    assert len({rule for rule, _ in all_evidence()}) == len(rules) == 16


@pytest.mark.parametrize(("rule", "keys"), all_evidence())
def test_a_rules_sentence_is_filled_from_its_evidence(rule, keys):
    for basis in ("measured", "modelled", "tables"):
        entry = catalogue().get(f"rule.{rule}.{basis}", catalogue()[f"rule.{rule}"])
        assert set(blanks(entry["en"])) <= keys | PLACES
    for lang in LANGUAGES:
        text = finding_text(Finding(rule, 0.5, ("a", "b"), ("p",), dict.fromkeys(keys, 1.5)), lang)
        assert "{" not in text


@pytest.mark.parametrize(("rule", "keys"), all_evidence())
def test_every_evidence_key_has_a_label(rule, keys):
    assert [key for key in sorted(keys) if f"evidence.{key}" not in catalogue()] == []


def test_the_report_uses_only_entries_that_exist_and_all_of_its_own():
    folder = resources.files("rfopt.report")
    sources = [resources.files("rfopt").joinpath("sentences.py")]
    sources += [file for file in folder.iterdir() if file.name.endswith(".py")]
    sources += [file for file in folder.joinpath("templates").iterdir() if not file.name.endswith(".js")]
    used = set()
    for file in sources:
        if file.is_file():
            used |= set(re.findall(r"""\b(?:t|say)\(\s*["']([\w./]+)["'](?!\s*~)""", file.read_text(encoding="utf-8")))
    assert len(used) > 80
    assert sorted(key for key in used if key not in catalogue()) == []
    own = {key for key in catalogue() if key.startswith("report.")}
    assert sorted(own - used) == []


def test_the_scripts_of_the_report_use_only_entries_that_exist_and_all_of_their_own():
    folder = resources.files("rfopt.report").joinpath("templates")
    text = "\n".join(file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".js"))
    used = set(re.findall(r"""\bsay\(["'](\w+)["']|\bpage\.words\.(\w+)""", text))
    begun = tuple(re.findall(r"""\bsay\(`([\w.]+)\$""", text))
    own = {key.removeprefix("view.") for key in catalogue() if key.startswith("view.")}
    named = {one or other for one, other in used}
    assert named <= own
    modes = {"idle", "server"}
    assert {key for key in own - named - modes if not key.startswith(begun)} == set()


NO_SENTENCE = re.compile(r"rfopt baseline update|column that neighbours share with the server")
"""A command's name, and the name of a key of a column map."""


def left_in_english(text):
    """Three English words in a row, names in quotation marks aside."""
    return re.search(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}", NO_SENTENCE.sub("", re.sub("“.*?”", "", text)))


def test_every_message_and_note_of_the_code_is_said_in_chinese():
    """Errors, notes on inputs and plans, and why a candidate was rejected, in all the ways that they can turn out."""
    said = set(composed())
    assert len({file for file, _ in said}) > 60
    assert len(said) > 400
    odd = [(file, text) for file, text in sorted(said) if left_in_english(text) and in_words(text, "zh") == text]
    assert odd == []
    assert [(file, text) for file, text in sorted(said) if left_in_english(in_words(text, "zh"))] == []


@pytest.mark.parametrize("machine", ["gsm_idle", "gsm_call", "lte_idle", "lte_call", "idle"])
@pytest.mark.parametrize("kind", ["circle", "circle.thresholds", "quality", "narrow", "align", "one_way"])
def test_a_proof_in_english_becomes_the_proof_in_chinese(kind, machine):
    amount = float("nan") if kind == "circle.thresholds" else 3.5
    cells, levels = ("A-1", "宝湖天下NG2-5", "C 3"), (-70.0, -80.5, -91.25)
    trap = Trap(kind.split(".")[0], machine, cells, ("c2",) * 3, levels, amount)
    assert in_words(trap.sentence("en"), "zh") == trap.sentence("zh")
    assert in_words(f"R-LOOP: {trap.sentence('en')}", "zh") == f"R-LOOP：{trap.sentence('zh')}"
    assert in_words(f"R-TRAP: {trap.sentence('en')}", "en") == f"R-TRAP: {trap.sentence('en')}"


def test_a_trap_of_every_kind_is_gone_over():
    assert {key for key in catalogue() if key.startswith("trap.")} == {
        *(f"trap.{kind}" for kind in ("idle", "circle", "circle.thresholds", "quality", "narrow", "align", "one_way"))
    }


@pytest.mark.parametrize("key", [key for key in catalogue() if key.startswith(("audit.", "doubt."))])
def test_faults_and_doubts_come_over_from_english(key):
    """What the audits refuse of a candidate and what the log doubts of the site table are composed in English."""
    if not key.endswith(".name"):
        values = {name: f"<{name}>" for name in blanks(catalogue()[key]["en"])}
        assert in_words(say(key, "en", **values), "zh") == say(key, "zh", **values)


def test_why_a_row_was_rejected_is_said_in_chinese():
    assert in_words("wrong number of fields", "zh") == "字段数不符"
    message = "best value 36.0 alone adds +0.000; beside the plan it harms: users of A: coverage_gsm 0.98 → 0.95, "
    said = in_words(message + "at most 0.03 may be lost", "zh")
    assert "A的用户" in said and say("kpi.coverage_gsm", "zh") in said and not left_in_english(said)
