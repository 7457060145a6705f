"""Persisted documents: asked for by an id or a hash instead of their text.

Trusted ones come from manifests and are known from the start; a gateway may be told to run no others. All others are
learnt by Apollo's automatic protocol: a client sends the hash alone; where it isn't known, the client sends the text
beside it, and the next time the hash is enough. What is learnt is kept in bounded memory, since whoever asks can teach
it again, and only if it is valid, since nobody could run it otherwise.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from hashlib import sha256

from resolvers.request_codes import RequestCode
from resolvers.storage.cache import Cache
from schema.execution.plan.document_cache import Documents
from server.http.graphql_http import GraphQLRequest, Refused

PREFIX = "sha256:"
MOST_LEARNT = 2000

logger = logging.getLogger("crm360")


class PersistedDocuments:
    """Finds the text of what is asked for."""

    def __init__(self, documents: Documents, trusted: Mapping[str, str], *, only: bool = False) -> None:
        """`only`: whether nothing but the trusted documents is run."""
        self.documents = documents
        self.trusted = trusted
        self.only = only
        self.learnt: Cache[str, str] = Cache(MOST_LEARNT)
        self._texts = frozenset(trusted.values())

    def prepare(self) -> None:
        """Read and plan the trusted documents, before anybody asks for them."""
        for document_id, text in self.trusted.items():
            document = self.documents.keep(text)
            if document.errors:
                why = document.errors[0].message
                logger.warning("The document %s of a manifest can't be run: %s", document_id, why)

    async def text(self, asked: GraphQLRequest) -> str:
        """The text of the document that is asked for; what can't be found or isn't trusted is refused."""
        if asked.persisted is None and asked.document_id is None:
            return self._told(asked.query) if self.only else asked.query
        if asked.document_id is not None:
            return self._identified(asked.document_id, asked.query)
        return await self._hashed(asked)

    def _told(self, text: str) -> str:
        if text not in self._texts:
            raise Refused(
                403,
                "This gateway runs only the documents of its manifests, and this is none of them. To explore the graph "
                "use a gateway without CRM360_TRUSTED_ONLY.",
                RequestCode.DOCUMENT_NOT_TRUSTED,
            )
        return text

    def _identified(self, document_id: str, text: str) -> str:
        known = self.trusted.get(document_id) or self.trusted.get(document_id.removeprefix(PREFIX))
        if known is None and document_id.startswith(PREFIX):
            known = self.learnt.get(document_id.removeprefix(PREFIX))
        if known is not None:
            return known
        if text and not self.only:
            return text
        raise Refused(404, "There is no document of this id.", RequestCode.UNKNOWN_DOCUMENT)

    async def _hashed(self, asked: GraphQLRequest) -> str:
        assert asked.persisted is not None
        given = asked.persisted.get("sha256Hash")
        if asked.persisted.get("version") != 1 or not isinstance(given, str):
            raise Refused(400, "Unsupported persisted query version", RequestCode.PERSISTED_QUERY_NOT_SUPPORTED)
        if (known := self.trusted.get(given)) is not None:
            return known
        if self.only:
            return self._told(asked.query)
        if not asked.query:
            known = self.learnt.get(given)
            if known is None:
                # Apollo's clients look for this very message, under a status that is no failure.
                raise Refused(200, "PersistedQueryNotFound", RequestCode.PERSISTED_QUERY_NOT_FOUND)
            return known
        if sha256(asked.query.encode()).hexdigest() != given.lower():
            raise Refused(400, "provided sha does not match query", RequestCode.PERSISTED_QUERY_HASH_MISMATCH)
        if not (await self.documents.document_beside(asked.query)).errors:
            self.learnt.put(given, asked.query, len(asked.query))
        return asked.query
