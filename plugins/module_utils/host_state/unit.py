# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Private to tierstack.librechat: whether ansible.builtin.systemd_service would find a unit as it is wanted."""

from __future__ import annotations

import shlex

from .options import first, truth

OPTIONS = {"name", "service", "unit", "state", "enabled", "masked", "daemon_reload"}
PROPERTIES = ("LoadState", "ActiveState", "UnitFileState", "NeedDaemonReload")
# ActiveState for a state that is wanted; one that is about to change is in doubt.
ACTIVE = {"started": {"active"}, "stopped": {"inactive", "failed"}}


def question(options):
    """See the package."""
    name = first(options, "name", "service", "unit")
    if set(options) - OPTIONS or not name or options.get("state") not in (None, *ACTIVE):
        return None
    return f"systemctl show --property={','.join(PROPERTIES)} -- {shlex.quote(name)}"


def answer(options, output):
    """See the package."""
    seen = dict(line.split("=", 1) for line in output.splitlines() if "=" in line)
    state, enabled, masked = options.get("state"), truth(options, "enabled"), truth(options, "masked")
    same = (
        set(PROPERTIES) <= set(seen)
        and seen["LoadState"] == ("masked" if masked else "loaded")
        and (state is None or seen["ActiveState"] in ACTIVE[state])
        and (enabled is None or seen["UnitFileState"] == ("enabled" if enabled else "disabled"))
        and not (truth(options, "daemon_reload", False) and seen["NeedDaemonReload"] != "no")
    )
    if not same:
        return None
    told = {"name": first(options, "name", "service", "unit"), "state": state, "enabled": enabled, "status": seen}
    return {"changed": False, **{name: value for name, value in told.items() if value is not None}}
