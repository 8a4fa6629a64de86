"""Work that another process does ahead of its use, so that two processors are busy."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

P = TypeVar("P")
R = TypeVar("R")

AHEAD = 2  # results held in memory that nobody has asked for yet


def done_ahead(work: Callable[[P], R], parts: Iterable[P]) -> Iterator[R]:
    """Yield what `work` makes of each part, in order, like map; close it if not used up.

    The process is forked, so it has the settings of this one, in tests too; `work` must not
    touch the database, whose connection it would share.
    """
    waiting: deque[Future[R]] = deque()
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as process:
        for part in parts:
            waiting.append(process.submit(work, part))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
