"""Hypothesis for all tests: as many examples as half a minute for all allows, and none judged by its time."""

from hypothesis import settings

settings.register_profile("house", max_examples=50, deadline=None)
settings.load_profile("house")
