"""The plans that most tests look at."""

from __future__ import annotations

import pytest
from plans import model


@pytest.fixture(params=["one", "many", "mixed", "tight"])
def any_plan(request):
    if request.param == "tight":
        return model(5000, "one", overrides={"app_pm2_workers": 1, "app_pm2_kill_timeout_ms": 5000})
    return model(50, request.param)


@pytest.fixture
def small_plan():
    return model(50, "one", overrides={"redis_maxmemory_mb": 512})
