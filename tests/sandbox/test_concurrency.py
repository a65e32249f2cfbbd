from concurrent.futures import ThreadPoolExecutor

import pytest

CLIENTS, CALLS = 32, 10


@pytest.mark.slow
def test_many_clients_at_once_lose_nothing(lab):
    def work(number: int) -> list[str]:
        actor = ("dana", "eve")[number % 2]
        sts = lab.client("sts", actor=actor)
        return [sts.get_caller_identity()["Arn"].rpartition("/")[2] for _ in range(CALLS)]

    with ThreadPoolExecutor(CLIENTS) as pool:
        answered = list(pool.map(work, range(CLIENTS)))

    assert answered == [[("dana", "eve")[number % 2]] * CALLS for number in range(CLIENTS)]
    trail = lab.trail
    assert len(trail) == CLIENTS * CALLS
    assert len({one.id for one in trail}) == len(trail)
