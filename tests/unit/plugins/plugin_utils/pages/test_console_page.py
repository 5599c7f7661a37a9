from __future__ import annotations

import re

import pytest
from ansible_collections.tierstack.librechat.plugins.plugin_utils.pages.console import console_page


def panel(kind="stat", expr="up", legend="", **config):
    unit = {"unit": "none", **config}
    return {
        "type": kind,
        "title": "Title",
        "description": "What is normal.",
        "gridPos": {"x": 0, "y": 0, "w": 6, "h": 4},
        "targets": [{"refId": "A", "expr": expr, "legendFormat": legend}],
        "fieldConfig": {"defaults": unit, "overrides": []},
        "options": {"textMode": "auto"},
    }


def page(*panels, **options):
    dashboard = {"title": "Nginx", "description": "The edge.", "templating": {"list": []}, "panels": list(panels)}
    return console_page(dashboard, {"overview": "Overview", "nginx": "Nginx"}, **options)


def body(*panels, **options):
    return re.search("<main>(.*)</main>", page(*panels, **options), re.DOTALL)[1]


def table(*columns, labels=("host",)):
    one = panel("table")
    letters = "ABC"[: len(columns)]
    fields = ["Value"] if len(columns) == 1 else [f"Value #{letter}" for letter in letters]
    one["targets"] = [{"refId": letter, "expr": f"metric_{letter}", "legendFormat": ""} for letter in letters]
    one["transformations"] = [
        {"id": "merge", "options": {}},
        {
            "id": "organize",
            "options": {
                "excludeByName": {"Time": True},
                "indexByName": {name: place for place, name in enumerate([*labels, *fields])},
                "renameByName": {
                    **{label: label.title() for label in labels},
                    **dict(zip(fields, columns, strict=True)),
                },
            },
        },
    ]
    return one


def test_the_page_leads_to_all_pages_and_marks_its_own():
    text = page()
    assert re.search(r'<a href="overview.html[^>]*">Overview</a>', text)
    assert re.search(r'<a href="nginx.html[^>]* aria-current="page">Nginx</a>', text)


def test_links_of_the_caller_follow_the_pages():
    assert '<a href="https://example.org/?a&amp;b">Alerts</a>' in page(links={"Alerts": "https://example.org/?a&b"})


def test_script_and_style_are_within_the_page():
    text = page(style="b { }", script="1 < 2")
    assert "<style>\nb { }</style>" in text
    assert "<script>\n1 < 2</script>" in text


def test_words_of_the_dashboard_are_escaped_and_no_actions():
    one = {**panel(), "title": "<b>", "description": "{{ query `up` }}"}
    text = body(one)
    assert "<summary>&lt;b&gt;</summary>" in text
    assert '<p>{{ "{{" }} query `up` }}</p>' in text


@pytest.mark.parametrize("kind", ["stat", "timeseries", "table"])
def test_whatever_a_panel_says_is_text(kind):
    hostile = '<script>{{ query `up` }}"'
    one = {**table(hostile), "type": kind, "title": hostile, "description": hostile}
    one["targets"][0]["legendFormat"] = f"{{{{host}}}} {hostile}"
    one["fieldConfig"]["defaults"] = {
        "unit": hostile,
        "noValue": hostile,
        "mappings": [{"type": "value", "options": {"1": {"text": hostile, "color": hostile}}}],
    }
    text = body(one)
    assert "<script" not in text
    assert "{{ query" not in text
    assert '&lt;script&gt;{{ "{{" }} query `up` }}&#34;' in text


def test_the_address_of_a_link_is_no_action():
    assert '<a href="/{{ "{{" }} query `up` }}">Alerts</a>' in page(links={"Alerts": "/{{ query `up` }}"})


def test_what_the_address_chooses_is_put_into_queries():
    text = body(panel(expr='rate(x{host=~"$host"}[$__rate_interval])'))
    assert (
        '(reReplaceAll "[$]host" $hosts (reReplaceAll "[$]__rate_interval" $rate `rate(x{host=~"$host"}[$__rate_interval])`))'
        in text
    )


def test_a_rate_spans_four_samples_and_no_sample_falls_between_two_points():
    rates = dict(re.findall(r'\$range = "(\w+)" }}{{ \$seconds = "\d+" }}{{ \$rate = "(\d+)s"', page(scrape_s=30)))
    assert rates == {"1h": "120", "6h": "120", "24h": "360", "7d": "2520"}


def test_a_name_from_the_address_cannot_leave_its_quotes():
    allowed = re.search(r'reReplaceAll "\[\^(.*?)\]" "" .Params.host', page())[1]
    assert not re.search(rf"[{allowed}]", "\"'`{}()$\\ ")


def test_hosts_can_be_chosen_where_the_dashboard_has_them():
    dashboard = {"title": "Hosts", "description": "", "templating": {"list": [{"name": "host"}]}, "panels": []}
    assert 'aria-label="Host"' in console_page(dashboard, {"hosts": "Hosts"})
    assert 'aria-label="Host"' not in page()


def test_a_value_has_the_colour_of_the_last_step_that_it_reaches():
    steps = [{"color": "green", "value": None}, {"color": "orange", "value": 1}, {"color": "red", "value": 5}]
    text = body(panel(thresholds={"steps": steps}))
    assert (
        'text{{ else }}{{ if ge $v 5.0 }}red{{ else }}{{ if ge $v 1.0 }}orange{{ else }}green{{ end }}{{ end }}{{ end }}"'
        in text
    )


def test_a_value_with_a_word_shows_it_in_its_colour():
    text = body(panel(mappings=[{"type": "value", "options": {"1": {"text": "up", "color": "green"}}}]))
    assert "{{ if eq $v 1.0 }}up{{ else }}" in text
    assert "{{ if eq $v 1.0 }}green{{ else }}" in text


def test_without_a_result_the_page_says_so():
    assert '<p class="value none">no data</p>' in body(panel())
    assert '<p class="value none">none yet</p>' in body(panel(noValue="none yet"))


def test_a_name_can_be_the_value():
    one = panel(legend="{{version}}")
    one["options"]["textMode"] = "name"
    assert '">{{ .Labels.version }}</p>' in body(one)


def test_values_are_sorted_by_the_label_that_names_them():
    assert '| query | sortByLabel "worker"' in body(panel(legend="{{worker}} of {{host}}"))


def test_a_graph_names_its_queries_and_has_present_values_without_the_script():
    text = body(panel("timeseries", expr="up", legend="at {{host}}", unit="s"))
    assert 'data-unit="s"' in text
    assert 'data-query="{{ `up` }}" data-legend="at [host]"' in text
    assert "<span>at {{ .Labels.host }}</span> <b>" in text


def test_a_dashed_curve_is_a_limit():
    one = panel("timeseries")
    one["fieldConfig"]["overrides"] = [
        {
            "matcher": {"id": "byFrameRefID", "options": "A"},
            "properties": [{"id": "custom.lineStyle", "value": {"fill": "dash"}}],
        }
    ]
    assert '<ul class="limit"' in body(one)
    assert '<ul class="limit"' not in body(panel("timeseries"))


def test_a_table_has_a_row_for_each_result_and_a_column_for_each_label():
    text = body(table("Up", labels=("host", "instance")))
    assert '<th>Host</th><th>Instance</th><th class="number">Up</th>' in text
    assert "<td>{{ $row.Labels.host }}</td><td>{{ $row.Labels.instance }}</td>" in text


def test_further_columns_are_joined_by_all_labels():
    text = body(table("Up", "Memory", labels=("host", "instance")))
    assert "{{ $B := `metric_B` | query }}" in text
    assert (
        "{{ range $B }}{{ if and (eq .Labels.host $row.Labels.host) (eq .Labels.instance $row.Labels.instance) }}"
        in text
    )


def test_a_column_can_be_left_out():
    one = table("Firing")
    one["transformations"][1]["options"]["excludeByName"]["Value"] = True
    assert 'class="number"' not in body(one)


def test_a_column_has_a_unit_and_words_of_its_own():
    one = table("Free", "State")
    one["fieldConfig"]["overrides"] = [
        {"matcher": {"id": "byName", "options": "Free"}, "properties": [{"id": "unit", "value": "bytes"}]},
        {
            "matcher": {"id": "byName", "options": "State"},
            "properties": [
                {"id": "mappings", "value": [{"type": "value", "options": {"0": {"text": "down", "color": "red"}}}]}
            ],
        },
    ]
    text = body(one)
    assert text.count("humanize1024") == 1
    assert "{{ if eq $v 0.0 }}down{{ else }}" in text


def test_a_row_is_a_heading():
    assert "<h2>Traffic &amp; time</h2>" in body({"type": "row", "title": "Traffic & time"})
