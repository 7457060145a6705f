"""The whole source, once, in a process of its own: what comes of it is known, and how much memory it may take."""

import json
import subprocess
import sys
from pathlib import Path

from resolvers import demo

IMPORT = """
import asyncio, json, resource, sqlite3, sys
from datetime import date
from resolvers import demo

path = sys.argv[1]
report = asyncio.run(demo.import_journey(
    f"sqlite+aiosqlite:///{path}", today=date(2026, 11, 23), promotion_weeks=0))
ask = lambda sql: sqlite3.connect(path).execute(sql).fetchone()
# Not of those who are made up altogether.
households = "FROM purchase p WHERE customer_id <= 2469"
print(json.dumps({
    "rows": report.rows,
    "turnover": ask(f"SELECT sum(total) {households}")[0],
    "lines": ask(f"SELECT sum(price) FROM purchase_item WHERE purchase_id IN (SELECT id {households})")[0],
    "stores": ask(f"SELECT count(DISTINCT store_id) {households}")[0],
    "customers": ask(f"SELECT count(DISTINCT customer_id) {households}")[0],
    "applied": ask("SELECT count(*) FROM voucher WHERE state = 'APPLIED'")[0],
    "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
}))
"""


def test_the_whole_source_comes_in_and_is_learnt_from_within_1300_megabytes(new_database):
    path = new_database("sqlite").partition("///")[2]
    root = Path(demo.__file__).parents[2]

    ended = subprocess.run([sys.executable, "-c", IMPORT, path], cwd=root, capture_output=True, check=True)

    found = json.loads(ended.stdout)
    assert found["turnover"] == found["lines"] == 4_596_039_58_00
    assert (found["customers"], found["stores"], found["applied"]) == (2469, 457, 2102)
    assert found["megabytes"] < 1300
    wanted = {"customer": 2469, "purchase": 155_848, "purchase_item": 1_469_307, "product": 92_331, "store": 457}
    assert wanted.items() <= found["rows"].items()
    assert found["rows"]["campaign"] == 27
