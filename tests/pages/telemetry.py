"""The metrics in `docs/telemetry.md`, made from the code."""

from pathlib import Path

from server.telemetry.metrics import table

PAGE = Path(__file__).parents[2] / "docs" / "telemetry.md"
BEGIN, END = "<!-- metrics -->\n", "<!-- end of metrics -->"


def page() -> str:
    """The page with the metrics as they are."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    return f"{before}{BEGIN}{table()}\n{END}{rest.partition(END)[2]}"
