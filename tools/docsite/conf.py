"""The documentation site: the Markdown of the repository, and what antsibull-docs makes of specifications and docstrings."""

project = "tierstack.librechat"
copyright = "The tierstack authors"
extensions = ["myst_parser", "sphinx_antsibull_ext"]
include_patterns = ["index.md", "README*.md", "CONTRIBUTING.md", "docs/**.md", "roles/*/README.md", "reference/**.rst"]
myst_heading_anchors = 3
myst_enable_extensions = ["tasklist"]
html_theme = "alabaster"
html_theme_options = {"description": "LibreChat from one small server to many, on one playbook", "page_width": "1100px"}
html_copy_source = False
# Labels of Ansible's own documentation, which would have to be fetched
suppress_warnings = ["ref.ref"]
