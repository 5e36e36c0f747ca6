"""What documents were made from, and what was made from them."""

from __future__ import annotations

import pytest
from mixpeek.models.document_create_request import DocumentCreateRequest

from client import Api


@pytest.fixture(scope="module", autouse=True)
def family(api: Api) -> dict[str, str]:
    """film -> scene -> frame, of the object obj_film; their ids."""
    ids: dict[str, str] = {}
    root = {"root_object_id": "obj_film", "root_bucket_id": "bkt", "features": [{"feature_extractor_id": "video_v1"}]}
    for name, above in (("film", None), ("scene", "film"), ("frame", "scene")):
        body = root if above is None else {"source_document_id": ids[above]}
        ids[name] = api.documents.create_document(f"{name}s", DocumentCreateRequest.from_dict(body)).document_id
    return ids


def test_the_chain(api: Api, family: dict[str, str]) -> None:
    answer = api.lineage.get_document_lineage("frames", family["frame"])
    assert (answer.document_id, answer.depth, answer.total_steps, answer.message) == (family["frame"], 3, 3, None)
    assert answer.lineage.root_object_id == "obj_film"
    assert answer.lineage.source_document_id == family["scene"]
    steps = answer.lineage.lineage_chain
    assert [step.document_id for step in steps] == [family["film"], family["scene"], family["frame"]]
    assert steps[0].feature_extractor_id == "video_v1"


def test_above_and_below(api: Api, family: dict[str, str]) -> None:
    above = api.documents.get_document_ancestors("frames", family["frame"])
    assert [document.document_id for document in above] == [family["film"], family["scene"]]
    below = api.documents.get_document_descendants("films", family["film"])
    assert [document.document_id for document in below] == [family["scene"], family["frame"]]
    assert below[1].internal.lineage.root_object_id == "obj_film"


def test_the_documents_of_an_object(api: Api, family: dict[str, str]) -> None:
    answer = api.lineage.get_documents_by_object("obj_film")
    assert {each["document_id"] for each in answer["documents"]} == set(family.values())
    some = api.lineage.get_documents_by_object("obj_film", collection_ids=["films", "frames"])
    assert {each["document_id"] for each in some["documents"]} == {family["film"], family["frame"]}


def test_the_tree_of_an_object(api: Api, family: dict[str, str]) -> None:
    tree = api.lineage.get_decomposition_tree_objects("obj_film", include_document_ids=True)
    assert tree["object_id"] == "obj_film"
    assert all(each in str(tree) for each in family.values())
    assert family["frame"] not in str(
        api.lineage.get_decomposition_tree_objects("obj_film", include_document_ids=False)
    )
