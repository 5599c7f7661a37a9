"""What a run declares: a line of JSON for each path, unit and package that a task names, with what it wants there and whether it had to change it."""

import json
import os

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: declared
type: notification
short_description: Write what each task declares
description: Writes to the file that the environment variable DECLARED names.
"""

ACTIONS = ("apt", "copy", "file", "systemd_service", "template")
# Neither content nor anything else that may be a secret
OPTIONS = ("path", "dest", "name", "state", "owner", "group", "mode", "src", "enabled", "force")


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "declared"
    CALLBACK_NEEDS_ENABLED = True

    def _write(self, result):
        fields = result._task_fields
        collection, _dot, action = fields["action"].rpartition(".")
        if collection != "tierstack.librechat" or action not in ACTIONS or fields.get("delegate_to"):
            return
        options = {name: fields["args"][name] for name in OPTIONS if fields["args"].get(name) is not None}
        line = {"task": fields["name"], "action": action, "changed": bool(result._result.get("changed")), **options}
        with open(os.environ["DECLARED"], "a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str) + "\n")

    def v2_runner_on_ok(self, result):
        if not result._task_fields.get("loop"):
            self._write(result)

    def v2_runner_item_on_ok(self, result):
        self._write(result)
