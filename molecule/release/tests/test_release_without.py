"""What users lose without a release's care: the same stack and load, for comparison. Bounded, not promised."""

import pytest

import lab
import load
from figures import record

STREAM_S = 30


def serving(stack):
    return None not in stack.versions().values()


def reload(stack, host, worker):
    stack.pm2(host, "reload", "all")


def kill(stack, host, worker):
    host.check_output(f"kill -9 {stack.pids()[worker]}")


@pytest.mark.parametrize(("case", "deed"), [("pm2 reload", reload), ("kill -9 of a worker", kill)])
def test_what_is_lost_is_little_and_counted(stack, traffic, case, deed):
    with traffic.during() as seen:
        deed(stack, stack.hosts[0], stack.workers[0])
        lab.wait_for(lambda: serving(stack), 60, "all workers serve")
        # A reader who lost its worker learns of it when nothing comes any more.
        traffic.stopped.wait(load.SILENCE_S + 5)
    record(case, **seen.figures)
    assert len(seen.failed) <= 0.05 * len(seen.requests)
    assert len(seen.cut) <= len(traffic.readers)
    assert serving(stack)
