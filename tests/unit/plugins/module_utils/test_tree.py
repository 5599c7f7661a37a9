"""A tree keeps its fingerprint wherever it lies, and loses it when something that matters changes."""

import os
import shutil
import socket

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.tree import DATA, DataInside, fingerprint


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "app"
    (root / "node_modules" / "left-pad").mkdir(parents=True)
    (root / "node_modules" / "left-pad" / "index.js").write_text("pad")
    (root / "server.js").write_text("serve()")
    (root / "package-lock.json").write_text("{}")
    (root / "latest").symlink_to("server.js")
    return root


def test_a_copy_with_other_times_has_the_same_fingerprint(tree, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(tree, copy, symlinks=True)
    os.utime(copy / "server.js", (1, 1))
    assert fingerprint(copy, True) == fingerprint(tree, True)


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "server.js").write_text("serve(1)"),
        lambda root: (root / "server.js").chmod(0o755),
        lambda root: (root / "server.js").rename(root / "index.js"),
        lambda root: (root / "new.js").write_text(""),
        lambda root: ((root / "latest").unlink(), (root / "latest").symlink_to("package-lock.json")),
        lambda root: (root / "node_modules" / "left-pad" / "index.js").write_text("padded"),
    ],
    ids=["content", "mode", "name", "file", "link", "installed"],
)
def test_a_change_of_anything_that_matters_changes_the_fingerprint(tree, change):
    before = fingerprint(tree, True)
    change(tree)
    assert fingerprint(tree, True) != before


@pytest.mark.parametrize("ignored", [".env", ".git"])
def test_secrets_and_history_do_not_count(tree, ignored):
    before = fingerprint(tree, True)
    (tree / ignored).write_text("x")
    assert fingerprint(tree, True) == before


def test_installed_packages_do_not_count_in_a_tree_that_will_be_built(tree):
    before = fingerprint(tree, False)
    shutil.rmtree(tree / "node_modules")
    assert fingerprint(tree, False) == before


def test_sockets_and_pipes_do_not_count_and_are_not_waited_for(tree):
    before = fingerprint(tree, True)
    os.mkfifo(tree / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(tree / "socket"))
        assert fingerprint(tree, True) == before


def test_what_cannot_be_read_is_named(tree, monkeypatch):
    def denied(path, *_arguments):
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr("os.scandir", denied)
    with pytest.raises(PermissionError, match=str(tree)):
        fingerprint(tree, True)


@pytest.mark.parametrize("name", DATA)
def test_the_data_of_a_server_is_refused_by_its_directory(tree, name):
    (tree / "data-node").mkdir()
    (tree / "data-node" / name).write_text("")
    with pytest.raises(DataInside, match=f"app/data-node holds the data of {DATA[name]}"):
        fingerprint(tree, with_installed=False)
