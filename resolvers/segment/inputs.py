"""What the operations on segments take, and what they answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import UNSET, UnsetType

import models
from models import SegmentKind
from models.rules.error_codes import ErrorCode
from resolvers.errors import Refused
from resolvers.operation.answers import OPAQUE_ID, Answer, row
from resolvers.operation.checks import By, by, column, key, shown_as, text
from resolvers.operation.inputs import Input
from resolvers.storage.context import RowRef

SEGMENT = models.Segment
GROUP = models.SegmentGroup

ThisSegment = Annotated[int, key(SEGMENT), "The segment."]
ThisList = Annotated[int, key(SEGMENT), "The segment, a LIST."]
Customers = Annotated[tuple[int, ...], key(models.Customer), "The customers, 1000 at most."]
Note = Annotated[str | UnsetType | None, column(SEGMENT.note), "What the segment is for."]
PictureUrl = Annotated[str | UnsetType | None, column(SEGMENT.picture_url), "Address of a picture."]
Folder = Annotated[By | UnsetType | None, by(GROUP), "The folder it is kept in."]


class SegmentCreate(Input):
    """A segment to be created."""

    name: Annotated[str, column(SEGMENT.name), "Name of the segment."]
    kind: Annotated[SegmentKind | None, "How it gets its members; CRITERIA where `where` is given, else LIST."] = None
    where: Annotated[
        Mapping[str, object] | None, shown_as("CustomerWhere"), "For CRITERIA: the filter that its members pass."
    ] = None
    customers: Annotated[tuple[int, ...] | None, key(models.Customer), "For LIST: its first members, 1000 at most."] = (
        None
    )
    note: Note = UNSET
    picture_url: PictureUrl = UNSET
    group: Folder = UNSET
    source: Annotated[str | None, text(64), "Code of the outside system that owns it; given with `externalId`."] = None
    external_id: Annotated[str | None, text(128), "Its id there."] = None

    def will_be(self) -> SegmentKind:
        """How it will get its members."""
        return self.kind or (SegmentKind.LIST if self.where is None else SegmentKind.CRITERIA)

    def check(self) -> None:
        """Members come from criteria, or are given."""
        kind = self.will_be()
        if kind is SegmentKind.CRITERIA and self.where is None:
            raise Refused(ErrorCode.REQUIRED, "A segment by criteria needs its filter.", "where")
        if kind is SegmentKind.CRITERIA and self.customers:
            message = "Members of a segment by criteria are worked out, not given."
            raise Refused(ErrorCode.WRONG_KIND, message, "customers")
        if kind is SegmentKind.LIST and self.where is not None:
            raise Refused(ErrorCode.WRONG_KIND, "A list is kept by hand; only CRITERIA takes a filter.", "where")
        if (self.source is None) != (self.external_id is None):
            raise Refused(ErrorCode.REQUIRED, "`source` and `externalId` belong together.", "externalId")


def _check_filter(where: Mapping[str, object] | UnsetType | None) -> None:
    """A segment keeps its criteria: they may be left out, and not cleared."""
    if where is None:
        message = "The filter can't be cleared; leave `where` out for it to stay."
        raise Refused(ErrorCode.REQUIRED, message, "where")


class SegmentUpdate(Input):
    """Changes of a segment."""

    id: ThisSegment
    name: Annotated[str | UnsetType, column(SEGMENT.name), "Name of the segment."] = UNSET
    where: Annotated[
        Mapping[str, object] | UnsetType | None,
        shown_as("CustomerWhere"),
        "For CRITERIA: the filter that its members pass from now on; it can't be cleared.",
    ] = UNSET
    note: Note = UNSET
    picture_url: PictureUrl = UNSET
    group: Folder = UNSET

    def check(self) -> None:
        """A segment keeps its criteria."""
        _check_filter(self.where)


class SegmentUpsert(Input):
    """A segment of an outside system, to be created or updated."""

    source: Annotated[str, text(64), "Code of the outside system that owns it."]
    external_id: Annotated[str, text(128), "Its id there, by which it is found, or made where it isn't."]
    name: Annotated[str | UnsetType, column(SEGMENT.name), "Name of the segment; a new one needs it."] = UNSET
    where: Annotated[
        Mapping[str, object] | UnsetType | None,
        shown_as("CustomerWhere"),
        "For CRITERIA: the filter that its members pass from now on. A new segment with one is by CRITERIA, without "
        "one a LIST; it stays what it is.",
    ] = UNSET
    customers: Annotated[
        tuple[int, ...] | UnsetType | None,
        key(models.Customer),
        "For LIST: all of its members, 1000 at most; they take the place of those there.",
    ] = UNSET
    note: Note = UNSET
    picture_url: PictureUrl = UNSET
    group: Folder = UNSET

    def check(self) -> None:
        """Members come from criteria, or are given."""
        _check_filter(self.where)
        if self.where is not UNSET and self.customers is not UNSET:
            message = "Members of a segment by criteria are worked out, not given."
            raise Refused(ErrorCode.WRONG_KIND, message, "customers")

    def new(self) -> SegmentCreate:
        """What makes it where it isn't there."""
        if self.name is UNSET:
            raise Refused(ErrorCode.REQUIRED, "A new segment needs a name.", "name")
        given = SegmentCreate(
            name=self.name,
            where=None if self.where is UNSET else self.where,
            customers=None if self.customers is UNSET else self.customers,
            note=self.note,
            picture_url=self.picture_url,
            group=self.group,
            source=self.source,
            external_id=self.external_id,
        )
        given.check()
        return given

    def changes(self, segment: int) -> SegmentUpdate:
        """What changes it where it is there."""
        return SegmentUpdate(
            id=segment,
            name=self.name,
            where=self.where,
            note=self.note,
            picture_url=self.picture_url,
            group=self.group,
        )


class SegmentCustomers(Input):
    """Customers to be put on a list, or taken off it."""

    segment: ThisList
    customers: Customers


class SegmentRefresh(Input):
    """A segment whose members are to be worked out."""

    id: Annotated[int, key(SEGMENT), "The segment, one by CRITERIA."]


class SegmentId(Input):
    """A segment."""

    id: ThisSegment


class SegmentGroupUpsert(Input):
    """A folder of segments to be created or updated."""

    id: Annotated[int | None, key(GROUP), "The folder to change, where it is known by its opaque id."] = None
    code: Annotated[
        str | UnsetType,
        column(GROUP.code),
        "Short name that programs use; by it a folder is found, or made where it isn't.",
    ] = UNSET
    name: Annotated[str | UnsetType, column(GROUP.name), "Name that people read; a new folder needs one."] = UNSET
    parent: Annotated[By | UnsetType | None, by(GROUP), "The folder above; null moves it to the top."] = UNSET
    note: Annotated[str | UnsetType | None, column(GROUP.note), "What the folder is for."] = UNSET


class SegmentAnswer(Answer):
    """A segment, as it is now."""

    segment: Annotated[RowRef, row("Segment"), "The segment."]


class AddedAnswer(SegmentAnswer):
    """A list that customers were put on."""

    added: Annotated[int, "How many came onto the list."]


class RemovedAnswer(SegmentAnswer):
    """A list that customers were taken off."""

    removed: Annotated[int, "How many were taken off."]


class RefreshedAnswer(SegmentAnswer):
    """A segment whose members were worked out."""

    added: Annotated[int, "How many joined."]
    removed: Annotated[int, "How many left."]


class DeletedSegmentAnswer(Answer):
    """A segment that was deleted."""

    deleted_id: Annotated[str, OPAQUE_ID, "The segment's id, which leads nowhere now."]


class SegmentGroupAnswer(Answer):
    """A folder of segments, as it is now."""

    segment_group: Annotated[RowRef, row("SegmentGroup"), "The folder."]
