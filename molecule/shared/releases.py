"""Releases of the sample app, good ones and poisoned ones, as trees for app_release_directory."""

import shutil
import time

from lab import ROOT, docker

APP = ROOT / "lab/sample-app"
AFTER_COUNTING = "  app.use(metrics.count);\n"
LISTENING = "  server.listen(config.port, config.host, () => {"

POISON = "poison"
SLOW = "  app.use('/api', (req, res, next) => setTimeout(next, 300));\n"
FAILING = (
    "  let asked = 0;\n"
    f"  app.use('/api', (req, res, next) => (++asked % 20 ? next() : res.status(500).json({{ message: '{POISON}' }})));\n"
)


def good(directory):
    """Make a release that differs from all others, those of an earlier run too, by its name only."""
    shutil.copytree(APP, directory, ignore=shutil.ignore_patterns("node_modules", "dist", ".env"))
    (directory / "RELEASE").write_text(f"{directory.name} {time.time_ns()}\n")
    return directory


def _patched(directory, file, old, new):
    path = good(directory) / file
    text = path.read_text()
    assert text.count(old) == 1, f"{file} has changed: adapt the poison"
    path.write_text(text.replace(old, new))
    return directory


def slow(directory):
    """Make a release that becomes ready, and takes 300 ms longer for each call."""
    return _patched(directory, "server/app.js", AFTER_COUNTING, AFTER_COUNTING + SLOW)


def failing(directory):
    """Make a release that becomes ready, and answers every twentieth call with 500."""
    return _patched(directory, "server/app.js", AFTER_COUNTING, AFTER_COUNTING + FAILING)


def deaf(directory):
    """Make a release whose process runs and never listens."""
    return _patched(directory, "server/index.js", LISTENING, "  server.once('never', () => {")


def unbuildable(directory):
    """Make a release that does not say which versions of its packages it wants."""
    (good(directory) / "package-lock.json").unlink()
    return directory


def built(directory, host):
    """Take packages and client of the release that runs on a host, so that it need not be built."""
    for made in ("node_modules", "client/dist"):
        docker("cp", f"{host.container}:/srv/librechat/current/{made}", str(directory / made))
    return directory


def noticed(seen):
    """Return what users met that they must not: failed requests and answers that were cut, but for those that the poison itself failed."""
    failed = [request for request in seen.failed if not request.version.startswith("failing-")]
    return failed + [answer for answer in seen.cut if POISON not in answer.reason]
