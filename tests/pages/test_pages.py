"""The pages that are made from the code are those that it makes now; `make schema` writes them."""

from tests.pages import costs, errors, one_query, permissions, rooms, telemetry
from tests.schema.both_ways import schema


def test_the_page_about_one_query_is_current() -> None:
    made = one_query.page(schema())

    assert made == one_query.PAGE.read_text()


def test_the_picture_of_the_rooms_is_current() -> None:
    made = rooms.page()

    assert made == rooms.PAGE.read_text()
    assert rooms.readme() == rooms.README.read_text()


def test_the_page_about_permissions_is_current() -> None:
    made = permissions.page()

    assert made == permissions.PAGE.read_text()


def test_the_figures_of_what_documents_cost_are_current() -> None:
    made = costs.page(schema())

    assert made == costs.PAGE.read_text()


def test_the_page_about_errors_is_current() -> None:
    made = errors.page()

    assert made == errors.PAGE.read_text()


def test_the_metrics_told_of_are_those_that_are_shown() -> None:
    made = telemetry.page()

    assert made == telemetry.PAGE.read_text()
