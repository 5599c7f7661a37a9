# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A sheet of numbers, as in a spreadsheet: each has a formula that reads others, and knows which ones it read."""

from __future__ import annotations

from typing import NamedTuple


class Formula(NamedTuple):
    """How a number comes about. ``compute`` takes the sheet and reads from it what it needs."""

    compute: object
    unit: str
    words: str
    source: str
    variable: bool


class Formulas(dict):
    """Name -> Formula, filled by decorating functions: the name is the function's, the words are its docstring."""

    def number(self, unit, source, variable=False):
        """What stands between inputs and variables."""

        def register(compute):
            self[compute.__name__] = Formula(compute, unit, " ".join(compute.__doc__.split()), source, variable)
            return compute

        return register

    def variable(self, unit, source):
        """A variable of a role."""
        return self.number(unit, source, variable=True)

    def fixed(self, name, value, unit, words, source):
        """A variable of a role that is the same for all sizes."""
        self[name] = Formula(lambda sheet: value, unit, words, source, True)


class Sheet:
    """Values by name, computed when they are first read; ``inputs_of`` tells what each formula read.

    :param formulas: name -> Formula
    :param inputs: name -> value
    :param overrides: name -> value that takes the place of the formula's
    """

    def __init__(self, formulas, inputs, overrides=None):
        self._formulas = formulas
        self._values = {**inputs, **(overrides or {})}
        self._readers = []
        self.inputs_of = {}

    def __getattr__(self, name):
        if self._readers:
            self._readers[-1][name] = None
        if name not in self._values:
            if name not in self._formulas:
                raise AttributeError(name)
            self._values[name] = self.trace(name, self._formulas[name].compute)
        return self._values[name]

    def trace(self, name, compute):
        """Return what ``compute(sheet)`` returns, and keep under ``name`` what it read."""
        self._readers.append({})
        try:
            result = compute(self)
        finally:
            read = self._readers.pop()
        self.inputs_of[name] = list(read)
        return result

    def closure(self, name):
        """All inputs and numbers on which a traced name rests, itself left out."""
        found, queue = {}, list(self.inputs_of.get(name, ()))
        while queue:
            one = queue.pop()
            if one not in found:
                found[one] = None
                queue += self.inputs_of.get(one, ())
        return list(found)
