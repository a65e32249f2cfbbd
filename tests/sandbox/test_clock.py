from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Barrier, BrokenBarrierError, Thread

from rolecall.sandbox.clock import Clock

START = datetime(2026, 11, 27, 12, tzinfo=UTC)


class SteppingClock(Clock):
    """A clock for which a second passes whenever someone looks, so that nothing waits."""

    def __init__(self):
        super().__init__()
        self.looks = 0

    def real_now(self):
        self.looks += 1
        return START + timedelta(seconds=self.looks)


def test_a_moment_is_shown_as_the_clock_showed_it_then():
    clock = SteppingClock()
    before = clock.real_now()

    clock.advance(timedelta(hours=1))
    clock.advance(timedelta(hours=2))

    assert clock.at(before) == before
    assert clock.at(clock.real_now()) - clock.real_now() == timedelta(hours=3, seconds=-1)


def test_two_clients_can_advance_the_clock_at_the_same_time():
    both_advance = Barrier(2, timeout=0.05)

    class SharedClock(SteppingClock):
        def real_now(self):
            # Without a lock, both threads come here before one of them has advanced the clock.
            with suppress(BrokenBarrierError):
                both_advance.wait()
            return super().real_now()

    clock = SharedClock()
    clients = [Thread(target=clock.advance, args=(timedelta(hours=1),)) for _ in range(2)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()

    assert clock._ahead[-1] == timedelta(hours=2)
