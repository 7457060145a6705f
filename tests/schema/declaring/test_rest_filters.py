"""Each filter of the REST interface has its like here: a table of them, each one run."""

from typing import Any

import pytest

from tests.schema.both_ways import Graph

ID = {
    name: f'"{key}"'
    for name, key in {
        "Store": "U3RvcmU6MQ==",
        "Customer": "Q3VzdG9tZXI6MQ==",
        "CardType": "Q2FyZFR5cGU6MQ==",
        "Tag": "VGFnOjE=",
        "Partner": "UGFydG5lcjox",
        "PointType": "UG9pbnRUeXBlOjE=",
        "Campaign": "Q2FtcGFpZ246MQ==",
        "Reward": "UmV3YXJkOjE=",
        "CustomerSource": "Q3VzdG9tZXJTb3VyY2U6MQ==",
        "SegmentGroup": "U2VnbWVudEdyb3VwOjE=",
        "Status": "U3RhdHVzOjE=",
        "RewardType": "UmV3YXJkVHlwZTox",
        "PurchaseType": "UHVyY2hhc2VUeXBlOjE=",
        "Property": "UHJvcGVydHk6MQ==",
        "CampaignProductType": "Q2FtcGFpZ25Qcm9kdWN0VHlwZTox",
        "ExternalListType": "RXh0ZXJuYWxMaXN0VHlwZTox",
    }.items()
}


def to(relation: str, type_name: str) -> str:
    """Rows that refer to one row."""
    return f"{relation}: {{id: {{eq: {ID[type_name]}}}}}"


def among(relation: str, type_name: str) -> str:
    """Rows of which a relation to many leads to one row."""
    return f"{relation}: {{some: {{id: {{eq: {ID[type_name]}}}}}}}"


NOW = '"2024-05-15T12:00:00Z"'
NAME = 'name: {contains: "a"}'

WHERE: dict[str, dict[str, str]] = {
    "customers": {
        "email": 'email: {eq: "jana.1@example.com"}',
        "phone": 'phone: {eq: "+420601000001"}',
        "customer_source_id": f"sources: {{some: {{{to('source', 'CustomerSource')}}}}}",
        "first_name": 'firstName: {eq: "Eva"}',
        "last_name": 'lastName: {eq: "Eva"}',
        "birthdate": 'birthdate: {eq: "1980-02-29"}',
        "email_list": 'email: {in: ["jana.1@example.com", "jana.2@example.com"]}',
        "customer_ids": f"id: {{in: [{ID['Customer']}]}}",
        "customer_short_salutation": 'salutation: {eq: "x"}',
    },
    "cards": {
        "customer_id": to("customer", "Customer"),
        "card_number": 'number: {eq: "99000001"}',
        "card_type_id": to("cardType", "CardType"),
        "state": "state: {eq: BLOCKED}",
        "is_valid": "isValid: {eq: true}",
        "card_number_list": 'number: {in: ["1", "2"]}',
        "search_secondary_card_number": 'secondaryNumber: {eq: "chip-1"}',
    },
    "cardTypes": {"name": NAME, "text_id": 'code: {eq: "card-type-1"}'},
    "campaignProducts": {
        "name": NAME,
        "code": 'product: {code: {eq: "P1"}}',
        "display_in": 'displayIn: {has: "web"}',
        "type_id": to("type", "CampaignProductType"),
        "store_id": among("stores", "Store"),
        "value_type_id": "valueKind: {eq: PERCENT}",
        "is_valid": "isValid: {eq: true}",
        "valid_from": f"validFrom: {{gte: {NOW}}}",
        "valid_to": f"validTo: {{lte: {NOW}}}",
        "campaign_id": to("campaign", "Campaign"),
    },
    "campaigns": {"name": NAME, "external_id": 'externalId: {eq: "x"}'},
    "countries": {"country_id": 'code: {eq: "CZ"}', "country_name": 'name: {startsWith: "Cz"}'},
    "currencies": {"currency_name": 'name: {startsWith: "Cz"}', "currency_code": 'code: {eq: "CZK"}'},
    "languages": {"language_list_type": 'code: {in: ["cs", "en"]}'},
    "customerSources": {"customer_source_text_id": 'code: {eq: "source-1"}'},
    "customerSourceRecords": {
        "customer_id": to("customer", "Customer"),
        "external_id": 'externalId: {eq: "c1"}',
        "customer_source_id": to("source", "CustomerSource"),
        "external_ids": 'externalId: {in: ["c1", "c2"]}',
    },
    "pointLots": {
        "customer_id": to("customer", "Customer"),
        "point_type_id": to("pointType", "PointType"),
        "create_point_time_from": f"createdAt: {{gte: {NOW}}}",
        "create_point_time_to": f"createdAt: {{lte: {NOW}}}",
    },
    "pointEntries": {
        "customer_id": to("customer", "Customer"),
        "store_id": to("store", "Store"),
        "partner_id": to("partner", "Partner"),
        "time_from": f"at: {{gte: {NOW}}}",
        "time_to": f"at: {{lte: {NOW}}}",
        "point_operation_type": "kind: {eq: SPEND}",
        "point_operation_note": 'note: {contains: "x"}',
        "point_type_id": to("pointType", "PointType"),
    },
    "pointReservations": {"customer_id": to("customer", "Customer"), "external_id": 'externalId: {eq: "order-1"}'},
    "products": {
        "name": NAME,
        "code": 'code: {eq: "P1"}',
        "external_id": 'codes: {some: {code: {eq: "EAN1"}}}',
        "external_type_code": 'codes: {some: {listCode: {eq: "EAN"}}}',
        "tag_ids": among("tags", "Tag"),
        "partner_id": to("partner", "Partner"),
    },
    "productBrands": {"name": NAME},
    "productGroups": {
        "name": NAME,
        "store_id": to("store", "Store"),
        "code": 'code: {eq: "G1"}',
        "external_id": 'externalId: {eq: "x"}',
        "partner_id": to("partner", "Partner"),
    },
    "productReservations": {
        "customer_id": to("customer", "Customer"),
        "store_id": to("store", "Store"),
        "reservation_state": "state: {eq: READY}",
        "external_reservation_list_type_id": f"externalCodes: {{some: {{{to('type', 'ExternalListType')}}}}}",
        "external_reservation_code": 'externalCodes: {some: {value: {eq: "x"}}}',
    },
    "reservableProducts": {
        "name": f"product: {{{NAME}}}",
        "code": 'product: {code: {eq: "P1"}}',
        "store_id": f"offers: {{some: {{{to('store', 'Store')}}}}}",
        "tag_ids": f"product: {{{among('tags', 'Tag')}}}",
    },
    "purchases": {
        "store_id": to("store", "Store"),
        "customer_id": to("customer", "Customer"),
        "type_id": to("type", "PurchaseType"),
        "payment_time_from": f"paidAt: {{gte: {NOW}}}",
        "payment_time_to": f"paidAt: {{lte: {NOW}}}",
        "external_purchase_id": 'externalId: {eq: "bill-1"}',
    },
    "recommendations": {"name": NAME},
    "rewards": {
        "name": NAME,
        "store_id": among("stores", "Store"),
        "is_valid": "isValid: {eq: true}",
        "valid_from": f"validFrom: {{gte: {NOW}}}",
        "valid_to": f"validTo: {{lte: {NOW}}}",
        "code": 'code: {eq: "r1"}',
        "is_automated": "isAutomated: {eq: true}",
        "reward_group": "group: {eq: CATALOGUE}",
        "customer_type_id": among("statuses", "Status"),
        "without_stores": "stores: {none: {}}",
        "tag_ids": among("tags", "Tag"),
        "partner_id": to("partner", "Partner"),
        "reward_type_id": to("type", "RewardType"),
    },
    "segments": {"segment_group_ids": f"group: {{id: {{in: [{ID['SegmentGroup']}]}}}}"},
    "statuses": {"text_id": 'code: {eq: "status-1"}'},
    "stores": {
        "visible_for_customer": "visibleToCustomers: {eq: true}",
        "property_id": f"properties: {{some: {{{to('property', 'Property')}}}}}",
        "property_value": 'properties: {some: {value: {eq: "38"}}}',
        "system_id": 'externalId: {eq: "out-1"}',
    },
    "vouchers": {
        "customer_id": to("customer", "Customer"),
        "code": 'code: {eq: "VOUCHER000001"}',
        "store_id": to("store", "Store"),
        "is_valid": "isValid: {eq: true}",
        "is_applied": "state: {eq: APPLIED}",
        "without_stores": "reward: {stores: {none: {}}}",
        "reward_id": to("reward", "Reward"),
        "include_service_vouchers": "reward: {group: {ne: SIMPLE}}",
    },
}
"""The list, the parameter there, and the condition here."""

OF_A_CUSTOMER: dict[str, dict[str, str]] = {
    "purchases": WHERE["purchases"],
    "rewards": {name: WHERE["rewards"][name] for name in WHERE["rewards"].keys() - {"partner_id", "reward_type_id"}},
    "statusHistory": {"valid_now": "isValid: {eq: true}"},
}

CHOSEN: dict[str, str] = {
    "/campaign-products include_property_records": "campaignProducts { nodes { properties { value } } }",
    "/purchases include_property_records": "purchases { nodes { properties { value } } }",
    "/purchases purchase_items_extension": "purchases { nodes { items { product { group { name } } } } }",
    "/product-reservations include_reservation_progress_history": "productReservations { nodes { progress { at } } }",
    "/segments/{segment_id}/segment-records": "segments { nodes { members { nodes { since } } } }",
}
"""What is included there by a parameter is here what is asked for."""

CASES = [(name, parameter, condition) for name, table in WHERE.items() for parameter, condition in table.items()]
OWN = [(name, parameter, condition) for name, table in OF_A_CUSTOMER.items() for parameter, condition in table.items()]


async def test_each_filter_of_the_rest_interface_has_its_like(shop: Graph) -> None:
    fruitful = 0
    for name, parameter, condition in CASES:
        key = "code" if name in ("countries", "currencies", "languages") else "id"
        data = await shop.data(f"{{ {name}(where: {{{condition}}}) {{ totalCount nodes {{ {key} }} }} }}")
        whole = await shop.data(f"{{ {name} {{ totalCount }} }}")
        assert data[name]["totalCount"] <= whole[name]["totalCount"], parameter
        fruitful += data[name]["totalCount"] > 0

    assert fruitful > len(CASES) / 2


async def test_each_filter_of_a_customers_own_lists_has_its_like(shop: Graph) -> None:
    for name, parameter, condition in OWN:
        fields = f"{name}(where: {{{condition}}}) {{ totalCount nodes {{ id }} }} all: {name} {{ totalCount }}"
        data = await shop.data(f"{{ customers(first: 100) {{ nodes {{ {fields} }} }} }}")
        assert all(row[name]["totalCount"] <= row["all"]["totalCount"] for row in data["customers"]["nodes"]), parameter


@pytest.mark.parametrize("query", CHOSEN.values(), ids=CHOSEN)
async def test_what_was_included_by_a_parameter_is_asked_for(shop: Graph, query: str) -> None:
    data = await shop.data(f"{{ {query} }}")

    assert next(iter(data.values()))["nodes"]


@pytest.mark.parametrize("name", WHERE)
async def test_each_list_is_counted_paged_and_sorted(shop: Graph, name: str) -> None:
    field = "CODE" if name in ("countries", "currencies", "languages") else "ID"
    order = f"orderBy: [{{field: {field}, direction: DESC}}]"
    page = "edges { cursor } pageInfo { hasNextPage endCursor }"
    first = (await shop.data(f"{{ {name}(first: 1, {order}) {{ {page} totalCount }} }}"))[name]
    after: Any = {"cursor": first["pageInfo"]["endCursor"]}

    query = f"query ($cursor: String) {{ {name}(first: 1, after: $cursor, {order}) {{ {page} }} }}"
    second = (await shop.data(query, **after))[name]

    assert first["totalCount"] > 1
    assert first["edges"] != second["edges"]


async def test_the_default_language_is_that_of_the_reader(shop: Graph) -> None:
    shop.locale = "cs"

    assert await shop.data('{ language(code: "en") { name } }') == {"language": {"name": "angličtina"}}


def test_the_table_is_as_long_as_the_rest_interfaces_lists() -> None:
    counts = {name: len(table) for name, table in WHERE.items()}

    assert len(CASES) + len(OWN) + len(CHOSEN) > 115, counts
