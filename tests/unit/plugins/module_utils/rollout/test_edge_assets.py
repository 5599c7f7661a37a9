"""Which hashed assets an edge gets, and which of them go."""

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.rollout.assets import TIME, plan

LIBRECHAT = r"[.][A-Za-z0-9_-]{8}[.][a-z0-9]+([.]gz)?$"


def found(releases, edges, before=100):
    return plan(releases, edges, "client/dist", ["/assets/", "/fonts/"], LIBRECHAT, before)


def test_an_empty_edge_gets_the_assets_of_every_kept_release_and_each_name_once():
    releases = {
        "app-1": [
            "10 1769860800.25 50 v1/client/dist/assets/main.AAAAAAAA.js",
            "20 1769860800.25 50 v1/client/dist/assets/same.CCCCCCCC.js",
            "11 1769869999.75 50 v2/client/dist/assets/main.BBBBBBBB.js",
            "20 1769869999.75 50 v2/client/dist/assets/same.CCCCCCCC.js",
        ]
    }
    assert found(releases, {"edge-1": []}) == {
        "copies": [
            {
                "source": "app-1",
                "edge": "edge-1",
                "files": [
                    "v1/client/dist/assets/main.AAAAAAAA.js",
                    "v1/client/dist/assets/same.CCCCCCCC.js",
                    "v2/client/dist/assets/main.BBBBBBBB.js",
                ],
                "paths": ["assets/main.AAAAAAAA.js", "assets/same.CCCCCCCC.js", "assets/main.BBBBBBBB.js"],
            }
        ],
        "superfluous": [],
    }


KEPT = {
    "app-1": ["20 100.5 50 v1/client/dist/assets/same.CCCCCCCC.js"],
    "app-2": ["20 200 50 v2/client/dist/assets/same.CCCCCCCC.js"],
}


def test_one_file_on_the_edge_will_do_for_a_name_that_several_releases_have_whichever_of_them_goes():
    edges = {"edge-1": [f"20 {TIME}.00 50 assets/same.CCCCCCCC.js"]}
    for releases in (KEPT, {"app-1": KEPT["app-1"]}, {"app-2": KEPT["app-2"]}):
        assert found(releases, edges) == {"copies": [], "superfluous": []}


@pytest.mark.parametrize("state", [f"19 {TIME}", f"20 {TIME + 1}"], ids=["size", "time"])
def test_a_file_of_another_size_or_time_is_replaced(state):
    copies = found(KEPT, {"edge-1": [f"{state} 50 assets/same.CCCCCCCC.js"]})["copies"]
    assert [copy["paths"] for copy in copies] == [["assets/same.CCCCCCCC.js"]]


def test_what_only_one_host_keeps_comes_from_that_host_and_only_edges_that_lack_it_get_it():
    releases = {
        "app-1": ["1 1 50 v2/client/dist/assets/b.BBBBBBBB.js"],
        "app-2": ["1 1 50 v1/client/dist/assets/a.AAAAAAAA.js"],
    }
    edges = {"edge-1": [f"1 {TIME} 50 assets/a.AAAAAAAA.js"], "edge-2": [f"1 {TIME} 50 assets/b.BBBBBBBB.js"]}
    copies = found(releases, edges)["copies"]
    assert [(copy["source"], copy["edge"], copy["paths"]) for copy in copies] == [
        ("app-1", "edge-1", ["assets/b.BBBBBBBB.js"]),
        ("app-2", "edge-2", ["assets/a.AAAAAAAA.js"]),
    ]


def test_assets_of_no_release_any_more_are_superfluous_when_they_came_long_ago():
    names = ["assets/b.BBBBBBBB.js", "assets/a.AAAAAAAA.js", "assets/logo.svg", "html/index.html"]
    edges = {"edge-1": [f"1 1 50 {name}" for name in names]}
    assert found({"app-1": []}, edges)["superfluous"] == [
        {"edge": "edge-1", "paths": ["assets/a.AAAAAAAA.js", "assets/b.BBBBBBBB.js"]}
    ]
    assert found({"app-1": []}, edges, before=50)["superfluous"] == []


@pytest.mark.parametrize(
    "path",
    [
        "assets/logo.svg",
        "assets/apple-touch-icon-180x180.png",
        "assets/fonts/Inter-Regular.woff2",
        "index.html",
        "sw.js",
        "images/a.AAAAAAAA.png",
        "assets/a blank.AAAAAAAA.js",
        "assets/-rf\t.AAAAAAAA.js",
        "assets/../../a.AAAAAAAA.js;reboot",
    ],
)
def test_files_without_a_hash_in_their_names_of_other_paths_and_with_odd_names_stay_with_the_application(path):
    assert found({"app-1": [f"1 1 50 v1/client/dist/{path}"]}, {"edge-1": []})["copies"] == []


@pytest.mark.parametrize(
    "name", ["index.Bq_8a1-x.js", "index.Bq_8a1-x.js.gz", "style.0123ABcd.css", "font.DEADbeef.woff2"]
)
def test_names_as_vite_makes_them_are_hashed(name):
    assert found({"app-1": [f"1 1 50 v1/client/dist/assets/{name}"]}, {"edge-1": []})["copies"]
