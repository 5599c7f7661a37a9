"""The text of /metrics is read as Prometheus reads it."""

import math

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.exposition import samples, total
from hypothesis import given
from hypothesis import strategies as st

TEXT = r"""# HELP http_requests_in_flight Requests being answered
# TYPE http_requests_in_flight gauge
http_requests_in_flight{method="GET",path="/metrics"} 1
http_requests_in_flight{method="POST",path="/a b{}, \"c\"\\"} 2 1700000000000

nodejs_eventloop_lag_seconds 0.0042
bucket{le="+Inf"} 1e+3
limit +Inf
lag Nan
"""


def test_names_labels_and_values_are_read():
    assert samples(TEXT)[:4] == [
        ("http_requests_in_flight", {"method": "GET", "path": "/metrics"}, 1.0),
        ("http_requests_in_flight", {"method": "POST", "path": '/a b{}, "c"\\'}, 2.0),
        ("nodejs_eventloop_lag_seconds", {}, 0.0042),
        ("bucket", {"le": "+Inf"}, 1000.0),
    ]


def test_infinity_and_not_a_number_are_values():
    values = {name: value for name, _labels, value in samples(TEXT)}
    assert values["limit"] == math.inf
    assert math.isnan(values["lag"])


def test_a_total_is_the_sum_over_all_labels():
    assert total(samples(TEXT), "http_requests_in_flight") == 3.0


def test_the_total_of_an_absent_metric_is_zero():
    assert total(samples(TEXT), "sse_streams_in_flight") == 0.0


def test_an_exemplar_is_not_part_of_the_value():
    assert samples('bucket{le="1"} 7 # {trace_id="a"} 0.5 1.2') == [("bucket", {"le": "1"}, 7.0)]


@pytest.mark.parametrize("text", ["<html>", "name", 'name{label="open} 1'])
def test_what_is_no_exposition_is_refused(text):
    with pytest.raises(ValueError, match="not a sample"):
        samples(text)


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.text(max_size=20), max_size=3))
def test_any_label_survives_the_way_there_and_back(labels):
    escaped = {
        name: value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for name, value in labels.items()
    }
    line = "metric{" + ",".join(f'{name}="{value}"' for name, value in escaped.items()) + "} 1"
    assert samples(line) == [("metric", labels, 1.0)]
