"""Why a request, or a field of it, was not answered: the codes in `errors[].extensions.code`."""

from __future__ import annotations

from collections.abc import Mapping

from models.described import DescribedEnum


class RequestCode(DescribedEnum):
    """Why a request, or a field of it, was not answered."""

    # The document
    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED", "The document is not GraphQL."
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED", "The document asks for what the schema doesn't have."
    TOO_COMPLEX = "TOO_COMPLEX", "The document or its variables are larger or deeper than is taken."
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND", "No document of this hash is known yet."
    PERSISTED_QUERY_HASH_MISMATCH = (
        "PERSISTED_QUERY_HASH_MISMATCH",
        "The document has another hash than it came with.",
    )
    PERSISTED_QUERY_NOT_SUPPORTED = (
        "PERSISTED_QUERY_NOT_SUPPORTED",
        "Only version 1 of persisted queries is known.",
    )
    UNKNOWN_DOCUMENT = "UNKNOWN_DOCUMENT", "No document of this id is known."
    DOCUMENT_NOT_TRUSTED = "DOCUMENT_NOT_TRUSTED", "Only documents of the manifests are run here."
    # Variables and arguments
    BAD_INPUT = "BAD_INPUT", "A variable or an argument can't be used."
    BAD_CURSOR = "BAD_CURSOR", "The cursor isn't one, or belongs to another list or order."
    BAD_PAGE = "BAD_PAGE", "Page sizes contradict each other or are out of range."
    BAD_FILTER = "BAD_FILTER", "A filter can't be applied."
    BAD_ID = "BAD_ID", "The id isn't one, or names another type."
    SCHEMA_HIDDEN = "SCHEMA_HIDDEN", "This gateway doesn't tell of its schema."
    # Who asks
    UNAUTHENTICATED = "UNAUTHENTICATED", "No token came along that can be used."
    FORBIDDEN = "FORBIDDEN", "It takes a scope that the token doesn't hold."
    # What it costs
    COST_EXCEEDED = "COST_EXCEEDED", "The document may cost more than one document may."
    THROTTLED = "THROTTLED", "The token's budget is spent for now."
    ANSWER_TOO_LARGE = "ANSWER_TOO_LARGE", "The answer has more bytes than one may have."
    # HTTP
    BAD_REQUEST = "BAD_REQUEST", "This is not a request of GraphQL over HTTP."
    TOO_LARGE = "TOO_LARGE", "The head or the body of the request is larger than is taken."
    UNKNOWN_HOST = "UNKNOWN_HOST", "The gateway doesn't answer under this name."
    # The gateway
    DEADLINE = "DEADLINE", "There was no answer in time."
    UNAVAILABLE = "UNAVAILABLE", "The database is away, or too many ask at once."
    INTERNAL = "INTERNAL", "The gateway is at fault."


ADVICE: Mapping[RequestCode, str] = {
    RequestCode.GRAPHQL_PARSE_FAILED: "Correct the document where `locations` says.",
    RequestCode.GRAPHQL_VALIDATION_FAILED: "Correct the document where `locations` says; the reference has all fields.",
    RequestCode.TOO_COMPLEX: "Ask for less, or in several documents; docs/edge.md has the limits.",
    RequestCode.PERSISTED_QUERY_NOT_FOUND: "Send the document with its hash once, as Apollo's link does by itself.",
    RequestCode.PERSISTED_QUERY_HASH_MISMATCH: "Send the SHA-256 of just these bytes, in hexadecimal digits.",
    RequestCode.PERSISTED_QUERY_NOT_SUPPORTED: "Say version 1.",
    RequestCode.UNKNOWN_DOCUMENT: "Give the gateway the manifest that has it, and start it again.",
    RequestCode.DOCUMENT_NOT_TRUSTED: "Add the document to a manifest.",
    RequestCode.BAD_INPUT: "Correct what the message names.",
    RequestCode.BAD_CURSOR: "Begin the list anew, or keep filter and order while paging.",
    RequestCode.BAD_PAGE: "Ask for `first` or `last`, from 0 to 100.",
    RequestCode.BAD_FILTER: "Correct the condition that the message names.",
    RequestCode.BAD_ID: "Give an id just as the API answered it.",
    RequestCode.SCHEMA_HIDDEN: "Use `schema.graphql`; CRM360_PUBLIC_SCHEMA shows it.",
    RequestCode.UNAUTHENTICATED: "Show a token: `Authorization: Bearer …`; where it is over, get another one.",
    RequestCode.FORBIDDEN: "Use a token that holds the scope which the message names.",
    RequestCode.COST_EXCEEDED: "Ask for smaller pages or fewer fields; `extensions.cost` says what it may cost.",
    RequestCode.THROTTLED: "Ask again after the seconds of `Retry-After`.",
    RequestCode.ANSWER_TOO_LARGE: "Ask for smaller pages, or for less in several documents.",
    RequestCode.BAD_REQUEST: "POST JSON with a `query`, as docs/edge.md says.",
    RequestCode.TOO_LARGE: "Send less at once.",
    RequestCode.UNKNOWN_HOST: "Use the gateway's own name, or have it added to CRM360_ALLOWED_HOSTS.",
    RequestCode.DEADLINE: "Ask for less. Of a mutation the outcome is open: ask again under the same idempotency key.",
    RequestCode.UNAVAILABLE: "Ask again after the seconds of `Retry-After`; a mutation under the same idempotency key.",
    RequestCode.INTERNAL: "Ask again; if it stays, tell those who run the gateway the id in `extensions`.",
}
