import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import models
from resolvers import demo
from resolvers.demo import JourneyError, Silent, is_imported, made_up
from resolvers.demo.run import steps
from tests import factories
from tests.resolvers.demo import dumps
from tests.resolvers.demo.importing import TODAY, import_few

FEW = 3
ROOT = Path(demo.__file__).parents[2]
KILLED = """
import asyncio, os, signal, sys
from datetime import date
from resolvers import demo

class Deadly(demo.Silent):
    def step(self, name, total):
        self.name = name
    def advance(self, rows):
        if self.name == "purchases":
            os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(demo.import_journey(sys.argv[1], today=date(2026, 11, 22), households=3, progress=Deadly()))
"""


class StoppedError(Exception):
    """The import was stopped from outside."""


class StopsIn(Silent):
    """Stops the import when a step has written its first rows."""

    def __init__(self, name):
        self.stop_in = name

    def step(self, name, total):
        self.name = name

    def advance(self, rows):
        if self.name == self.stop_in:
            raise StoppedError


async def test_an_import_stopped_in_each_step_ends_like_one_that_was_not(database_kind, new_database):
    whole, stopped = new_database(database_kind), new_database(database_kind)
    await import_few(whole, households=FEW)

    for name in [*(step.name for step in steps(promotion_weeks=1)), made_up.STEP]:
        with pytest.raises(StoppedError):
            await import_few(stopped, households=FEW, progress=StopsIn(name))
        assert not await is_imported(stopped)
    await import_few(stopped, households=FEW, today=TODAY.replace(year=2028))

    assert await dumps.rows(stopped) == await dumps.rows(whole)
    assert await dumps.shape(stopped) == await dumps.shape(whole)


async def test_a_killed_process_leaves_what_a_later_one_can_finish(database_kind, new_database):
    whole, killed = new_database(database_kind), new_database(database_kind)

    ended = subprocess.run([sys.executable, "-c", KILLED, killed], cwd=ROOT, env={**os.environ}, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert (await dumps.rows(killed))["purchase"] == []
    await import_few(killed, households=FEW)

    await import_few(whole, households=FEW)
    assert await dumps.rows(killed) == await dumps.rows(whole)


async def test_more_weeks_of_promotions_can_come_later(database_kind, new_database):
    at_once, later = new_database(database_kind), new_database(database_kind)
    await import_few(at_once, households=FEW, promotion_weeks=2)

    await import_few(later, households=FEW, promotion_weeks=0)
    await import_few(later, households=FEW, promotion_weeks=2)

    offers = await dumps.rows(later)
    assert len(offers["campaign_product"]) > 0
    del offers["import_step"]
    assert offers == {name: rows for name, rows in (await dumps.rows(at_once)).items() if name != "import_step"}


async def test_another_import_into_the_same_database_is_refused(database_url):
    await import_few(database_url, households=FEW, promotion_weeks=0)

    with pytest.raises(JourneyError, match="another import"):
        await import_few(database_url, households=FEW + 1)
    with pytest.raises(JourneyError, match="another import"):
        await import_few(database_url, households=FEW, shift=False)


async def test_a_database_that_is_in_use_is_refused(database_url, session):
    await factories.save(session, factories.customer())

    with pytest.raises(JourneyError, match="customer is not empty"):
        await import_few(database_url)

    assert not await is_imported(database_url)


async def test_without_a_shift_all_is_long_over(database_url):
    await import_few(database_url, households=FEW, shift=False)

    rows = await dumps.rows(database_url)

    assert {row[1] for row in rows["customer_source"]} >= {"complete-journey"}
    assert not any("ACTIVE" in row for row in rows["voucher"])
    ledger = models.PointEntry.__table__.c
    customer, amount = [list(ledger).index(column) for column in (ledger.customer_id, ledger.amount)]
    assert sum(row[amount] for row in rows["point_entry"] if row[customer] <= FEW) == 0


async def test_progress_hears_of_every_step(database_url):
    class Listening(Silent):
        def __init__(self):
            self.expected, self.written = {}, {}

        def step(self, name, total):
            self.name, self.expected[name], self.written[name] = name, total, 0

        def advance(self, rows):
            self.written[self.name] += rows

    heard = Listening()
    await import_few(database_url, households=FEW, progress=heard)

    assert list(heard.expected) == [*(step.name for step in steps(1)), made_up.STEP, "finish"]
    assert heard.written[made_up.STEP] == heard.expected[made_up.STEP]
    assert all(heard.written[name] >= total for name, total in heard.expected.items() if name != "finish")


async def test_both_databases_hold_the_same(new_database):
    one, other = new_database("sqlite"), new_database("postgresql")

    for url in (one, other):
        await import_few(url, households=FEW)

    assert await dumps.rows(one) == await dumps.rows(other)


async def test_without_the_extra_the_import_says_what_to_install(database_url, monkeypatch):
    monkeypatch.setattr(demo, "NEEDED", ("json", "not_installed"))

    with pytest.raises(JourneyError, match=r"needs not_installed: .* crm360\[demo\]"):
        await import_few(database_url)


def test_the_gateway_can_ask_about_imports_without_the_extra():
    code = "import sys, resolvers.demo; print({'numpy', 'pyarrow', 'faker'} & set(sys.modules))"

    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True)

    assert ended.stdout == "set()\n"
