# Copyright (c) 2026 The tierstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers of an upstream in the text of an Nginx configuration. No input or output here."""

from __future__ import annotations

import re

TOKEN = re.compile(
    r"""
    (?P<space>\s+|\#[^\n]*)
    |(?P<sign>[{};])
    |(?P<word>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?:\\.|\$\{[^}]*\}|[^\s{};\\])+|.)
    """,
    re.DOTALL | re.VERBOSE,
)


def directives(text):
    """Yield each simple directive as ``(blocks, words)``.

    Blocks are the heads of the blocks around it, from the outside, each a list of words as texts; words are the
    matches, which know where they are in the text.
    """
    blocks, words = [], []
    for token in TOKEN.finditer(text):
        if token["word"]:
            words.append(token)
        elif token["sign"]:
            if token["sign"] == "{":
                blocks.append([word[0] for word in words])
            elif token["sign"] == ";":
                yield blocks, words
            elif blocks:
                blocks.pop()
            words = []


def server_lines(text, upstream):
    """Yield the words of each ``server`` directive of the upstream."""
    for blocks, words in directives(text):
        if blocks and blocks[-1] == ["upstream", upstream] and words and words[0][0] == "server":
            yield words


def switch(text, upstream, servers, state):
    """Take servers out of an upstream, or put them back; every other byte stays.

    :param text: an Nginx configuration
    :param servers: addresses, as the configuration has them
    :param state: ``up`` or ``down``
    :returns: the new text
    """
    parts, position = [], 0
    for words in server_lines(text, upstream):
        marks = [number for number, word in enumerate(words) if word[0] == "down"]
        if words[1][0] not in servers or bool(marks) == (state == "down"):
            continue
        if state == "down":
            end = words[-1].end()
            parts += [text[position:end], " down"]
            position = end
        for mark in marks:
            parts.append(text[position : words[mark - 1].end()])
            position = words[mark].end()
    return "".join(parts) + text[position:]


def members(text, upstream):
    """Return the servers of an upstream: those that are up, and those that are down."""
    states = {words[1][0]: any(word[0] == "down" for word in words[2:]) for words in server_lines(text, upstream)}
    return (
        [server for server, is_down in states.items() if not is_down],
        [server for server, is_down in states.items() if is_down],
    )
