"""What is wrong with the books of a database."""

from sqlalchemy.ext.asyncio import AsyncEngine

from resolvers.books.comparisons import Finding
from resolvers.books.proving import PARTS
from tests.factories import NOW


async def findings(engine: AsyncEngine, *names: str, mend: bool = False) -> list[Finding]:
    """The differences in all parts of the books, or in those that are named."""
    proved = [await PARTS[name].prove(engine, NOW, mend) for name in names or PARTS]
    return [finding for part in proved for finding in part.findings]
