"""What the command line's names stand for."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import get_args

import pytest

import brightpearl
from brightpearl import catalogue_types
from brightpearl._native import find_resource, find_search, list_resources, list_searches

ORDERS = ("order-service/order", "order-service/order-search", "orderId")
GOODS_OUT = (
    "warehouse-service/order/*/goods-note/goods-out",
    "warehouse-service/goods-note/goods-out-search",
    "goodsOutNoteId",
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("order", ORDERS),
        ("order-service/order", ORDERS),
        ("/order-service/order/", ORDERS),
        ("product", ("product-service/product", "product-service/product-search", "productId")),
        ("contact", ("contact-service/contact", "contact-service/contact-search", "contactId")),
        ("goods-out", GOODS_OUT),
        (GOODS_OUT[0], GOODS_OUT),
        ("product-price", ("product-service/product-price", None, None)),
        # Its search does not tell the ids.
        ("season", ("product-service/season", None, None)),
    ],
)
def test_a_name_stands_for_a_resource(name: str, expected: tuple[str, str | None, str | None]) -> None:
    found = find_resource(name)
    assert found is not None
    assert (found.path, found.search, found.key) == expected


@pytest.mark.parametrize("name", ["", "nothing", "order-service/order/7", "order-row", "multi-message"])
def test_what_is_not_read_by_id_set_is_not_listed(name: str) -> None:
    assert find_resource(name) is None


def test_limits() -> None:
    limits = {name: found.id_limit for name in ("order", "goods-out") if (found := find_resource(name))}
    assert limits == {"order": 200, "goods-out": 500}


def test_every_listed_resource_is_found_by_its_path() -> None:
    paths = [listed.path for listed in list_resources()]
    assert len(set(paths)) == len(paths) > 12
    for listed in list_resources():
        found = find_resource(listed.path)
        assert found is not None
        assert (found.path, found.search, found.key) == (listed.path, listed.search, listed.key)
        assert "{" not in listed.path
        assert listed.id_limit >= 1
        assert (listed.search is None) == (listed.key is None)


def test_the_names_that_a_pull_offers_are_understood() -> None:
    for listed in list_resources():
        if listed.search is not None:
            found = find_resource(listed.path.rsplit("/")[-1])
            assert found is not None
            assert found.path == listed.path


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("order", ORDERS[1]),
        ("order-search", ORDERS[1]),
        ("order-service/order", ORDERS[1]),
        ("/order-service/order-search", ORDERS[1]),
        ("goods-out", GOODS_OUT[1]),
        ("season", "product-service/season-search"),
        ("customer-payment", "accounting-service/customer-payment-search"),
        ("order-service/order/7", None),
        ("nothing", None),
    ],
)
def test_a_name_stands_for_a_search(name: str, path: str | None) -> None:
    assert find_search(name) == path


def test_every_search_is_found() -> None:
    assert len(list_searches()) > 3
    for path in list_searches():
        assert find_search(path) == path
        assert find_search(path.rsplit("/")[-1]) == path


def test_the_types_are_what_the_catalogue_says() -> None:
    path = Path(__file__).parents[3] / "python" / "generate_types.py"
    spec = importlib.util.spec_from_file_location("generate_types", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, text in module.files().items():
        assert (module.PACKAGE / name).read_text() == text, f"{name} is not what the catalogue says; run make generate"


def test_every_name_of_the_types_is_one_that_a_client_takes() -> None:
    assert set(get_args(catalogue_types.ResourceName)) == {listed.name for listed in brightpearl.catalog()}
    assert set(get_args(catalogue_types.TaskName)) == {task.name for task in brightpearl.tasks()}
    for name in get_args(catalogue_types.SearchName):
        assert find_search(name) is not None
