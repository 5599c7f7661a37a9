"""The figures of the tests are shown at their end."""

import figures

pytest_terminal_summary = figures.pytest_terminal_summary
