"""In a crowd so many are let in as can be answered in good time."""

from server.admission import FEW, Admission


class Door:
    """A door with a clock of its own."""

    def __init__(self) -> None:
        self.now = 0.0
        self.admission = Admission(lambda: self.now)

    def come(self, count: int) -> int:
        """How many of so many are let in."""
        return sum(self.admission.enters() for _ in range(count))

    def leave(self, count: int) -> None:
        for _ in range(count):
            self.admission.leaves()


def test_a_crowd_that_is_soon_gone_is_served_as_it_comes() -> None:
    door = Door()

    assert door.come(2_000) == 2_000
    door.leave(2_000)
    door.now = 5.0
    assert door.come(2_000) == 2_000


def test_a_crowd_that_stays_is_let_in_as_fast_as_it_is_answered() -> None:
    door = Door()
    door.come(1_000)

    door.leave(300)
    door.now = 1.0

    # 300 a second: those who come now would wait for longer than two.
    assert door.come(100) == 0
    door.leave(150)
    assert door.come(100) == 50
    # It's no crowd any more.
    door.leave(600 - FEW + 1)
    assert door.come(1_000) == 1_000


def test_a_few_are_let_in_though_none_is_answered() -> None:
    door = Door()
    door.come(FEW + 20)

    door.now = 1.0

    assert door.come(1) == 0
    door.leave(21)
    assert door.come(1) == 1
