"""The published client as the tests use it: one object for all its calls, which notes what was answered."""

from __future__ import annotations

import os
from typing import Any

import mixpeek
import urllib3


class NotingClient(mixpeek.ApiClient):
    """Notes the method and path of each call whose answer the client's own models have read."""

    answered: set[str] = set()

    def __init__(self, configuration: mixpeek.Configuration) -> None:
        super().__init__(configuration)
        self._call = ""

    def param_serialize(self, method: str, resource_path: str, *args: Any, **others: Any) -> Any:
        self._call = f"{method} {resource_path}"
        return super().param_serialize(method, resource_path, *args, **others)

    def response_deserialize(self, *args: Any, **others: Any) -> Any:
        answer = super().response_deserialize(*args, **others)
        NotingClient.answered.add(self._call)
        return answer


class Api:
    """Every part of the client that Inlet serves, with one key and one namespace."""

    def __init__(self, key: str | None, namespace: str | None = None) -> None:
        configuration = mixpeek.Configuration(
            host=os.environ["INLET_TEST_URL"],
            access_token=key,
            api_key={} if namespace is None else {"NamespaceHeader": namespace},
            # Else urllib3 itself would wait out a Retry-After.
            retries=urllib3.Retry(total=0, respect_retry_after_header=False),
        )
        client = NotingClient(configuration)
        self.documents = mixpeek.CollectionDocumentsApi(client)
        self.namespace_documents = mixpeek.DocumentsApi(client)
        self.own_documents = mixpeek.BYODocumentsApi(client)
        self.lineage = mixpeek.DocumentLineageApi(client)
        self.collections = mixpeek.CollectionsApi(client)
        self.namespaces = mixpeek.NamespacesApi(client)
        self.organizations = mixpeek.OrganizationsApi(client)
        self.keys = mixpeek.OrganizationAPIKeysApi(client)


OPERATOR_KEY = os.environ["INLET_TEST_KEY"]
