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
from rfopt.report.sentences import finding_text
from rfopt.rules import rules
from rfopt.words import LANGUAGES, catalogue, say

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
    sources = [file for file in folder.iterdir() if file.name.endswith(".py")]
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
