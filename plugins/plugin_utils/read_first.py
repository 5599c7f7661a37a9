# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Private to tierstack.librechat: a task reads its part of the host with one plain command, and runs its module only where something differs."""

from __future__ import annotations

from ansible.plugins.action import ActionBase
from ansible.plugins.action.normal import ActionModule as Normal
from ansible_collections.tierstack.librechat.plugins.module_utils.host_state import READERS

# What comes before it is the login shell's own.
MARK = "tierstack.librechat reads"


class ReadFirst(ActionBase):
    """An action plugin that asks the host what its module would find, before the module is sent there.

    To start Python and a module on a host takes ten times as long as a command of its shell. Everything that differs, is in doubt or
    is not understood is left to the module of ansible.builtin, and with it validation, check mode, diff and backup.
    """

    # A temporary directory on the host is made only where something is sent there.
    TRANSFERS_FILES = False

    def _execute_module(self, module_name=None, module_args=None, task_vars=None, **options):
        name = (module_name or self._task.action).rpartition(".")[2]
        arguments = self._task.args if module_args is None else module_args
        told = None if options.get("wrap_async") else self._told(name, arguments)
        if told is not None:
            return told
        self._answers = {}
        return super()._execute_module(f"ansible.builtin.{name}", module_args, task_vars=task_vars, **options)

    def _told(self, name, arguments):
        """Return the module's result where a plain command tells it, else None."""
        reader = READERS.get(name)
        try:
            question = reader and reader.question(arguments)
            return question and reader.answer(arguments, self._ask(question))
        except TypeError:  # an option of the wrong type: the module has the words for it
            return None

    def _ask(self, question):
        """Return the output of a command, asked once as long as nothing has changed the host."""
        answers = self.__dict__.setdefault("_answers", {})
        if question not in answers:
            done = self._low_level_execute_command(f"export LC_ALL=C; echo {MARK}; {question}")
            answers[question] = done["stdout"].replace("\r\n", "\n").partition(f"{MARK}\n")[2]
        return answers[question]


class ReadingModule(ReadFirst, Normal):
    """The action plugin of a module that has none of its own in ansible.builtin."""
