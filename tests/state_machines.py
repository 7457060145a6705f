"""State machines of Hypothesis run until they have met all that a test is about."""

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

ROUNDS = 6
"""How often examples are drawn anew before a test says what they never came across."""


def run_until_met(
    machine: type[RuleBasedStateMachine], met: Callable[[], set[str]], all_of: set[str], *, examples: int, steps: int
) -> None:
    """Run rounds of a machine until `met` says `all_of`; a test that doesn't try everything fails.

    The rounds are the same each time: their seeds are their numbers.
    """
    bounds = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    for number in range(ROUNDS):
        factory: Any = seed(number)(machine)
        run_state_machine_as_test(factory, settings=bounds)
        if met() == all_of:
            return
    assert met() == all_of
