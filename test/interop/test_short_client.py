"""The short form of the client (`Mixpeek`), for what of it Inlet serves."""

from __future__ import annotations

import os

import mixpeek
import pytest

from client import OPERATOR_KEY


@pytest.fixture(scope="module")
def short() -> mixpeek.Mixpeek:
    return mixpeek.Mixpeek(OPERATOR_KEY, namespace="short", base_url=f"{os.environ['INLET_TEST_URL']}/v1")


def test_own_vectors(short: mixpeek.Mixpeek) -> None:
    configs = [{"name": "dense", "dimension": 2, "metric": "cosine"}]
    made = short.namespaces.create(name="short", vector_configs=configs)
    assert (made.mode, made.vector_configs) == ("standalone", configs)
    assert short.namespaces.get("short").namespace_id == made.namespace_id
    documents = [{"document_id": f"doc_{n}", "vectors": {"dense": [1.0, n]}, "payload": {"n": n}} for n in range(3)]
    assert short.namespaces.documents.upsert(namespace_id="short", documents=documents).inserted == 3
    listed = short.documents.list("default", sort={"field": "n", "direction": "desc"}, page_size=2)
    assert [each.n for each in listed.results] == [2, 1]
    assert "short" in [each.namespace_name for each in short.namespaces.list().results]


def test_documents_and_collections(short: mixpeek.Mixpeek) -> None:
    made = short.collections.create(name="talks", source={"type": "none"}, metadata={"team": "a"})
    assert short.collections.get("talks").collection_id == made.collection_id
    assert short.collections.update("talks", description="Talks").description == "Talks"
    assert "talks" in [each.collection_name for each in short.collections.list().results]
    changed = short.documents.update("default", "doc_0", update_data={"metadata": {"title": "Zero"}})
    assert (changed.title, short.documents.get("default", "doc_0").title) == ("Zero", "Zero")
    updates = [{"document_id": "doc_1", "update_data": {"title": "One"}}]
    assert short.documents.batch_update("default", updates=updates).updated_count == 1
    queries = [{"vector_name": "dense", "vector": [1.0, 2.0]}]
    found = short.documents.search(queries=queries, collection_ids=["default"], page_size=2)
    assert [each.document.document_id for each in found.results] == ["doc_2", "doc_1"]
    assert short.documents.delete("default", "doc_2").success is True
    assert short.collections.delete("talks").success is True
    assert short.namespaces.delete("short").success is True
