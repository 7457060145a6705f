"""Segments and their members."""

from __future__ import annotations

from typing import Any

import models
from tests.factories.building import NOW, build, coded, external
from tests.factories.customer import customer


def segment_group(**overrides: Any) -> models.SegmentGroup:
    return coded(models.SegmentGroup, overrides, "segment-group", "Families")


def segment(**overrides: Any) -> models.Segment:
    """A segment kept by hand, or by criteria where they are given."""
    kind = models.SegmentKind.CRITERIA if overrides.get("criteria") else models.SegmentKind.LIST
    return external(models.Segment, overrides, name="Young families", kind=kind)


def segment_member(**overrides: Any) -> models.SegmentMember:
    return build(models.SegmentMember, overrides, segment=segment, customer=customer, since=NOW)
