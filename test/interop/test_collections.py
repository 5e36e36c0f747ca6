"""Collections of a namespace."""

from __future__ import annotations

import pytest
from mixpeek import exceptions
from mixpeek.models.collection_response import CollectionResponse
from mixpeek.models.create_collection_request import CreateCollectionRequest
from mixpeek.models.document_create_request import DocumentCreateRequest
from mixpeek.models.list_collections_request import ListCollectionsRequest

from client import Api

FRAMES = {
    "collection_name": "frames",
    "description": "Pictures of films",
    "source": {"type": "bucket", "bucket_ids": ["bkt_films"]},
    "input_schema": {"properties": {"title": {"type": "string", "required": True}}},
    "feature_extractor": {"feature_extractor_name": "image_extractor", "version": "v1", "params": {"size": 224}},
    "metadata": {"team": "video"},
    "enabled": True,
}


@pytest.fixture(scope="module", autouse=True)
def frames(api: Api) -> CollectionResponse:
    """A first write makes the namespace."""
    made = api.collections.create_collection(CreateCollectionRequest.from_dict(FRAMES))
    features = [{"feature_extractor_id": "image_extractor_v1", "vectors": {"embedding": [1.0, 2.0, 3.0]}}]
    api.documents.create_document("frames", DocumentCreateRequest.from_dict({"features": features}))
    return made


def test_create_answers_all_that_was_said(frames: CollectionResponse) -> None:
    assert frames.collection_id.startswith("col_")
    assert (frames.collection_name, frames.description) == ("frames", "Pictures of films")
    assert (frames.metadata, frames.enabled, frames.document_count) == ({"team": "video"}, True, 0)
    assert (frames.source.type, frames.source.bucket_ids) == ("bucket", ["bkt_films"])
    assert frames.feature_extractor.feature_extractor_id == "image_extractor_v1"
    assert frames.feature_extractor.params == {"size": 224}
    assert frames.input_schema.properties["title"].required is True


def test_read_by_id_and_by_name(api: Api, frames: CollectionResponse) -> None:
    for name in (frames.collection_id, "frames"):
        found = api.collections.get_collection(name)
        assert (found.collection_id, found.document_count) == (frames.collection_id, 1)
        assert found.created_at == frames.created_at


def test_its_vectors_by_extractor(api: Api) -> None:
    (feature,) = api.collections.describe_collection_features("frames").features
    assert (feature.feature_extractor_name, feature.version) == ("image_extractor", "v1")
    index = feature.vector_index
    assert (index.name, index.dimensions, index.type, index.distance) == (
        "image_extractor_v1_embedding",
        3,
        "dense",
        "cosine",
    )


def test_lists(api: Api) -> None:
    for number in range(3):
        body = {"collection_name": f"list-{number}", "source": {"type": "none"}}
        api.collections.create_collection(CreateCollectionRequest.from_dict(body))
    whole = api.collections.list_collections_get(search="LIST-", limit=2)
    assert (whole.total_count, len(whole.results), whole.pagination.total_pages) == (3, 2, 2)
    rest = api.collections.list_collections_get(search="list-", limit=2, cursor=whole.pagination.next_cursor)
    assert len(rest.results) == 1
    asked = {"filters": {"collection_name": "frames"}, "sort": {"field": "collection_name", "direction": "asc"}}
    found = api.collections.list_collections(list_collections_request=ListCollectionsRequest.from_dict(asked))
    assert [each.collection_name for each in found.results] == ["frames"]
    assert found.stats.total_documents == 1
    assert api.collections.list_collections(limit=100).total_count >= 4


def test_patch_sets_what_is_sent(api: Api) -> None:
    body = {"collection_name": "patched", "description": "before", "source": {"type": "none"}}
    made = api.collections.create_collection(CreateCollectionRequest.from_dict(body))
    changed = api.collections.update_collection("patched", {"collection_name": "renamed", "description": None})
    assert (changed.collection_id, changed.collection_name, changed.description) == (
        made.collection_id,
        "renamed",
        None,
    )
    with pytest.raises(exceptions.NotFoundException):
        api.collections.get_collection("patched")


def test_delete_takes_its_documents_along(api: Api) -> None:
    body = DocumentCreateRequest.from_dict({"metadata": {"title": "gone"}})
    made = api.documents.create_document("doomed", body)
    assert api.collections.delete_collection("doomed")["success"] is True
    for read in (
        lambda: api.collections.get_collection("doomed"),
        lambda: api.namespace_documents.get_document_ns(made.document_id),
    ):
        with pytest.raises(exceptions.NotFoundException):
            read()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("schedule", {"trigger_type": "cron", "schedule_config": {"cron_expression": "0 0 * * *"}}),
        ("taxonomy_applications", [{"taxonomy_id": "tax_1"}]),
        ("cluster_applications", [{"cluster_id": "clu_1"}]),
        ("features", ["text"]),
        ("embedding_task", "clustering"),
    ],
)
def test_what_inlet_has_not_is_refused_and_named(api: Api, field: str, value: object) -> None:
    body = {"collection_name": "unheard-of", "source": {"type": "none"}, field: value}
    with pytest.raises(exceptions.UnprocessableEntityException) as refused:
        api.collections.create_collection(CreateCollectionRequest.from_dict(body))
    assert f'"path":"{field}' in refused.value.body
    assert "Inlet does not have" in refused.value.body
    with pytest.raises(exceptions.NotFoundException):
        api.collections.get_collection("unheard-of")
