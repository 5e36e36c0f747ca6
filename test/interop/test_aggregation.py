"""Groups and figures over a collection."""

from __future__ import annotations

import pytest
from mixpeek.models.document_aggregation_request import DocumentAggregationRequest
from mixpeek.models.document_aggregation_response import DocumentAggregationResponse
from mixpeek.models.document_create_request import DocumentCreateRequest

from client import Api

SALES = [
    ("tea", 3, "2024-01-15T10:00:00Z"),
    ("tea", 5, "2024-02-03T10:00:00Z"),
    ("rice", 10, "2024-02-20T10:00:00Z"),
]


@pytest.fixture(scope="module", autouse=True)
def sales(api: Api) -> None:
    for what, amount, at in SALES:
        body = {"metadata": {"what": what, "amount": amount, "at": at}}
        api.documents.create_document("sales", DocumentCreateRequest.from_dict(body))


def aggregated(api: Api, **body: object) -> DocumentAggregationResponse:
    return api.documents.aggregate_documents("sales", DocumentAggregationRequest.from_dict(body))


def test_groups_with_figures(api: Api) -> None:
    functions = ["sum", "avg", "min", "max", "push"]
    answer = aggregated(
        api,
        group_by=[{"field": "what"}],
        aggregations=[
            {"function": "count", "alias": "count"},
            *({"function": function, "field": "amount", "alias": function} for function in functions),
        ],
        sort_by="count",
    )
    assert answer.total_groups == 2
    tea, rice = answer.results
    assert tea.group == {"what": "tea"}
    assert {**tea.metrics, "push": sorted(tea.metrics["push"])} == {
        "count": 2,
        "sum": 8,
        "avg": 4,
        "min": 3,
        "max": 5,
        "push": [3, 5],
    }
    assert (rice.group, rice.metrics["sum"]) == ({"what": "rice"}, 10)


def test_months_having_enough(api: Api) -> None:
    answer = aggregated(
        api,
        group_by=[{"field": "at", "alias": "month", "date_trunc": "month"}],
        aggregations=[{"function": "sum", "field": "amount", "alias": "total"}],
        having=[{"field": "total", "operator": "gt", "value": 3}],
    )
    assert [each.metrics for each in answer.results] == [{"total": 15}]
    assert answer.results[0].group["month"].startswith("2024-02-01")


def test_a_count_of_what_filters_let_through(api: Api) -> None:
    filters = {"AND": [{"field": "amount", "operator": "gte", "value": 5}]}
    answer = aggregated(api, aggregations=[{"function": "count", "alias": "n"}], filters=filters)
    assert [(each.group, each.metrics) for each in answer.results] == [({}, {"n": 2})]
