import numpy as np
import pytest

from resolvers.demo.reading.bills import Bills, Lines
from resolvers.demo.reading.coupon_values import CouponValue, coupon_value
from resolvers.demo.reading.prices import shelf_prices
from resolvers.demo.reading.source import keys
from resolvers.demo.reading.tree import Tree, product_name


def lines(*rows):
    columns = zip(*rows, strict=True)
    product, quantity, paid, retail, coupon, match = (np.array(column) for column in columns)
    return Lines(product, product, quantity, paid, retail, coupon, match)


def line(*, quantity=1, paid=100, retail=0, coupon=0, match=0):
    return 1, quantity, paid, retail, coupon, match


@pytest.mark.parametrize(
    ("upc", "value"),
    [
        (51380041076, CouponValue(100)),
        (51380041033, CouponValue(100, 2)),
        (51380041009, CouponValue(200, 3)),
        (51380041014, CouponValue(None, 2)),
        (51380041000, None),
        (10000085376, None),
    ],
)
def test_a_manufacturers_coupon_tells_its_value(upc, value):
    assert coupon_value(upc) == value


def test_the_shelf_price_is_before_the_retailers_discounts_and_the_most_frequent():
    sold = lines(line(paid=100), line(paid=80, retail=30), line(paid=200, retail=10, match=10, coupon=50, quantity=2))

    assert shelf_prices(sold, 2).tolist() == [110_00, 0]


def test_of_prices_as_frequent_the_latest_counts():
    assert shelf_prices(lines(line(paid=100), line(paid=90)), 1).tolist() == [90_00]


def test_a_price_below_a_cent_keeps_its_fractions():
    assert shelf_prices(lines(line(quantity=8725, paid=2006)), 1).tolist() == [23]


def test_lines_without_a_quantity_have_no_price():
    assert shelf_prices(lines(line(quantity=0, paid=0)), 1).tolist() == [0]


def test_keys_are_places_from_one():
    assert keys(np.array([3, 5, 9]), np.array([9, 4, 3, 10, 1])).tolist() == [3, 0, 1, 0, 0]


def test_a_basket_that_is_torn_apart_is_refused():
    basket = np.array([7, 8, 7])

    with pytest.raises(ValueError, match="not together"):
        Bills.of(lines(line(), line(), line()), basket, basket, basket, basket)


def test_groups_with_one_name_below_each_other_are_named_once():
    tree = Tree.of(
        [
            {"department": "FUEL", "product_category": "FUEL", "product_type": "PETROL"},
            {"department": "DELI", "product_category": None, "product_type": None},
        ]
    )

    assert tree.paths == [("DELI",), ("FUEL",), ("FUEL", "FUEL"), ("FUEL", "FUEL", "PETROL")]
    assert tree.named("FUEL") == [2]
    assert list(tree.ancestors()) == [(1, 1, 0), (2, 2, 0), (3, 3, 0), (3, 2, 1), (4, 4, 0), (4, 3, 1), (4, 2, 2)]


@pytest.mark.parametrize(
    ("category", "kind", "size", "name"),
    [
        ("FRZN ICE", "ICE - CRUSHED/CUBED", "22 LB", "Ice - Crushed/Cubed 22 LB"),
        ("FRZN ICE", "ICE - CRUSHED/CUBED", None, "Ice - Crushed/Cubed"),
        (None, None, None, "Grocery Article"),
    ],
)
def test_a_product_is_named_by_type_and_size(category, kind, size, name):
    row = {"department": "GROCERY", "product_category": category, "product_type": kind, "package_size": size}

    assert product_name(row) == name
