"""Runs of jobs."""

from __future__ import annotations

from typing import Any

import models
from tests.factories.building import NOW, build, number


def job_run(**overrides: Any) -> models.JobRun:
    """A job that ran just now and found nothing to do."""
    return build(models.JobRun, overrides, name=lambda: f"job-{number()}", started_at=NOW, finished_at=NOW, done=0)
