"""How Sphinx makes the site in `docs/_build`, and the manual page of `feedsvc`."""

from feedsvc import __version__

project = "feedsvc"
copyright = "the authors of feedsvc"
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_click"]
exclude_patterns = ["_build"]
nitpicky = True
# Others have sites of their own, and links to them would need a network to build; a board is ours
# alone.
nitpick_ignore_regex = [
    ("py:class", r"(collections|flask|ipaddress|pathlib)\..*"),
    ("py:class", r"feedsvc\.board\.Board"),
]

myst_heading_anchors = 3

autodoc_class_signature = "separated"  # of values, how they are made is nobody's matter
default_role = "literal"  # what docstrings put between backticks is code

html_theme = "furo"
html_title = f"feedsvc {release}"
html_copy_source = False
html_show_sphinx = False

man_pages = [("commands", "feedsvc", "publish a folder of articles as web feeds", "", 1)]
man_make_section_directory = False
