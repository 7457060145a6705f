"""Where the made-up stores and people live: cities of one time zone, the one that the source's times show."""

from __future__ import annotations

from random import Random
from typing import NamedTuple


class City(NamedTuple):
    """A city with the first digits of its postal codes and the area code of its phones."""

    name: str
    state: str
    zip_prefix: str
    area_code: str
    latitude: float
    longitude: float


CITIES = (
    City("Cincinnati", "Ohio", "452", "513", 39.1031, -84.5120),
    City("Columbus", "Ohio", "432", "614", 39.9612, -82.9988),
    City("Cleveland", "Ohio", "441", "216", 41.4993, -81.6944),
    City("Dayton", "Ohio", "454", "937", 39.7589, -84.1916),
    City("Toledo", "Ohio", "436", "419", 41.6528, -83.5379),
    City("Akron", "Ohio", "443", "330", 41.0814, -81.5190),
    City("Louisville", "Kentucky", "402", "502", 38.2527, -85.7585),
    City("Lexington", "Kentucky", "405", "859", 38.0406, -84.5037),
    City("Indianapolis", "Indiana", "462", "317", 39.7684, -86.1581),
    City("Fort Wayne", "Indiana", "468", "260", 41.0793, -85.1394),
    City("Detroit", "Michigan", "482", "313", 42.3314, -83.0458),
    City("Grand Rapids", "Michigan", "495", "616", 42.9634, -85.6681),
    City("Ann Arbor", "Michigan", "481", "734", 42.2808, -83.7430),
    City("Atlanta", "Georgia", "303", "404", 33.7490, -84.3880),
    City("Savannah", "Georgia", "314", "912", 32.0809, -81.0912),
    City("Charlotte", "North Carolina", "282", "704", 35.2271, -80.8431),
    City("Raleigh", "North Carolina", "276", "919", 35.7796, -78.6382),
    City("Richmond", "Virginia", "232", "804", 37.5407, -77.4360),
    City("Roanoke", "Virginia", "240", "540", 37.2710, -79.9414),
    City("Columbia", "South Carolina", "292", "803", 34.0007, -81.0348),
    City("Charleston", "West Virginia", "253", "304", 38.3498, -81.6326),
    City("Knoxville", "Tennessee", "379", "865", 35.9606, -83.9207),
    City("Pittsburgh", "Pennsylvania", "152", "412", 40.4406, -79.9959),
    City("Philadelphia", "Pennsylvania", "191", "215", 39.9526, -75.1652),
    City("Baltimore", "Maryland", "212", "410", 39.2904, -76.6122),
)


def city_of_store(store: int) -> City:
    """A store's city; the same for the same store every time."""
    return Random(f"city of store {store}").choice(CITIES)  # noqa: S311 - made up, not secret


def fiction_phone(number: int) -> str:
    """One of the phone numbers that are kept for fiction: a hundred in each area code, `555-01xx`."""
    area, last = divmod(number, 100)
    return f"+1{CITIES[area].area_code}55501{last:02d}"
