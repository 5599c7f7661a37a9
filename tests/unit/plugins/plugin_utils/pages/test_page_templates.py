"""What a template is given is text, in content and in attributes; nothing it is given can leave them."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from ansible_collections.tierstack.librechat.plugins.plugin_utils.pages.environment import PAGES
from hypothesis import given
from hypothesis import strategies as st

MACROS = PAGES.get_template("macros.html.j2").module
ANY = PAGES.from_string('<p title="[[ text ]]">[[ text ]]</p>')


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Cn"))))
def test_any_text_can_be_content_and_attribute(text):
    element = ElementTree.fromstring(ANY.render(text=text))
    assert (element.text or "") == text
    assert element.get("title") == text


def test_text_is_escaped_once():
    row = {"name": "<&>", "state": "<i>", "why": "a & b", "class": '"'}
    text = MACROS.table({"name": "<Name>", "state": "State", "why": "Why"}, [row], code="name", badge="state")
    assert "<code>&lt;&amp;&gt;</code>" in text
    assert '<span class="badge &lt;i&gt;">&lt;i&gt;</span>' in text
    assert '<td class="why">a &amp; b</td>' in text
    assert '<tr class="&#34;">' in text
    assert '<th scope="col">&lt;Name&gt;</th>' in text


@pytest.mark.parametrize("name", PAGES.list_templates())
def test_no_template_takes_text_for_markup(name):
    source, _path, _changed = PAGES.loader.get_source(PAGES, name)
    assert not re.search(r"\|\s*safe|autoescape", source)
