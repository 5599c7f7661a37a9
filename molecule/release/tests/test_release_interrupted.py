"""A controller that dies in the middle of a release: the users notice nothing, and the next run finishes it."""

import time

import pytest

import lab
import releases
from figures import record

STREAM_S = 8


@pytest.fixture(scope="module", autouse=True)
def nobody_noticed(traffic):
    yield
    traffic.stop()
    seen = traffic.whole()
    record("interrupted releases", **seen.figures)
    assert seen.failed == []
    assert seen.cut == []


@pytest.fixture(scope="module")
def v4(tree):
    return tree(releases.good, "v4")


def new_ones(stack):
    return [worker for worker, version in stack.versions().items() if (version or "").startswith("v4-")]


MOMENTS = {
    "a worker was taken out and drains": lambda stack: stack.out() and time.sleep(2) is None,
    "a worker was stopped": lambda stack: None in stack.versions().values(),
    "the canary is watched": lambda stack: new_ones(stack) and not stack.out() and time.sleep(3) is None,
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_stack_serves_when_the_controller_dies_while(stack, traffic, v4, moment):
    with traffic.during() as seen:
        with stack.killed_deploy(v4, "v4") as process:
            lab.wait_for(lambda: MOMENTS[moment](stack) or process.poll() is not None, 180, moment, every=0.05)
        traffic.stopped.wait(5)
    assert seen.failed == []
    assert seen.cut == []
    assert sum(version is not None for version in stack.versions().values()) >= 3


def test_the_next_run_finishes_what_was_interrupted(stack, watched, v4):
    outcome, seen = watched("after interruptions", stack.deploy, v4, "v4", "-e", "app_pm2_canary_window_s=10")
    assert outcome.code == 0, outcome.output
    assert stack.release().startswith("v4-")
    assert stack.out() == set()
    assert seen.failed == []
    assert seen.cut == []
