"""Runs of jobs and of migrations, and what was asked for."""

from __future__ import annotations

from typing import Any

import models
from tests.factories.building import NOW, build, number


def job_run(**overrides: Any) -> models.JobRun:
    """A job that ran just now and found nothing to do."""
    return build(models.JobRun, overrides, name=lambda: f"job-{number()}", started_at=NOW, finished_at=NOW, done=0)


def schema_use(**overrides: Any) -> models.SchemaUse:
    """A field that was asked for once."""
    return build(models.SchemaUse, overrides, coordinate=lambda: f"Customer.field{number()}", day=NOW.date(), uses=1)


def served_revision(**overrides: Any) -> models.ServedRevision:
    """Tables that servers of all versions can use."""
    return build(models.ServedRevision, overrides, revision="0001")


def replica_left_out(**overrides: Any) -> models.ReplicaLeftOut:
    """A replica that nobody asks."""
    return build(models.ReplicaLeftOut, overrides, name=lambda: f"replica-{number()}", at=NOW)
