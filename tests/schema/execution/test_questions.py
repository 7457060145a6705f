"""What the lists by related rows are measured against answers the same rows."""

from resolvers.ids import key_of
from resolvers.storage.reader import make_reader
from resolvers.storage.statement import Statement
from tests.benchmarks.questions import ask, questions

EVERY = 37
"""Of how many questions one is asked."""


async def test_a_floor_answers_what_is_asked(shop_url: str) -> None:
    reader = make_reader(shop_url)
    asked = (await questions(reader))[::EVERY]

    for question in asked:
        data = (await ask(reader, question))[question.field]
        found = [key_of(node["id"], question.type_name) for node in data["nodes"]]
        for sql in question.floors():
            rows = await reader.fetch(Statement(sql, ()), {})
            assert [row[-1] for row in rows] == found, str(question)
            assert "totalCount" not in data or not rows or rows[0][0] == data["totalCount"], str(question)
    await reader.close()

    assert len(asked) > 20
