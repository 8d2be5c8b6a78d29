"""The two READMEs: the same commands in the same order, the same files, and a way from each to the other."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def commands(page):
    """Every line of every code block, without its comment."""
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    return [line.split(" #")[0].rstrip() for block in blocks for line in block.splitlines() if line.strip()]


def test_both_hold_the_same_commands():
    english, chinese = (commands(text(name)) for name in ("README.md", "README.zh-CN.md"))
    assert len(english) > 10
    assert chinese == english


def marked(page):
    """Everything set as code or linked to outside the code blocks."""
    prose = " ".join(re.sub(r"```sh\n.*?```", "", page, flags=re.DOTALL).split())
    return set(re.findall(r"`[^`]+`|\]\([^)]+\)", prose))


def test_both_name_the_same_files_and_options():
    odd = marked(text("README.md")) ^ marked(text("README.zh-CN.md"))
    assert {word for word in odd if "README" not in word} == set()


def test_each_leads_to_the_other_and_has_the_same_chapters():
    english, chinese = text("README.md"), text("README.zh-CN.md")
    assert "(README.zh-CN.md)" in english
    assert "(README.md)" in chinese
    assert english.count("\n## ") == chinese.count("\n## ")
    assert len(re.findall("[\u4e00-\u9fff]", chinese)) > 800
