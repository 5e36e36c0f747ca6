"""Updates and deletes of many documents."""

from __future__ import annotations

import pytest
from mixpeek.models.batch_delete_documents_request import BatchDeleteDocumentsRequest
from mixpeek.models.batch_update_documents_request import BatchUpdateDocumentsRequest
from mixpeek.models.bulk_update_documents_request import BulkUpdateDocumentsRequest
from mixpeek.models.document_create_request import DocumentCreateRequest

from client import Api

LOW = {"AND": [{"field": "n", "operator": "lt", "value": 3}]}


@pytest.fixture
def ids(api: Api, request: pytest.FixtureRequest) -> list[str]:
    """Five documents with n from 0 to 4, in a collection of the test's own."""
    bodies = [DocumentCreateRequest.from_dict({"metadata": {"n": n}}) for n in range(5)]
    return [api.documents.create_document(collection_of(request), body).document_id for body in bodies]


@pytest.fixture
def collection(request: pytest.FixtureRequest) -> str:
    return collection_of(request)


def collection_of(request: pytest.FixtureRequest) -> str:
    return request.node.name.removeprefix("test_")


def field(api: Api, collection: str, document_id: str, name: str) -> object:
    return api.documents.get_document(collection, document_id).additional_properties.get(name)


def test_update_by_ids(api: Api, collection: str, ids: list[str]) -> None:
    updates = [
        {"document_id": ids[0], "update_data": {"metadata": {"mark": "a"}}},
        {"document_id": "doc_nowhere", "update_data": {"metadata": {"mark": "b"}}},
    ]
    answer = api.documents.batch_update(collection, BatchUpdateDocumentsRequest.from_dict({"updates": updates}))
    assert (answer.updated_count, answer.failed_count) == (1, 1)
    assert [(each.document_id, each.success) for each in answer.results] == [(ids[0], True), ("doc_nowhere", False)]
    assert answer.results[1].error
    assert (field(api, collection, ids[0], "mark"), field(api, collection, ids[0], "n")) == ("a", 0)


def test_update_by_filters(api: Api, collection: str, ids: list[str]) -> None:
    body = BatchUpdateDocumentsRequest.from_dict({"filters": LOW, "update_data": {"mark": "low"}})
    assert api.documents.batch_update(collection, body).updated_count == 3
    assert [field(api, collection, each, "mark") for each in ids] == ["low", "low", "low", None, None]


def test_bulk_update(api: Api, collection: str, ids: list[str]) -> None:
    body = BulkUpdateDocumentsRequest.from_dict({"filters": LOW, "update_data": {"metadata": {"n": None}}})
    answer = api.documents.bulk_update(collection, body)
    assert answer.updated_count == 3
    assert [field(api, collection, each, "n") for each in ids] == [None, None, None, 3, 4]


def test_delete_by_ids(api: Api, collection: str, ids: list[str]) -> None:
    body = BatchDeleteDocumentsRequest(document_ids=[ids[0], "doc_nowhere"], reason="not needed")
    answer = api.documents.batch_delete(collection, body)
    assert (answer.deleted_count, answer.failed_count) == (1, 1)
    assert [(each.document_id, each.success) for each in answer.results] == [(ids[0], True), ("doc_nowhere", False)]
    assert api.documents.count_documents(collection).count == 4


def test_delete_by_filters(api: Api, collection: str, ids: list[str]) -> None:
    answer = api.documents.batch_delete(collection, BatchDeleteDocumentsRequest.from_dict({"filters": LOW}))
    assert answer.deleted_count == 3
    assert api.documents.count_documents(collection).count == len(ids) - 3
