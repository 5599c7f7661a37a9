"""What users lose without a release's care, on the same stack and load, for comparison: measured by hand (docs/releases.md), no SLO is judged."""

import pytest

import lab
import load
from figures import record


def serving(stack):
    return None not in stack.versions().values()


def reload(stack):
    lab.pm2(stack.hosts[0], "reload", "all")


def kill(stack):
    stack.hosts[0].check_output(f"kill -9 {stack.pids()[stack.workers[0]]}")


@pytest.mark.parametrize(("case", "deed"), [("pm2 reload", reload), ("kill -9 of a worker", kill)])
def test_what_is_lost_is_counted(stack, case, deed):
    with stack.users(stream_s=30) as traffic:
        traffic.stopped.wait(15)
        with traffic.during() as seen:
            deed(stack)
            lab.wait_for(lambda: serving(stack), 60, "all workers serve")
            # A reader who lost its worker learns of it when nothing comes any more.
            traffic.stopped.wait(load.SILENCE_S + 5)
    record(case, **seen.figures)
