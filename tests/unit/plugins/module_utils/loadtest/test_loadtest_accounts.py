"""Numbered accounts, made in blocks."""

from __future__ import annotations

from ansible_collections.tierstack.librechat.plugins.module_utils.loadtest.accounts import (
    address,
    blocks,
    first_missing,
)
from hypothesis import given
from hypothesis import strategies as st


@given(st.integers(1, 3000))
def test_blocks_hold_at_least_as_many_accounts_as_wanted(count):
    numbers = [number for block in blocks(count) for number in block]
    assert numbers == list(range(1, len(numbers) + 1))
    assert count <= len(numbers) < count + 10


@given(st.integers(1, 3000), st.integers(0, 400))
def test_the_first_missing_block_is_found_by_few_logins(count, there):
    wanted, asked = blocks(count), []

    def is_there(block):
        asked.append(block)
        return block[-1] <= 10 * there

    assert first_missing(wanted, is_there) == min(there, len(wanted))
    assert len(asked) <= 10


def test_each_account_has_an_address_of_its_own():
    assert len({address(number) for number in range(1, 3001)}) == 3000
