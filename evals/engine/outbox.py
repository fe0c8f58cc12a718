"""Answers that came back and are not stored yet, and the brake when there are too many."""

import asyncio
from collections import deque
from collections.abc import Mapping

from evals.engine.answers import AnswerRecord
from evals.engine.held import HeldShard

BATCH_ANSWERS = 5_000
BATCH_CHARS = 8 * 1024 * 1024
MOST_ANSWERS = 20_000
MOST_CHARS = 64 * 1024 * 1024


class Outbox:
    """First in, first out. `has_room` is set while calls may start."""

    def __init__(self) -> None:
        self.has_room = asyncio.Event()
        self.has_room.set()
        self._answers: deque[tuple[HeldShard, AnswerRecord]] = deque()
        self._chars = 0

    def __len__(self) -> int:
        return len(self._answers)

    def put(self, shard: HeldShard, record: AnswerRecord) -> None:
        """Keep an answer until it is stored."""
        shard.unstored += 1
        self._answers.append((shard, record))
        self._chars += len(record.text)
        if len(self._answers) > MOST_ANSWERS or self._chars > MOST_CHARS:
            self.has_room.clear()

    def take(self, held: Mapping[int, HeldShard]) -> dict[int, list[AnswerRecord]]:
        """The next batch by shard id; answers of shards that are not `held` are dropped."""
        taken: dict[int, list[AnswerRecord]] = {}
        count = chars = 0
        while self._answers and count < BATCH_ANSWERS and chars < BATCH_CHARS:
            shard, record = self._answers.popleft()
            count, chars = count + 1, chars + len(record.text)
            if held.get(shard.id) is shard:
                taken.setdefault(shard.id, []).append(record)
        self._chars -= chars
        return taken

    def brake(self, unscored: int) -> None:
        """Let calls start again, or not, now that so many answers wait for their scores."""
        if len(self._answers) + unscored > MOST_ANSWERS or self._chars > MOST_CHARS:
            self.has_room.clear()
        else:
            self.has_room.set()
