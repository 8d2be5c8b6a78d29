"""How the site is built: `make docs`, or `python -m sphinx -W docs out/docs`."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE / "site")]

from rfopt import __version__  # noqa: E402
from rfopt.fonts.shipped import SUBSET  # noqa: E402

project, author, release = "rfopt", "the rfopt authors", __version__
copyright = "Apache-2.0"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "from_code"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["site"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
default_role = "code"
suppress_warnings = ["ref.python"]  # a word of a type that several values have as an attribute
autodoc_typehints = "none"
autodoc_member_order = "bysource"
napoleon_use_rtype = False
html_theme = "furo"
html_title = f"rfopt {__version__}"
html_static_path = ["site/chinese.css", str(SUBSET)]
html_css_files = ["chinese.css"]
html_show_sourcelink = False
html_show_sphinx = False
