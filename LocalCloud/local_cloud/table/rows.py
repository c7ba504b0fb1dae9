"""A table's rows, each partition sorted by the bytes of its sort keys."""

from bisect import bisect_left, bisect_right, insort

PAGE = 1024 * 1024  # bytes of a page, before anything is left out of it


class Partition:
    def __init__(self):
        self.keys, self.rows = [], {}

    def span(self, condition):
        """The indices of the keys within a condition's bounds."""
        start, end = 0, len(self.keys)
        if condition.low:
            key, included = condition.low
            start = (bisect_left if included else bisect_right)(self.keys, key)
        if condition.high:
            key, included = condition.high
            end = (bisect_right if included else bisect_left)(self.keys, key)
        return start, end


class Rows:
    def __init__(self):
        self.partitions = {}

    def get(self, partition, sort):
        found = self.partitions.get(partition)
        return found and found.rows.get(sort)

    def put(self, partition, sort, row):
        """Stores a row, or removes it when it is None."""
        found = self.partitions.setdefault(partition, Partition())
        if row is not None:
            if sort not in found.rows:
                insort(found.keys, sort)
            found.rows[sort] = row
        elif found.rows.pop(sort, None):
            del found.keys[bisect_left(found.keys, sort)]
        if not found.rows:
            del self.partitions[partition]

    def query(self, condition, after, ascending, limit):
        """(rows, whether the page ended before the rows did)."""
        found = self.partitions.get(condition.partition)
        if found is None:
            return [], False
        start, end = found.span(condition)
        if after is not None and ascending:
            start = max(start, bisect_right(found.keys, after))
        elif after is not None:
            end = min(end, bisect_left(found.keys, after))
        keys = range(start, end) if ascending else range(end - 1, start - 1, -1)
        return page((found.rows[found.keys[index]] for index in keys), limit)

    def scan(self, after, limit):
        """As `query`, over all partitions; `after`: (partition, sort key)."""
        def following():
            for partition in sorted(self.partitions):
                found = self.partitions[partition]
                for sort in found.keys:
                    if after is None or (partition, sort) > after:
                        yield found.rows[sort]

        return page(following(), limit)


def page(rows, limit):
    """The first rows, up to the limit and to 1 MB, but one at least.

    A page that ends by its limit does not look whether there is more.
    """
    found, size = [], 0
    for row in rows:
        size += row.size
        if found and size > PAGE:
            return found, True
        found.append(row)
        if len(found) == limit:
            return found, True
    return found, False
