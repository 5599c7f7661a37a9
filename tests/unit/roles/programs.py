"""The programs that roles install, as modules: they are no part of a package."""

from __future__ import annotations

import importlib.util

from rolespec import ROOT


def load_program(path):
    """Return the module at a path of the project."""
    path = ROOT / path
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
