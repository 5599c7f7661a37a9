"""What a plain command tells of a path, asked of real files by a real shell."""

from __future__ import annotations

import base64
import grp
import hashlib
import os
import pwd
import subprocess

import pytest
from ansible_collections.tierstack.librechat.plugins.module_utils.host_state import READERS

OWNER, GROUP = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name


def read(module, **options):
    """The reader's answer, of the shell that every host has; None where the module would have to run."""
    reader = READERS[module]
    question = reader.question(options)
    if question is None:
        return None
    done = subprocess.run(
        ["/bin/sh", "-c", f"export LC_ALL=C; {question}"], capture_output=True, text=True, check=False
    )
    return reader.answer(options, done.stdout)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "it's a $file"
    path.write_text("content\n")
    path.chmod(0o640)
    return path


@pytest.fixture
def link(tmp_path, file):
    path = tmp_path / "link"
    path.symlink_to(file)
    return path


def test_stat_tells_what_the_kernel_tells(file):
    told, real = read("stat", path=str(file))["stat"], file.stat()
    kinds = ("exists", "isreg", "isdir", "islnk")
    assert [told[kind] for kind in kinds] == [True, True, False, False]
    assert (told["mode"], told["pw_name"], told["gr_name"]) == ("0640", OWNER, GROUP)
    assert (told["uid"], told["gid"], told["size"], told["inode"]) == (real.st_uid, real.st_gid, 8, real.st_ino)
    assert told["mtime"] == pytest.approx(real.st_mtime, abs=1e-6)
    assert told["checksum"] == hashlib.sha1(b"content\n").hexdigest()


def test_stat_tells_a_directory_a_missing_path_and_one_below_a_file(tmp_path, file):
    assert read("stat", path=str(tmp_path))["stat"]["isdir"]
    assert read("stat", path=str(tmp_path / "missing"))["stat"] == {"exists": False}
    assert read("stat", path=str(file / "below"))["stat"] == {"exists": False}


def test_stat_tells_a_link_or_where_it_leads(link, file):
    told = read("stat", path=str(link))["stat"]
    assert (told["islnk"], told["isreg"], "checksum" in told) == (True, False, False)
    assert (told["lnk_target"], told["lnk_source"]) == (str(file), str(file))
    assert read("stat", path=str(link), follow=True)["stat"]["inode"] == file.stat().st_ino
    file.unlink()
    assert read("stat", path=str(link), follow=True)["stat"] == {"exists": False}


@pytest.mark.parametrize("options", [{"checksum_algorithm": "sha256"}, {"path": "~/x"}, {"path": "/a\nb"}, {"new": 1}])
def test_stat_leaves_to_the_module_what_it_cannot_judge(file, options):
    assert read("stat", **{"path": str(file), **options}) is None


@pytest.mark.parametrize("mode", ["0640", "640", 0o640, None])
def test_a_file_that_is_as_wanted_needs_no_module(file, mode):
    told = read("file", path=str(file), state="file", owner=OWNER, group=GROUP, mode=mode)
    assert told["changed"] is False
    assert (told["path"], told["state"], told["mode"]) == (str(file), "file", "0640")


@pytest.mark.parametrize(
    "options",
    [
        {"mode": "0600"},
        {"mode": "u=rw,g=r,o="},
        {"owner": "nobody"},
        {"group": "nogroup"},
        {"state": "directory"},
        {"state": "absent"},
        {"state": "touch"},
        {"state": "link", "src": "/elsewhere"},
        {"attributes": "+i"},
        {"state": "directory", "recurse": True},
    ],
    ids=str,
)
def test_a_file_that_differs_or_is_in_doubt_needs_the_module(file, options):
    assert read("file", **{"path": str(file), "state": "file", **options}) is None


@pytest.mark.parametrize("state", ["file", "directory", "link"])
def test_what_is_missing_needs_the_module_unless_it_is_to_be_absent(tmp_path, state):
    missing = str(tmp_path / "missing")
    assert read("file", path=missing, state=state, src="/x") is None
    assert read("file", path=missing, state="absent") == {"changed": False, "path": missing, "state": "absent"}


def test_a_link_that_stands_where_a_file_or_a_directory_belongs_needs_the_module(tmp_path, link):
    (tmp_path / "directory").symlink_to(tmp_path)
    assert read("file", path=str(link), state="file") is None
    assert read("file", path=str(tmp_path / "directory"), state="directory") is None


def test_a_link_is_as_wanted_where_it_says_what_is_wanted(tmp_path, link, file):
    assert read("file", path=str(link), state="link", src=str(file))["changed"] is False
    assert read("file", path=str(link), state="link", src="elsewhere") is None
    file.unlink()
    assert read("file", path=str(link), state="link", src=str(file)) is None, "the module refuses a link to nothing"
    assert read("file", path=str(link), state="link", src=str(file), force=True)["changed"] is False


def test_a_file_is_read_as_it_is(tmp_path):
    path = tmp_path / "bytes"
    content = bytes(range(256)) * 5
    path.write_bytes(content)
    told = read("slurp", src=str(path))
    assert base64.b64decode(told["content"]) == content
    path.write_bytes(b"")
    assert read("slurp", path=str(path))["content"] == ""


def test_a_file_that_is_missing_fails_as_the_module_does_and_a_directory_is_left_to_it(tmp_path):
    told = read("slurp", src=str(tmp_path / "missing"))
    assert told["failed"] is True
    assert told["msg"] == f"file not found: {tmp_path / 'missing'}"
    assert read("slurp", src=str(tmp_path)) is None


@pytest.mark.parametrize("module", ["stat", "file"])
def test_an_answer_that_is_no_answer_needs_the_module(module):
    options = {"path": "/x", "state": "file"} if module == "file" else {"path": "/x"}
    for output in ["", "stat: cannot statx '/x': Permission denied\n", "sudo: a password is required\n", "81a4 0 0\n"]:
        assert READERS[module].answer(options, output) is None
