"""What is worked out over all customers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import models
from tests.factories.building import NOW, build, number


def score_band(**overrides: Any) -> models.ScoreBand:
    return build(
        models.ScoreBand,
        overrides,
        metric=models.ScoreMetric.RECENCY,
        score=number,
        floor=Decimal(0),
        worked_out_at=NOW,
    )


def import_step(**overrides: Any) -> models.ImportStep:
    return build(models.ImportStep, overrides, run="journey", step=lambda: f"step-{number()}", finished_at=NOW)
