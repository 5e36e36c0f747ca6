"""Namespaces, also such for one's own vectors."""

from __future__ import annotations

import pytest
from mixpeek import exceptions
from mixpeek.models.byo_upsert_request import BYOUpsertRequest
from mixpeek.models.create_namespace_request import CreateNamespaceRequest
from mixpeek.models.create_standalone_namespace_request_model import CreateStandaloneNamespaceRequestModel
from mixpeek.models.list_namespaces_request import ListNamespacesRequest
from mixpeek.models.namespace_model import NamespaceModel
from mixpeek.models.patch_namespace_request import PatchNamespaceRequest
from mixpeek.models.update_namespace_request import UpdateNamespaceRequest

from client import OPERATOR_KEY, Api

ARTICLES = {
    "namespace_name": "articles",
    "description": "News",
    "feature_extractors": [{"feature_extractor_name": "text_extractor", "version": "v1"}],
    "vector_configs": [{"name": "title", "dimension": 4, "metric": "dot"}],
    "payload_indexes": [
        {"field_name": "metadata.language", "type": "keyword"},
        {
            "field_name": "body",
            "type": "text",
            "field_schema": {"type": "text", "tokenizer": "word", "min_token_len": 2, "lowercase": True},
        },
        {"field_name": "year", "type": "integer", "field_schema": {"type": "integer", "lookup": True, "range": True}},
    ],
    "auto_create_indexes": True,
}


@pytest.fixture(scope="module")
def api() -> Api:
    return Api(OPERATOR_KEY)


@pytest.fixture(scope="module")
def articles(api: Api) -> NamespaceModel:
    return api.namespaces.create_namespace(CreateNamespaceRequest.from_dict(ARTICLES))


def test_create_answers_all_that_was_said(articles: NamespaceModel) -> None:
    assert articles.namespace_id.startswith("ns_")
    assert (articles.namespace_name, articles.description) == ("articles", "News")
    assert articles.namespace_ready is True
    assert articles.feature_extractors[0].feature_extractor_id == "text_extractor_v1"
    assert articles.vector_configs == ARTICLES["vector_configs"]
    declared = {index.field_name: index.type for index in articles.payload_indexes}
    assert declared == {"language": "keyword", "body": "text", "year": "integer"}
    assert articles.payload_index_count >= 3
    assert (articles.document_count, articles.collection_count, articles.auto_create_indexes) == (0, 0, True)


def test_read_by_id_and_by_name(api: Api, articles: NamespaceModel) -> None:
    for name in (articles.namespace_id, "articles"):
        assert api.namespaces.get_namespace(name).namespace_id == articles.namespace_id


def test_lists(api: Api, articles: NamespaceModel) -> None:
    whole = api.namespaces.list_namespaces_get(limit=100)
    assert articles.namespace_id in [each.namespace_id for each in whole.results]
    assert whole.total_count == whole.pagination.total == len(whole.results)
    asked = ListNamespacesRequest.from_dict({"search": "ARTIC", "page_size": 5})
    found = api.namespaces.list_namespaces(list_namespaces_request=asked)
    assert [each.namespace_name for each in found.results] == ["articles"]
    assert found.stats.total_documents == 0
    assert api.namespaces.list_namespaces(limit=100).total_count == whole.total_count


def test_patch_and_put(api: Api) -> None:
    made = api.namespaces.create_namespace(CreateNamespaceRequest(namespace_name="drafts"))
    changed = api.namespaces.patch_namespace("drafts", PatchNamespaceRequest(description="Unfinished"))
    assert (changed.namespace_id, changed.description) == (made.namespace_id, "Unfinished")
    body = {"namespace_name": "sketches", "payload_indexes": [{"field_name": "year", "type": "integer"}]}
    renamed = api.namespaces.update_namespace("drafts", UpdateNamespaceRequest.from_dict(body))
    assert (renamed.namespace_id, renamed.namespace_name, renamed.description) == (
        made.namespace_id,
        "sketches",
        "Unfinished",
    )
    assert [index.field_name for index in renamed.payload_indexes] == ["year"]
    with pytest.raises(exceptions.NotFoundException):
        api.namespaces.get_namespace("drafts")


def test_stats_and_indexes(api: Api, articles: NamespaceModel) -> None:
    stats = api.namespaces.get_namespace_stats("articles")
    assert (stats.namespace_id, stats.document_count, stats.collection_count) == (articles.namespace_id, 0, 0)
    ensured = api.namespaces.ensure_namespace_indexes("articles", force_rebuild=False)
    assert ensured["namespace_id"] == articles.namespace_id
    assert {"language", "body", "year"} <= set(ensured["indexes"])
    assert ensured["created"] == []


def test_delete(api: Api) -> None:
    api.namespaces.create_namespace(CreateNamespaceRequest(namespace_name="doomed"))
    assert api.namespaces.delete_namespace("doomed", force=True)["success"] is True
    with pytest.raises(exceptions.NotFoundException):
        api.namespaces.get_namespace_stats("doomed")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ttl_seconds", 3600),
        ("adaptive_indexing", True),
        ("features", ["text"]),
        ("namespace_type", "marketplace"),
        ("scope", "system"),
    ],
)
def test_what_inlet_has_not_is_refused_and_named(api: Api, field: str, value: object) -> None:
    body = CreateNamespaceRequest.from_dict({"namespace_name": "unheard-of", field: value})
    with pytest.raises(exceptions.UnprocessableEntityException) as refused:
        api.namespaces.create_namespace(body)
    assert f'"path":"{field}' in refused.value.body
    assert "Inlet does not have" in refused.value.body
    with pytest.raises(exceptions.NotFoundException):
        api.namespaces.get_namespace("unheard-of")


def test_own_vectors(api: Api) -> None:
    body = {"namespace_id": "own-vectors", "vector_configs": [{"name": "dense", "dimension": 3, "metric": "cosine"}]}
    made = api.own_documents.create_standalone_namespace(CreateStandaloneNamespaceRequestModel.from_dict(body))
    assert (made.mode, made.status, made.document_count) == ("standalone", "active", 0)
    assert made.vector_configs == body["vector_configs"]
    documents = [
        {
            "document_id": "doc_own",
            "vectors": {
                "dense": [1.0, 2.0, 2.0],
                "words": {"indices": [5, 9], "values": [0.5, 1.5]},
                "late": [[1.0, 0.5]],
            },
            "payload": {"title": "Mine"},
            "metadata": {"year": 2024},
            "source_type": "direct_upsert",
        }
    ]
    upsert = BYOUpsertRequest.from_dict({"documents": documents, "options": {"idempotency_key": "once"}})
    done = api.own_documents.upsert_documents_byo_namespaces(made.namespace_id, upsert)
    assert (done.inserted, done.document_ids) == (1, ["doc_own"])
    assert done.consistency.retriever_visible == "immediate"
    found = api.own_documents.get_document_byo_namespaces(made.namespace_id, "doc_own", return_vectors=True)
    assert (found["title"], found["year"]) == ("Mine", 2024)
    assert found["vectors"]["dense"] == pytest.approx([1.0, 2.0, 2.0], rel=1e-6)
    assert found["vectors"]["words"] == {"indices": [5, 9], "values": [0.5, 1.5]}
    assert found["_internal"]["lineage"]["source_type"] == "direct_upsert"
