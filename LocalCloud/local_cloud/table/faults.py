"""What goes wrong with calls on a test's order, as it does with DynamoDB."""

import random


class Faults:
    """What was ordered for a table: probabilities from 0 to 1, and times.

    - throttles: a call is refused for being one too many
    - unavailable: a call is refused with 500, and not carried out
    - lost_answers: a call is carried out, and its connection closed instead of an answer
    - conflicts: a row to write is in another transaction: that is what a write alone is refused
      with, and one reason among others of a cancelled transaction
    - delay_milliseconds: so long every answer takes
    - transaction_milliseconds: so long, at most, a transaction takes: its rows become visible one by
      one, in any order, and meanwhile nothing else may write them
    - seed: of the random numbers
    """

    PROBABILITIES = ("throttles", "unavailable", "lost_answers", "conflicts")
    KNOWN = (*PROBABILITIES, "delay_milliseconds", "transaction_milliseconds", "seed")

    def __init__(self, wanted):
        """What is left out does not happen; ValueError for what is no order."""
        for name, value in wanted.items():
            known = name in self.KNOWN and isinstance(value, (int, float))
            if not known or (name in self.PROBABILITIES and not 0 <= value <= 1) or value < 0:
                raise ValueError(f"{name}: {value!r} is none of the faults {self.KNOWN}")
        self.values = dict.fromkeys(self.KNOWN, 0) | wanted
        self.random = random.Random(wanted.get("seed"))

    def happens(self, name):
        return self.values[name] > 0 and self.random.random() < self.values[name]

    @property
    def delay(self):
        """Seconds."""
        return self.values["delay_milliseconds"] / 1000

    def pauses(self, count):
        """Seconds between the steps of a transaction of so many rows."""
        longest = self.values["transaction_milliseconds"] / 1000
        return [self.random.random() * longest / count for _ in range(count)] if longest else []


class Orders:
    """The faults of each table, and of those that have none of their own."""

    def __init__(self):
        self.of_all, self.by_table = Faults({}), {}

    def order(self, wanted):
        """`table` says for which; without it, for all, and what was ordered for one is forgotten."""
        wanted = dict(wanted)
        table = wanted.pop("table", None)
        if table is None:
            self.of_all, self.by_table = Faults(wanted), {}
        else:
            self.by_table[table] = Faults(wanted)

    def of(self, table):
        return self.by_table.get(table, self.of_all)
