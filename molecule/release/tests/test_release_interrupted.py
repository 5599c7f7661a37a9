"""A controller that dies while it brings another setting to the workers, by the road of a release: the users notice nothing, and the next run finishes it."""

import json
import time

import pytest

import lab
import releases

TITLE = "Another title"
SETTING = ("-e", json.dumps({"app_release_extra_env": {"APP_TITLE": TITLE}, "rollout_canary_window_s": 10}))

MOMENTS = {
    "a worker was taken out and drains": lambda stack: stack.out() and time.sleep(2) is None,
    "a worker was stopped": lambda stack: None in stack.versions().values(),
    "the canary is watched": lambda stack: (
        TITLE in stack.titles().values() and not stack.out() and time.sleep(3) is None
    ),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_stack_serves_when_the_controller_dies_while(stack, traffic, moment):
    with traffic.during() as seen:
        with stack.killed("deploy", *SETTING) as process:
            lab.wait_for(lambda: MOMENTS[moment](stack) or process.poll() is not None, 900, moment, every=0.3)
        traffic.stopped.wait(5)
    assert releases.noticed(seen) == []
    assert sum(version is not None for version in stack.versions().values()) >= 3


def test_the_next_run_brings_the_setting_to_every_worker(stack, watched, first):
    outcome, seen = watched("after interruptions", stack.run, "deploy", *SETTING)
    assert outcome.code == 0, outcome.output
    assert set(stack.titles().values()) == {TITLE}
    assert stack.release() == first
    assert stack.out() == set()
    assert releases.noticed(seen) == []
