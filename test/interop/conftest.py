from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from client import OPERATOR_KEY, Api

numbers = itertools.count(1)


@pytest.fixture(scope="module")
def namespace() -> Iterator[str]:
    """A namespace of the module's own, which the first write makes."""
    yield f"interop-{next(numbers)}"


@pytest.fixture(scope="module")
def api(namespace: str) -> Api:
    return Api(OPERATOR_KEY, namespace)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What asks whether every call was made comes last."""
    items.sort(key=lambda item: item.path.name == "test_every_call.py")
