"""The 23 resources of the CRM, in the order of its overview, and the types that stand for each."""

from dataclasses import dataclass

from graphql import GraphQLSchema


class MissingTypeError(LookupError):
    """A resource is promised, but a type that stands for it isn't in the schema."""


@dataclass(frozen=True)
class ReferenceResource:
    """A resource by its name in the overview; Structures has no types of its own: it is all that remain."""

    name: str
    types: tuple[str, ...]
    summary: str
    about: tuple[str, ...] = ()
    """What else its operations are called by, besides the names of its types."""

    @property
    def anchor(self) -> str:
        """The name that links to it use."""
        return "resource-" + self.name.lower().replace(" ", "-")


def check(schema: GraphQLSchema) -> None:
    """See that every resource has its types; name all that lack."""
    missing = [
        f"{resource.name} needs the type {name}"
        for resource in RESOURCES
        for name in resource.types
        if name not in schema.type_map
    ]
    if missing:
        raise MissingTypeError(f"The schema lacks types of its resources: {'; '.join(missing)}.")


RESOURCES = (
    ReferenceResource(
        "Campaign products",
        ("CampaignProduct", "Campaign"),
        "Products offered under special conditions for a time: a percentage off or a final price, in a leaflet, "
        "an e-shop or some stores only.",
    ),
    ReferenceResource(
        "Cards",
        ("Card",),
        "What identifies a customer at the till: a loyalty card, a card in the phone, a bar code, a skipass.",
    ),
    ReferenceResource(
        "Card types",
        ("CardType",),
        "The kinds of cards, told apart by name, number prefix and design.",
    ),
    ReferenceResource("Countries", ("Country",), "The countries that addresses name."),
    ReferenceResource(
        "Customers",
        ("Customer",),
        "The root of the 360° view: a person, and all that hangs from them.",
        ("consent",),
    ),
    ReferenceResource(
        "Customer source",
        ("CustomerSource",),
        "Where accounts come from: a registration form, an e-shop, an app, a till, a campaign.",
    ),
    ReferenceResource("Currencies", ("Currency",), "The currencies that prices and turnovers are in."),
    ReferenceResource("Languages", ("Language",), "The languages in which customers and applications are addressed."),
    ReferenceResource(
        "Points",
        ("PointAccount", "PointEntry", "PointLot", "PointType", "PointReservation"),
        "Collecting and spending points: a ledger of entries that never change, and lots that expire.",
        ("programme", "earningRule"),
    ),
    ReferenceResource(
        "Products",
        ("Product",),
        "What is sold, with its group, brand, codes and prices.",
    ),
    ReferenceResource("Products Brands", ("ProductBrand",), "Sets of products of the same brand."),
    ReferenceResource("Product Groups", ("ProductGroup",), "Sets of products alike, each within a larger one."),
    ReferenceResource(
        "Product Reservations",
        ("ProductReservation",),
        "Products reserved for a customer, from the order to the counter.",
    ),
    ReferenceResource(
        "Purchases",
        ("Purchase", "PurchaseItem"),
        "Bills from tills and e-shops, with their items, the discounts applied and the points earned.",
    ),
    ReferenceResource(
        "Recommendations",
        ("Recommendation",),
        "A product, a service or just information, for those whom it may interest; products are worked out from bills.",
        ("recommendedProducts",),
    ),
    ReferenceResource(
        "Reservable Products",
        ("ReservableProduct",),
        "The products that can be reserved, with their stock and price in each store.",
        ("reservable",),
    ),
    ReferenceResource(
        "Rewards",
        ("Reward",),
        "The patterns that vouchers are made from: what they take off, when, where, and for how many points.",
        ("recommendedRewards",),
    ),
    ReferenceResource(
        "Segment",
        ("Segment", "SegmentGroup"),
        "Groups of customers with something in common: lists kept by hand, or criteria.",
    ),
    ReferenceResource(
        "Statuses",
        ("Status", "StatusRecord"),
        "The tiers of the loyalty programme, how they are reached and kept, and who had which when.",
    ),
    ReferenceResource("Stores", ("Store",), "The branches, with address, position, opening hours and contacts."),
    ReferenceResource(
        "Structures",
        (),
        "All that the resources are made of: values, enumerations, inputs, payloads and scalars.",
    ),
    ReferenceResource(
        "Tokens",
        ("Token",),
        "An application installed on a device: who is logged in there, its language and permissions.",
        ("viewer", "login", "password", "externalApplication", "rateLimit"),
    ),
    ReferenceResource(
        "Vouchers",
        ("Voucher", "VoucherBatch"),
        "Made from a reward for one customer, with a value and a validity, and used at most once.",
    ),
)
