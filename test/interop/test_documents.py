"""One document: made, read, changed, deleted, in its collection and by the namespace."""

from __future__ import annotations

import pytest
from mixpeek import exceptions
from mixpeek.models.document_create_request import DocumentCreateRequest
from mixpeek.models.document_response import DocumentResponse

from client import Api

VECTOR = [0.25, -0.5, 0.75, 1.0]
FULL = {
    "root_object_id": "obj_talk",
    "root_bucket_id": "bkt_talks",
    "source_type": "bucket",
    "source_object_id": "obj_talk",
    "content_hash": "sha256:00",
    "document_schema_version": "v1",
    "lineage_chain": [
        {"collection_id": "col_above", "feature_extractor_id": "split_v1", "timestamp": "2024-05-07T09:00:00Z"}
    ],
    "metadata": {"title": "On tides", "year": 2024, "tags": ["sea", "moon"], "none": None, "a.b": {"c": 1.5}},
    "features": [
        {"feature_extractor_id": "text_extractor_v1", "payload": {"pages": 3}, "vectors": {"embedding": VECTOR}},
        {"feature_extractor_id": "words_v1", "vectors": {"indices": [3, 17], "values": [0.5, 2.0]}},
        {"feature_extractor_id": "late_v1", "vectors": {"tokens": [[1.0, 2.0], [3.0, 4.5]]}},
    ],
}


def create(api: Api, body: dict, collection: str = "talks") -> DocumentResponse:
    return api.documents.create_document(collection, DocumentCreateRequest.from_dict(body))


@pytest.fixture(scope="module")
def talk(api: Api) -> DocumentResponse:
    return create(api, FULL)


def test_create_answers_the_whole_document(talk: DocumentResponse) -> None:
    assert talk.document_id.startswith("doc_")
    assert talk.collection_id.startswith("col_")
    assert talk.additional_properties["title"] == "On tides"
    assert talk.additional_properties["a.b"] == {"c": 1.5}
    assert "none" in talk.additional_properties
    assert talk.additional_properties["none"] is None
    internal = talk.internal
    assert internal is not None
    assert internal.document_id == talk.document_id
    assert internal.collection_id == talk.collection_id
    assert internal.content_hash == "sha256:00"
    assert internal.created_at == internal.updated_at
    assert internal.metadata["ingestion_status"] == "COMPLETED"
    lineage = internal.lineage
    assert lineage is not None
    assert (lineage.root_object_id, lineage.root_bucket_id, lineage.source_type) == ("obj_talk", "bkt_talks", "bucket")
    assert lineage.path == f"bkt_talks/{talk.collection_id}"
    assert lineage.chain[0]["feature_extractor_id"] == "split_v1"


def test_read_gives_back_what_was_written(api: Api, talk: DocumentResponse) -> None:
    plain = api.documents.get_document("talks", talk.document_id)
    assert plain.additional_properties["tags"] == ["sea", "moon"]
    assert "vectors" not in plain.additional_properties
    found = api.documents.get_document(talk.collection_id, talk.document_id, return_vectors=True)
    assert found.additional_properties["vectors"] == {
        "text_extractor_v1_embedding": pytest.approx(VECTOR, rel=1e-6),
        "words_v1_sparse": {"indices": [3, 17], "values": [0.5, 2.0]},
        "late_v1_tokens": [pytest.approx([1.0, 2.0], rel=1e-6), pytest.approx([3.0, 4.5], rel=1e-6)],
    }
    named = api.documents.get_document("talks", talk.document_id, return_vector_names="true")
    names = ["late_v1_tokens", "text_extractor_v1_embedding", "words_v1_sparse"]
    assert sorted(named.additional_properties["_vectors"]) == names
    two = f"{names[0]},{names[2]}"
    some = api.documents.get_document("talks", talk.document_id, return_vectors=True, return_vector_names=two)
    assert sorted(some.additional_properties["vectors"]) == [names[0], names[2]]
    assert sorted(some.additional_properties["_vectors"]) == [names[0], names[2]]


def test_the_namespace_finds_it_too(api: Api, talk: DocumentResponse) -> None:
    found = api.namespace_documents.get_document_ns(talk.document_id, return_vectors=True, return_vector_names="true")
    assert found.collection_id == talk.collection_id
    assert set(found.additional_properties["vectors"]) == set(found.additional_properties["_vectors"])


def test_blobs_come_back_as_their_model(api: Api) -> None:
    blob = {"field": "video", "url": "https://example.com/a.mp4", "type": "video", "size_bytes": 12}
    made = create(api, {"document_blobs": [blob]})
    found = api.documents.get_document("talks", made.document_id, return_presigned_urls=True)
    (read,) = found.document_blobs
    assert (read.var_field, read.url, read.type, read.role, read.size_bytes) == (
        "video",
        "https://example.com/a.mp4",
        "video",
        "source",
        12,
    )


@pytest.mark.parametrize("method", ["patch_document", "update_document"])
def test_patch_and_put_in_the_collection_merge(api: Api, method: str) -> None:
    made = create(api, {"metadata": {"keep": 1, "change": 1, "drop": 1}, "vectors": {"embedding": [1.0, 2.0]}})
    changed = getattr(api.documents, method)("talks", made.document_id, {"metadata": {"change": 2, "drop": None}})
    fields = changed.additional_properties
    assert (fields["keep"], fields["change"], "drop" in fields) == (1, 2, False)
    assert changed.internal.created_at == made.internal.created_at
    assert changed.internal.updated_at > made.internal.updated_at
    after = api.documents.get_document("talks", made.document_id, return_vectors=True)
    assert after.additional_properties["vectors"] == {"embedding": pytest.approx([1.0, 2.0], rel=1e-6)}


@pytest.mark.parametrize("method", ["patch_document_ns", "update_document_ns"])
def test_patch_and_put_by_the_namespace_merge(api: Api, method: str) -> None:
    made = create(api, {"metadata": {"keep": 1, "review": {"by": "ada", "score": 1}}})
    body = {"metadata.review.score": 4}
    changed = getattr(api.namespace_documents, method)(made.document_id, body)
    assert changed.additional_properties["review"] == {"by": "ada", "score": 4}
    assert changed.additional_properties["keep"] == 1


def test_delete_takes_one_away(api: Api) -> None:
    made = create(api, {"metadata": {"title": "gone"}})
    answer = api.documents.delete_document("talks", made.document_id)
    assert (answer.success, answer.message) == (True, "Successfully deleted")
    with pytest.raises(exceptions.NotFoundException):
        api.documents.get_document("talks", made.document_id)


def test_diagnostics_say_whether_searches_find_it(api: Api, talk: DocumentResponse) -> None:
    told = api.documents.get_document_diagnostics("talks", talk.document_id)
    assert (told.document_id, told.collection_id, told.source_object_id) == (
        talk.document_id,
        talk.collection_id,
        "obj_talk",
    )
    assert told.visibility_reason.searchable is True
    assert "text_extractor_v1_embedding" in told.visibility_reason.reason
    assert told.recent_failures.failures == []
    assert told.diagnostic_history.entries[0].timestamp == talk.internal.created_at
    bare = create(api, {})
    assert api.documents.get_document_diagnostics("talks", bare.document_id).visibility_reason.searchable is False


def test_a_dry_run_says_what_a_create_would(api: Api, talk: DocumentResponse) -> None:
    before = api.documents.count_documents("talks").count
    good = {"metadata": {"title": "A"}, "vectors": {"text_extractor_v1_embedding": VECTOR}}
    assert api.documents.validate_document_schema("talks", good) == {
        "collection_id": talk.collection_id,
        "valid": True,
        "violations": [],
    }
    bad = {"vectors": {"text_extractor_v1_embedding": [1.0]}}
    verdict = api.documents.validate_document_schema("talks", bad)
    assert (verdict["valid"], verdict["violations"][0]["path"]) == (False, "vectors.text_extractor_v1_embedding")
    assert api.documents.count_documents("talks").count == before
