"""What becomes of one batch of a stream: retries, bisection, partial failures, giving up.

`BatchPlan` is a value without I/O: it says what to invoke next and is told how it went.
"""

import json
import time
from dataclasses import dataclass


@dataclass
class Attempt:
    records: list
    tries: int = 0  # invocations that counted against the retries


@dataclass
class Abandoned:
    """Records that are given up, for the on-failure destination."""

    records: list
    condition: str
    tries: int


def sequence(record):
    return record["dynamodb"]["SequenceNumber"]


def age(record, now):
    return now - record["dynamodb"]["ApproximateCreationDateTime"]


def first_failure(records, payload):
    """Index of the first record that failed, None when all went well, -1 for all of them.

    What Lambda cannot understand it takes as a failure of the whole batch.
    """
    try:
        answer = json.loads(payload) if payload else None
    except ValueError:
        return -1
    if not answer:
        return None
    if not isinstance(answer, dict):
        return -1
    failures = answer.get("batchItemFailures")
    if not failures:
        return None
    numbers = [sequence(record) for record in records]
    try:
        return min(numbers.index(failure["itemIdentifier"]) for failure in failures)
    except (ValueError, KeyError, TypeError):
        return -1


class BatchPlan:
    """The attempts that are left of a batch, in order."""

    def __init__(self, records, settings, clock=time.time):
        self.waiting = [Attempt(records)]
        self.settings, self.clock = settings, clock
        self.abandoned = []

    def next(self):
        """The records to invoke with now, or None when the batch is done."""
        while self.waiting:
            attempt = self.waiting[0]
            limit = self.settings.get("MaximumRecordAgeInSeconds", -1)
            if limit and limit > 0:
                self.drop_old(attempt, limit)
            if attempt.records:
                return attempt.records
            self.waiting.pop(0)
        return None

    def drop_old(self, attempt, limit):
        now = self.clock()
        old = [record for record in attempt.records if age(record, now) > limit]
        if old:
            self.abandoned.append(Abandoned(old, "RecordAgeExceeded", attempt.tries))
            attempt.records = [record for record in attempt.records if record not in old]

    def succeeded(self, payload):
        """The function answered."""
        partial = "ReportBatchItemFailures" in self.settings.get("FunctionResponseTypes", [])
        failed = first_failure(self.waiting[0].records, payload) if partial else None
        if failed is None:
            self.waiting.pop(0)
        elif failed <= 0:
            self.failed()
        else:
            self.keep_from(failed)

    def keep_from(self, index):
        """What came before the first failure is done; the others are tried again."""
        attempt = self.waiting.pop(0)
        self.again(Attempt(attempt.records[index:], attempt.tries + 1))

    def failed(self):
        """The function failed, or every record of it."""
        attempt = self.waiting.pop(0)
        if self.settings.get("BisectBatchOnFunctionError") and len(attempt.records) > 1:
            # Splitting does not count as a retry.
            middle = len(attempt.records) // 2
            halves = [attempt.records[:middle], attempt.records[middle:]]
            self.waiting[:0] = [Attempt(half, attempt.tries) for half in halves]
        else:
            self.again(Attempt(attempt.records, attempt.tries + 1))

    def again(self, attempt):
        retries = self.settings.get("MaximumRetryAttempts", -1)
        if retries is not None and 0 <= retries < attempt.tries:
            self.abandoned.append(
                Abandoned(attempt.records, "RetryAttemptsExhausted", attempt.tries))
        else:
            self.waiting.insert(0, attempt)

    def take_abandoned(self):
        """What was given up since the last call."""
        found, self.abandoned = self.abandoned, []
        return found
