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


def test_a_crowd_that_is_soon_gone_is_let_in_at_once_within_reason() -> None:
    door = Door()

    assert door.come(2_000) == 500
    door.leave(500)
    door.now = 5.0
    assert door.come(500) == 500
    assert door.admission.turned_away == 1_500


def test_a_crowd_that_stays_is_let_in_as_fast_as_it_is_answered() -> None:
    door = Door()
    door.come(500)

    door.leave(300)
    door.now = 1.0

    # They wait hardly longer than in a gateway that is just busy.
    assert door.come(100) == 0
    door.leave(100)
    assert door.come(100) == 20


def test_what_is_answered_slowly_is_let_in_slowly() -> None:
    door = Door()
    door.come(500)

    door.leave(50)
    door.now = 1.0

    # 50 a second: those who come now would wait for longer than two.
    assert door.come(1) == 0
    door.leave(351)
    assert door.come(10) == 1


def test_a_crowd_is_over_when_few_are_left_and_not_just_less_than_many() -> None:
    door = Door()
    door.come(FEW)
    door.come(1)

    door.now = 1.0
    assert door.come(1) == 0
    door.leave(FEW // 2 + 1)
    assert door.come(1_000) == FEW // 2
    door.leave(FEW)
    assert door.come(1_000) == 500


def test_a_few_are_let_in_though_none_is_answered() -> None:
    door = Door()
    door.come(FEW + 20)

    door.now = 1.0

    assert door.come(1) == 0
    door.leave(21)
    assert door.come(1) == 1
