"""Refusals, as the client's exceptions and its model of an error."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from mixpeek import exceptions
from mixpeek.models.api_key_create_request import APIKeyCreateRequest
from mixpeek.models.batch_delete_documents_request import BatchDeleteDocumentsRequest
from mixpeek.models.create_namespace_request import CreateNamespaceRequest
from mixpeek.models.document_create_request import DocumentCreateRequest
from mixpeek.models.error_response import ErrorResponse

from client import OPERATOR_KEY, Api


def refusal(error: type[exceptions.ApiException], call: Callable[[], object]) -> ErrorResponse:
    """The error of a call that must be refused, read through the client's model."""
    with pytest.raises(error) as raised:
        call()
    read = ErrorResponse.from_dict(json.loads(raised.value.body))
    assert read.success is False
    assert read.status == raised.value.status
    assert read.error.message
    return read


def create(api: Api, body: dict) -> object:
    return api.documents.create_document("talks", DocumentCreateRequest.from_dict(body))


@pytest.fixture(scope="module", autouse=True)
def talk(api: Api) -> object:
    return create(api, {"vectors": {"embedding": [1.0, 2.0]}})


def test_400_without_a_namespace() -> None:
    error = refusal(exceptions.BadRequestException, lambda: create(Api(OPERATOR_KEY), {}))
    assert (error.status, error.error.type) == (400, "bad_request")


@pytest.mark.parametrize("key", [None, "sk_nobody_has_this_key", "no-key"])
def test_401_for_no_key_and_unknown_keys(namespace: str, key: str | None) -> None:
    api = Api(key, namespace)
    error = refusal(exceptions.UnauthorizedException, lambda: api.documents.count_documents("talks"))
    assert error.error.type == "authentication_error"


def test_403_for_what_a_key_may_not(api: Api, namespace: str) -> None:
    body = APIKeyCreateRequest(name="reader", permissions=["read"])
    reader = Api(api.keys.create_key_organizations_users_email("eve@example.com", body).key, namespace)
    assert reader.documents.count_documents("talks").count == 1
    assert refusal(exceptions.ForbiddenException, lambda: create(reader, {})).error.type == "permission_error"
    refusal(exceptions.ForbiddenException, lambda: reader.organizations.get_organization())
    assert api.documents.count_documents("talks").count == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda api: api.documents.get_document("talks", "doc_nowhere"),
        lambda api: api.documents.get_document("nowhere", "doc_nowhere"),
        lambda api: api.documents.patch_document("talks", "doc_nowhere", {"metadata": {"a": 1}}),
        lambda api: api.documents.delete_document("talks", "doc_nowhere"),
        lambda api: api.documents.get_document_diagnostics("talks", "doc_nowhere"),
        lambda api: api.namespace_documents.get_document_ns("doc_nowhere"),
        lambda api: api.lineage.get_document_lineage("talks", "doc_nowhere"),
        lambda api: api.collections.get_collection("nowhere"),
        lambda api: api.namespaces.get_namespace("nowhere"),
        lambda api: api.keys.delete_key_organizations_users_email_name("nobody@example.com", "none"),
    ],
)
def test_404_for_what_is_not_there(api: Api, call: Callable[[Api], object]) -> None:
    assert refusal(exceptions.NotFoundException, lambda: call(api)).error.type == "not_found"


def test_409_for_a_name_that_is_taken(api: Api) -> None:
    body = CreateNamespaceRequest(namespace_name="taken", description="one")
    api.namespaces.create_namespace(body)
    other = CreateNamespaceRequest(namespace_name="taken", description="two")
    error = refusal(exceptions.ConflictException, lambda: api.namespaces.create_namespace(other))
    assert (error.error.type, error.error.code) == ("conflict", "name_taken")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"title": "A"}, "title"),
        ({"metadata": {"document_id": "doc_1"}}, "metadata.document_id"),
        ({"metadata": {"n": 2**60}}, "metadata.n"),
        ({"vectors": {"embedding": [1.0, 2.0, 3.0]}}, "vectors.embedding"),
        ({"vectors": {"fresh": [1e39]}}, "vectors.fresh[0]"),
        ({"source_type": "bucket", "source_document_id": "doc_1"}, "source_document_id"),
        ({"features": [{"feature_extractor_id": "a", "vectors": {"b": []}}]}, "features[0].vectors.b"),
    ],
)
def test_422_names_the_faulty_field(api: Api, body: dict, path: str) -> None:
    error = refusal(exceptions.UnprocessableEntityException, lambda: create(api, body))
    assert error.error.type == "validation_error"
    assert path in [fault["path"] for fault in error.error.details["errors"]]
    assert api.documents.count_documents("talks").count == 1


def test_422_for_a_delete_of_everything(api: Api) -> None:
    nothing = BatchDeleteDocumentsRequest.from_dict({"filters": {}})
    refusal(exceptions.UnprocessableEntityException, lambda: api.documents.batch_delete("talks", nothing))
    assert api.documents.count_documents("talks").count == 1


def test_429_past_the_limit_of_a_key(api: Api, namespace: str) -> None:
    body = APIKeyCreateRequest(name="slow", rate_limit_override=2)
    slow = Api(api.keys.create_key_organizations_users_email("eve@example.com", body).key, namespace)
    for _ in range(2):
        assert slow.documents.count_documents("talks").count == 1
    with pytest.raises(exceptions.ApiException) as raised:
        slow.documents.count_documents("talks")
    assert raised.value.status == 429
    assert 1 <= int(raised.value.headers["Retry-After"]) <= 60
    error = ErrorResponse.from_dict(json.loads(raised.value.body))
    assert (error.status, error.error.type) == (429, "rate_limited")
