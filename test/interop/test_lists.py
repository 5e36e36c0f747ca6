"""Lists of documents, their pages, counts and distinct values."""

from __future__ import annotations

import json

import pytest
from mixpeek.models.batch_get_documents_request import BatchGetDocumentsRequest
from mixpeek.models.batch_list_documents_request import BatchListDocumentsRequest
from mixpeek.models.distinct_values_request import DistinctValuesRequest
from mixpeek.models.document_create_request import DocumentCreateRequest
from mixpeek.models.list_documents_request import ListDocumentsRequest
from mixpeek.models.list_documents_response import ListDocumentsResponse
from mixpeek.models.namespace_list_documents_request import NamespaceListDocumentsRequest

from client import Api

FILMS = [
    ("Jaws", 1975, "en"),
    ("Solaris", 1972, "ru"),
    ("Ran", 1985, "ja"),
    ("Alien", 1979, "en"),
    ("Ikiru", 1952, "ja"),
]
JAPANESE = {"AND": [{"field": "language", "operator": "eq", "value": "ja"}]}


@pytest.fixture(scope="module", autouse=True)
def films(api: Api) -> None:
    for title, year, language in FILMS:
        body = {"metadata": {"title": title, "year": year, "language": language}, "vectors": {"embedding": [1.0, year]}}
        api.documents.create_document("films", DocumentCreateRequest.from_dict(body))
    api.documents.create_document("books", DocumentCreateRequest.from_dict({"metadata": {"title": "Emma"}}))


def titles(answer: ListDocumentsResponse) -> list[str]:
    return [document.additional_properties["title"] for document in answer.results]


def films_of(api: Api, **body: object) -> ListDocumentsResponse:
    return api.documents.list_documents("films", list_documents_request=ListDocumentsRequest.from_dict(body))


def test_filters_and_sorts(api: Api) -> None:
    found = films_of(api, filters=JAPANESE, sort={"field": "year", "direction": "desc"})
    assert titles(found) == ["Ran", "Ikiru"]
    either = {
        "OR": [
            {"field": "year", "operator": "lt", "value": 1960},
            {"field": "title", "operator": "contains", "value": "lie"},
        ],
        "NOT": [{"field": "language", "operator": "in", "value": ["ru"]}],
    }
    assert sorted(titles(films_of(api, filters=either))) == ["Alien", "Ikiru"]


def test_pages_by_cursor_hold_each_document_once(api: Api) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        page = films_of(api, limit=2, cursor=cursor, sort={"field": "title"}, include_total=True)
        seen += titles(page)
        assert page.pagination.total == len(FILMS)
        cursor = page.pagination.next_cursor
        if cursor is None:
            break
    assert seen == sorted(title for title, _, _ in FILMS)


def test_pages_by_number(api: Api) -> None:
    pages = [
        titles(api.documents.list_documents("films", page=page, page_size=2, sort="title", include_total=True))
        for page in (1, 2, 3)
    ]
    assert pages == [["Alien", "Ikiru"], ["Jaws", "Ran"], ["Solaris"]]


def test_what_is_returned_can_be_chosen(api: Api) -> None:
    (document,) = films_of(
        api, filters={"AND": [{"field": "title", "value": "Ran"}]}, select=["year"], return_vectors=True
    ).results
    assert document.additional_properties["year"] == 1985
    assert "title" not in document.additional_properties
    assert document.additional_properties["vectors"]["embedding"] == pytest.approx([1.0, 1985.0], rel=1e-6)


def test_groups(api: Api) -> None:
    grouped = films_of(api, group_by="language", limit=10)
    assert {group.group_key: group.count for group in grouped.groups} == {"en": 2, "ja": 2, "ru": 1}
    assert grouped.group_by_field == "language"
    assert all(len(group.documents) == group.count for group in grouped.groups)


def test_partitions_are_disjoint_and_whole(api: Api) -> None:
    parts = [titles(films_of(api, partition={"index": index, "count": 2})) for index in (0, 1)]
    assert sorted(parts[0] + parts[1]) == sorted(title for title, _, _ in FILMS)


def test_the_get_form_takes_the_query(api: Api) -> None:
    by_query = api.documents.list_documents_0("films", filters=json.dumps(JAPANESE), sort="-year", limit=1)
    assert titles(by_query) == ["Ran"]


def test_a_list_of_the_namespace_names_its_collections(api: Api) -> None:
    everything = api.namespace_documents.list_documents_ns(limit=100)
    assert len(everything.results) == len(FILMS) + 1
    body = {"collection_ids": ["books", "nowhere"]}
    some = api.namespace_documents.list_documents_ns(
        namespace_list_documents_request=NamespaceListDocumentsRequest.from_dict(body)
    )
    assert titles(some) == ["Emma"]
    assert some.unknown_collection_ids == ["nowhere"]


def test_several_lists_at_once_each_with_its_error(api: Api) -> None:
    queries = [
        {"key": "old", "request": {"filters": {"AND": [{"field": "year", "operator": "lt", "value": 1960}]}}},
        {"key": "bad", "request": {"filters": {"AND": [{"field": "year", "operator": "regex", "value": "("}]}}},
    ]
    answer = api.namespace_documents.list_documents_batch(BatchListDocumentsRequest.from_dict({"queries": queries}))
    old, bad = answer.results
    assert (old.key, titles(old.response), old.error) == ("old", ["Ikiru"], None)
    assert (bad.key, bad.response) == ("bad", None)
    assert bad.error


def test_many_by_their_ids(api: Api) -> None:
    ids = [document.document_id for document in films_of(api, limit=3).results]
    body = BatchGetDocumentsRequest(document_ids=[*ids, "doc_nowhere"])
    answer = api.namespace_documents.batch_get(body)
    assert [document.document_id for document in answer.documents] == ids
    assert answer.not_found == ["doc_nowhere"]


def test_counts_and_distinct_values(api: Api) -> None:
    counted = api.documents.count_documents("films")
    assert (counted.count, counted.collection_id.startswith("col_")) == (len(FILMS), True)
    asked = DistinctValuesRequest.from_dict({"field": "language", "limit": 2})
    distinct = api.documents.distinct_document_values("films", asked)
    assert [(each.value, each.count) for each in distinct.values] == [("en", 2), ("ja", 2)]
    assert (distinct.var_field, distinct.total_distinct) == ("language", 3)
