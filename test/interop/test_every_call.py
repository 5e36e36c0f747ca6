"""Every call of the published API that Inlet serves was made by the tests before, and its answer read."""

from __future__ import annotations

import json
import re
from pathlib import Path

from client import NotingClient

CALLS = json.loads((Path(__file__).parent / "calls.json").read_text(encoding="utf-8"))


def unnamed(call: str) -> str:
    """Without the names of the path's parameters, which differ between the client's own calls."""
    return re.sub(r"\{\w+\}", "{}", call)


def test_every_call_was_answered() -> None:
    answered = {unnamed(call) for call in NotingClient.answered}
    assert [call for call in CALLS if unnamed(call) not in answered] == []
