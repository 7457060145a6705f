import asyncio
from datetime import timedelta
from random import Random

from sqlalchemy.ext.asyncio import AsyncSession

import models
from tests import factories
from tests.resolvers.running_operations import Operations


async def test_a_product_is_made_with_all_that_belongs_to_it(crm: Operations, session: AsyncSession) -> None:
    dairy = factories.product_group(external_id="dairy")
    await factories.save(session, dairy, factories.product_brand(external_id="madeta"), factories.tag(code="bio"))

    payload = await crm.do(
        "productUpsert",
        "product { name code packageSize group { name } brand { name } codes { listCode code }"
        " prices { amount currency { code } } tags { code } imageUrls source externalId createdAt }"
        " userErrors { code message field }",
        source="erp",
        externalId="p-1",
        name="Máslo čerstvé",
        code="100",
        packageSize="250 g",
        group={"externalId": {"source": "erp", "externalId": "dairy"}},
        brand={"externalId": {"source": "erp", "externalId": "madeta"}},
        codes=[{"list": "EAN", "code": "8591"}, {"list": "PLU", "code": "7"}],
        prices=[{"amount": "59.90", "currency": "CZK"}, {"amount": "2.5", "currency": "EUR"}],
        tags=[{"code": "bio"}],
        imageUrls=["https://example.com/1.jpg"],
    )

    assert payload == {
        "product": {
            "name": "Máslo čerstvé",
            "code": "100",
            "packageSize": "250 g",
            "group": {"name": "Dairy"},
            "brand": {"name": "Madeta"},
            "codes": [{"listCode": "EAN", "code": "8591"}, {"listCode": "PLU", "code": "7"}],
            "prices": [
                {"amount": "59.90", "currency": {"code": "CZK"}},
                {"amount": "2.50", "currency": {"code": "EUR"}},
            ],
            "tags": [{"code": "bio"}],
            "imageUrls": ["https://example.com/1.jpg"],
            "source": "erp",
            "externalId": "p-1",
            "createdAt": "2024-05-15T12:00:00+00:00",
        },
        "userErrors": [],
    }
    assert await crm.rows(models.ProductTerm, "term") == [("100",), ("7",), ("8591",), ("cerstve",), ("maslo",)]
    assert await crm.rows(models.Event, "kind", "entity", "data") == [("PRODUCT_CREATED", "Product", None)]


BUTTER = {"source": "erp", "externalId": "p-1", "name": "Butter", "code": "100"}


def by(external_id: str) -> dict[str, dict[str, str]]:
    return {"externalId": {"source": "erp", "externalId": external_id}}


async def test_a_product_is_found_by_its_name_in_any_language_that_it_has_one_in(crm: Operations) -> None:
    async def found(words: str) -> list[str]:
        answer = await crm.answer("query($words: String!) { products(search: $words) { nodes { name } } }", words=words)
        return [str(one["name"]) for one in answer["products"]["nodes"]]

    german = [{"language": "de", "name": "Süße Sahnebutter"}, {"language": "cs", "name": "Máslo"}]
    await crm.do("productUpsert", "userErrors { code }", **BUTTER, translations=german)
    before = [await found(words) for words in ("sahne", "SUSSE", "máslo", "butter", "sahne maslo")]
    await crm.do("productUpsert", "userErrors { code }", **BUTTER, translations=german[1:])

    assert before == [["Butter"]] * 5
    assert [await found(words) for words in ("sahne", "maslo", "butter")] == [[], ["Butter"], ["Butter"]]


async def test_what_is_left_out_of_a_product_stays_and_lists_are_replaced(crm: Operations) -> None:
    shows = "product { name packageSize codes { code } prices { amount } updatedAt } userErrors { code }"
    await crm.do(
        "productUpsert",
        shows,
        **BUTTER,
        packageSize="250 g",
        codes=[{"list": "EAN", "code": "1"}, {"list": "EAN", "code": "2"}],
        prices=[{"amount": "1", "currency": "EUR"}],
    )
    crm.now += timedelta(hours=1)

    payload = await crm.do(
        "productUpsert",
        shows,
        source="erp",
        externalId="p-1",
        packageSize=None,
        name="Fresh butter",
        codes=[{"list": "EAN", "code": "2"}, {"list": "EAN", "code": "3"}],
    )

    assert payload["product"] == {
        "name": "Fresh butter",
        "packageSize": None,
        "codes": [{"code": "2"}, {"code": "3"}],
        "prices": [{"amount": "1.00"}],
        "updatedAt": "2024-05-15T13:00:00+00:00",
    }
    assert [term for (term,) in sorted(await crm.rows(models.ProductTerm, "term"))] == [
        "100",
        "2",
        "3",
        "butter",
        "fresh",
    ]


async def test_the_same_product_again_changes_nothing_and_tells_nobody(crm: Operations) -> None:
    given = {**BUTTER, "codes": [{"list": "EAN", "code": "1"}], "prices": [{"amount": "1.50", "currency": "EUR"}]}
    await crm.do("productUpsert", "repeated", **given)
    before = await crm.dump()
    crm.now += timedelta(hours=1)

    await crm.do("productUpsert", "repeated", **given)

    assert await crm.dump() == before


async def test_products_that_make_no_sense_are_refused(crm: Operations) -> None:
    await crm.do("productUpsert", "repeated", **{**BUTTER, "externalId": "p-0"}, codes=[{"list": "EAN", "code": "9"}])

    async def refused(**rest: object) -> object:
        return await crm.refused("productUpsert", **{**BUTTER, **rest})

    assert await refused(codes=[{"list": "EAN", "code": "9"}]) == [("TAKEN", "codes[0].code", None)]
    assert await refused(codes=[{"list": "EAN", "code": "1"}] * 2) == [("DUPLICATE_ITEM", "codes[1].code", None)]
    assert await refused(prices=[{"amount": "-1", "currency": "EUR"}]) == [
        ("NEGATIVE_AMOUNT", "prices[0].amount", None)
    ]
    assert await refused(prices=[{"amount": "1", "currency": "EUR"}] * 2) == [
        ("DUPLICATE_ITEM", "prices[1].currency", None)
    ]
    assert await refused(tags=[{"code": "none"}]) == [("NOT_FOUND", "tags[0]", None)]
    assert await refused(packageSize="1" * 65, name="\x00") == [
        ("BAD_TEXT", "name", None),
        ("TOO_LONG", "packageSize", None),
    ]
    assert await refused(group=by("none"), brand=by("none")) == [
        ("NOT_FOUND", "group", None),
        ("NOT_FOUND", "brand", None),
    ]
    assert await refused(imageUrls=["x"] * 101) == [("TOO_MANY", "imageUrls", None)]
    assert await crm.refused("productUpsert", name="No id") == [("REQUIRED", "id", None)]
    half = [
        await crm.refused("productUpsert", name="Half a name", **one)
        for one in ({"source": "erp"}, {"externalId": "1"})
    ]
    assert half == [[("REQUIRED", "externalId", None)], [("REQUIRED", "source", None)]]
    assert await crm.refused("productsUpsert", products=[BUTTER] * 201) == [("TOO_MANY", "products", None)]


async def test_a_batch_of_products_is_put_in_place_as_a_whole_or_not_at_all(crm: Operations) -> None:
    before = await crm.dump()
    milk = {**BUTTER, "externalId": "p-2", "name": "Milk"}

    refused = await crm.refused("productsUpsert", products=[BUTTER, {**milk, "name": ""}, {"code": " "}])
    assert refused == [("REQUIRED", "products[1].name", None), ("REQUIRED", "products[2].code", None)]
    refused = await crm.refused("productsUpsert", products=[BUTTER, {**milk, "group": by("none")}, {"source": "erp"}])
    assert refused == [("NOT_FOUND", "products[1].group", None), ("REQUIRED", "products[2].externalId", None)]
    assert await crm.dump() == before

    payload = await crm.do("productsUpsert", "products { name } userErrors { code }", products=[BUTTER, milk])
    assert payload == {"products": [{"name": "Butter"}, {"name": "Milk"}], "userErrors": []}


async def test_many_who_send_one_product_at_once_make_it_once(crm: Operations) -> None:
    payloads = await asyncio.gather(
        *(crm.do("productUpsert", "product { id } userErrors { code }", **BUTTER) for _ in range(8))
    )

    assert [payload["userErrors"] for payload in payloads] == [[]] * 8
    assert len({payload["product"]["id"] for payload in payloads}) == 1
    assert await crm.rows(models.Event, "kind") == [("PRODUCT_CREATED",)]


async def test_brands_are_made_renamed_and_switched(crm: Operations) -> None:
    names = {"b-1": "Madeta", "b-2": "K"}
    brands = [{"source": "erp", "externalId": key, "name": name} for key, name in names.items()]
    await crm.do("productBrandsUpsert", "brands { name }", brands=brands)

    payload = await crm.do("productBrandUpsert", "brand { id name }", source="erp", externalId="b-2", name="Kunín")

    assert payload["brand"]["name"] == "Kunín"
    off = await crm.do("productBrandDeactivate", "brand { state }", id=payload["brand"]["id"])
    assert off == {"brand": {"state": "INACTIVE"}}
    on = await crm.do("productBrandReactivate", "brand { state }", id=payload["brand"]["id"])
    assert on == {"brand": {"state": "ACTIVE"}}


async def test_a_product_is_switched_off_and_on(crm: Operations) -> None:
    payload = await crm.do("productUpsert", "product { id }", **BUTTER)
    which = payload["product"]["id"]

    assert await crm.do("productDeactivate", "product { state }", id=which) == {"product": {"state": "INACTIVE"}}
    assert await crm.do("productReactivate", "product { state }", id=which) == {"product": {"state": "ACTIVE"}}


def group(name: str, parent: str | None = None) -> dict[str, object]:
    return {"source": "erp", "externalId": name, "name": name, "parent": by(parent) if parent else None}


async def path(crm: Operations, name: str) -> list[str]:
    found = await crm.answer("query($by: ProductGroupBy!) { productGroup(by: $by) { path { name } } }", by=by(name))
    return [each["name"] for each in found["productGroup"]["path"]]


async def test_groups_move_with_all_that_is_below_them(crm: Operations) -> None:
    tree = [group("food"), group("dairy", "food"), group("butter", "dairy"), group("salted", "butter"), group("cold")]
    await crm.do("productGroupsUpsert", "groups { name }", groups=tree)

    await crm.do("productGroupUpsert", "repeated", **group("dairy", "cold"))

    assert await path(crm, "salted") == ["cold", "dairy", "butter", "salted"]
    assert await crm.refused("productGroupUpsert", **group("dairy", "salted")) == [("CYCLE", "parent", None)]
    assert await crm.refused("productGroupUpsert", **group("dairy", "dairy")) == [("CYCLE", "parent", None)]
    await crm.do("productGroupUpsert", "repeated", **group("dairy"))
    assert await path(crm, "salted") == ["dairy", "butter", "salted"]


async def test_the_tree_spelt_out_is_that_of_the_parents_after_any_moves(crm: Operations) -> None:
    chance, names = Random(7), [f"g{place}" for place in range(8)]
    await crm.do("productGroupsUpsert", "groups { name }", groups=[group(name) for name in names])

    for _ in range(60):
        child, parent = chance.choice(names), chance.choice([None, *names])
        await crm.do("productGroupUpsert", "userErrors { code }", **group(child, parent))

    parents = dict(await crm.rows(models.ProductGroup, "id", "parent_id"))
    expected = set()
    for key in parents:
        above: int | None = key
        for distance in range(9):
            if above is not None:
                expected.add((key, above, distance))
                above = parents[above]
    pairs = await crm.rows(models.ProductGroupAncestor, "group_id", "ancestor_id", "distance")
    assert (len(pairs), set(pairs)) == (len(expected), expected)
    assert len(expected) > 12
