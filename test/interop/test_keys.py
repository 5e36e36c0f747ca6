"""API keys and the organisation."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from mixpeek import exceptions
from mixpeek.models.api_key_create_request import APIKeyCreateRequest
from mixpeek.models.api_key_update_request import APIKeyUpdateRequest
from mixpeek.models.create_namespace_request import CreateNamespaceRequest

from client import OPERATOR_KEY, Api

EMAIL = "ada@example.com"


@pytest.fixture(scope="module")
def operator() -> Api:
    return Api(OPERATOR_KEY)


def test_the_operator_reads_its_organisation(operator: Api) -> None:
    found = operator.organizations.get_organization()
    assert found.organization_id.startswith("org_")
    assert found.organization_name
    assert found.credit_count == 0
    assert found.created_at <= datetime.now(timezone.utc)


def test_a_key_is_shown_once_and_works(operator: Api) -> None:
    expires = datetime.now(timezone.utc) + timedelta(days=1)
    body = APIKeyCreateRequest(
        name="reader", description="Reads", permissions=["read"], rate_limit_override=1000, expires_at=expires
    )
    made = operator.keys.create_key_organizations_users_email(EMAIL, body)
    assert made.key.startswith("sk_")
    assert made.key.startswith(made.key_prefix)
    assert made.key not in (made.key_hash, made.key_prefix)
    assert (made.name, made.description, made.permissions) == ("reader", "Reads", ["read"])
    assert (made.status, made.rate_limit_override) == ("active", 1000)
    assert abs(made.expires_at - expires) < timedelta(seconds=1)
    assert Api(made.key).namespaces.list_namespaces_get().total_count >= 0
    listed = operator.keys.list_keys_organizations_users_email(EMAIL, include_revoked=False)
    assert [(each["name"], "key" in each) for each in listed["results"]] == [("reader", False)]


def test_scopes_come_back_as_given(operator: Api) -> None:
    operator.namespaces.create_namespace(CreateNamespaceRequest(namespace_name="scoped"))
    operator.namespaces.create_namespace(CreateNamespaceRequest(namespace_name="beside"))
    scope = {"resource_type": "namespace", "resource_id": "scoped", "operations": ["read_data"]}
    body = APIKeyCreateRequest.from_dict({"name": "scoped", "permissions": ["read", "write"], "scopes": [scope]})
    made = operator.keys.create_key_organizations_users_email(EMAIL, body)
    assert [each.to_dict() for each in made.scopes] == [scope]
    limited = Api(made.key)
    assert limited.namespaces.get_namespace("scoped").namespace_name == "scoped"
    with pytest.raises(exceptions.ForbiddenException):
        limited.namespaces.get_namespace("beside")


def test_a_key_is_changed_rotated_and_revoked(operator: Api) -> None:
    made = operator.keys.create_key_organizations_users_email(EMAIL, APIKeyCreateRequest(name="worker"))
    update = APIKeyUpdateRequest(name="worker-2", description="Works", permissions=["read"])
    changed = operator.keys.update_key_organizations_users_email_name(EMAIL, "worker", update)
    assert (changed.key_id, changed.name, changed.permissions) == (made.key_id, "worker-2", ["read"])
    rotated = operator.keys.rotate_key_organizations_users_email_name(EMAIL, "worker-2")
    assert (rotated.name, rotated.permissions, rotated.key != made.key) == ("worker-2", ["read"], True)
    with pytest.raises(exceptions.UnauthorizedException):
        Api(made.key).namespaces.list_namespaces_get()
    assert Api(rotated.key).namespaces.list_namespaces_get().results is not None
    done = operator.keys.delete_key_organizations_users_email_name(EMAIL, "worker-2")
    assert done.success is True
    with pytest.raises(exceptions.UnauthorizedException):
        Api(rotated.key).namespaces.list_namespaces_get()
    listed = operator.keys.list_keys_organizations_users_email(EMAIL, include_revoked=True)
    assert "revoked" in [each["status"] for each in listed["results"] if each["name"] == "worker-2"]


@pytest.mark.parametrize("field", [{"principal_id": "user:ada"}, {"allowed_origins": ["https://example.com"]}])
def test_what_inlet_has_not_is_refused_and_named(operator: Api, field: dict) -> None:
    body = APIKeyCreateRequest.from_dict({"name": "unheard-of", **field})
    with pytest.raises(exceptions.UnprocessableEntityException) as refused:
        operator.keys.create_key_organizations_users_email("grace@example.com", body)
    assert f'"path":"{next(iter(field))}' in refused.value.body
    assert "Inlet does not have" in refused.value.body
    assert operator.keys.list_keys_organizations_users_email("grace@example.com")["results"] == []
