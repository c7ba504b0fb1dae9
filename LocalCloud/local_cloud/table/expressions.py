"""Conditions: `attribute_exists`, `attribute_not_exists`, `begins_with`, comparisons, BETWEEN, AND,
OR, NOT and parentheses, over the attributes of an item.
"""

import operator
import re
from functools import lru_cache

from .errors import invalid
from .values import comparable

TOKEN = re.compile(r"\s*(?:([#:]\w+)|([A-Za-z_]\w*)|(<=|>=|=|<|>|\(|\)|,))")
LONGEST = 4096  # bytes of an expression
COMPARISONS = {
    "=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
FUNCTIONS = {"attribute_exists": 1, "attribute_not_exists": 1, "begins_with": 2}


def tokens(text):
    if len(text.encode()) > LONGEST:
        raise invalid("Invalid expression: Expression size has exceeded the maximum allowed size")
    found, end = [], 0
    while text[end:].strip():
        match = TOKEN.match(text, end)
        if match is None:
            raise invalid(f"Invalid expression: Syntax error near {text[end:end + 20]!r}")
        found.append(match[match.lastindex])
        end = match.end()
    return found


class Parser:
    """Recursive descent; a node is a tuple that begins with its kind."""

    def __init__(self, text):
        self.left = tokens(text)[::-1]

    def parse(self):
        node = self.disjunction()
        if self.left:
            raise invalid(f"Invalid expression: Syntax error near {self.left[-1]!r}")
        return node

    def word(self):
        return self.left[-1].upper() if self.left else ""

    def take(self, expected=None):
        if not self.left or expected not in (None, self.left[-1]):
            raise invalid(f"Invalid expression: Syntax error, {expected or 'more'} is missing")
        return self.left.pop()

    def disjunction(self):
        return self.joined("OR", self.conjunction)

    def conjunction(self):
        return self.joined("AND", self.negation)

    def joined(self, word, part):
        parts = [part()]
        while self.word() == word:
            self.take()
            parts.append(part())
        return parts[0] if len(parts) == 1 else (word, parts)

    def negation(self):
        if self.word() != "NOT":
            return self.primary()
        self.take()
        return ("NOT", self.negation())

    def primary(self):
        if self.word() == "(":
            self.take()
            node = self.disjunction()
            self.take(")")
            return node
        first = self.take()
        if first in FUNCTIONS:
            return self.function(first)
        if self.word() == "BETWEEN":
            self.take()
            low = self.take()
            if self.word() != "AND":
                raise invalid("Invalid expression: BETWEEN needs AND")
            self.take()
            return ("BETWEEN", first, low, self.take())
        comparison = self.take()
        if comparison not in COMPARISONS:
            raise invalid(f"Invalid expression: {comparison!r} is not served by this emulation")
        return (comparison, first, self.take())

    def function(self, name):
        self.take("(")
        operands = [self.take()]
        while len(operands) < FUNCTIONS[name]:
            self.take(",")
            operands.append(self.take())
        self.take(")")
        return (name, *operands)


@lru_cache(maxsize=4096)
def parsed(text):
    """(the expression's node, the placeholders in it)."""
    return Parser(text).parse(), frozenset(t for t in tokens(text) if t[0] in "#:")


class Expression:
    """An expression of a call with what its placeholders stand for; each must be used."""

    def __init__(self, text, call):
        self.names = call.get("ExpressionAttributeNames") or {}
        self.values = call.get("ExpressionAttributeValues") or {}
        self.node, used = parsed(text)
        for kind, known in (("#", self.names), (":", self.values)):
            wanted = {token for token in used if token[0] == kind}
            if wanted != set(known):
                raise invalid(
                    f"Invalid expression: placeholders {sorted(wanted ^ set(known))} are undefined "
                    "or unused")

    def name(self, token):
        return self.names[token] if token[0] == "#" else token

    def operand(self, token, item):
        """What a token is worth, in a form that compares; None: no such attribute."""
        value = self.values[token] if token[0] == ":" else item.get(self.name(token))
        return None if value is None else comparable(value)

    def holds(self, item):
        """Whether it holds of an item, which is empty where there is none."""
        return self.test(self.node, item)

    def test(self, node, item):
        kind = node[0]
        if kind == "AND":
            return all(self.test(part, item) for part in node[1])
        if kind == "OR":
            return any(self.test(part, item) for part in node[1])
        if kind == "NOT":
            return not self.test(node[1], item)
        if kind == "attribute_exists":
            return self.name(node[1]) in item
        if kind == "attribute_not_exists":
            return self.name(node[1]) not in item
        operands = [self.operand(token, item) for token in node[1:]]
        if None in operands or len({operand[0] for operand in operands}) > 1:
            return False  # what is absent, or of another type, compares with nothing
        contents = [operand[1] for operand in operands]
        if kind == "BETWEEN":
            return contents[1] <= contents[0] <= contents[2]
        if kind == "begins_with":
            return operands[0][0] != "N" and contents[0].startswith(contents[1])
        return COMPARISONS[kind](*contents)


class KeyCondition:
    """What a query asks for: the partition, and the bounds of the sort keys."""

    def __init__(self, call):
        expression = Expression(call.get("KeyConditionExpression") or "", call)
        node = expression.node
        parts = node[1] if node[0] == "AND" else [node]
        by_name = {expression.name(part[1]): part for part in parts if isinstance(part[1], str)}
        partition, bound = by_name.pop("PK", None), by_name.pop("SK", None)
        if partition is None or partition[0] != "=" or by_name or len(parts) > 2:
            raise invalid("Query condition missed key schema element: PK, or has another one")
        self.partition = self.text(expression, partition[2]).decode()
        self.low, self.high = None, None  # (key, whether it counts itself)
        if bound is not None:
            self.bounds(bound[0], [self.text(expression, token) for token in bound[2:]])

    @staticmethod
    def text(expression, token):
        found = expression.operand(token, {})
        if found is None or found[0] != "S":
            raise invalid("One or more parameter values were invalid: a key is text")
        return found[1]

    def bounds(self, kind, texts):
        if kind == "BETWEEN":
            if texts[0] > texts[1]:
                raise invalid("The BETWEEN operator requires upper bound to be greater than or "
                              "equal to lower bound")
            self.low, self.high = (texts[0], True), (texts[1], True)
        elif kind == "begins_with":
            # No text has a byte of 255.
            self.low, self.high = (texts[0], True), (texts[0] + b"\xff", False)
        elif kind in COMPARISONS:
            if kind in ("=", ">", ">="):
                self.low = (texts[0], kind != ">")
            if kind in ("=", "<", "<="):
                self.high = (texts[0], kind != "<")
        else:
            raise invalid(f"Query key condition not supported: {kind}")

    def covers(self, sort):
        """Whether a sort key lies within the bounds."""
        above = self.low is None or sort > self.low[0] or (self.low[1] and sort == self.low[0])
        below = self.high is None or sort < self.high[0] or (self.high[1] and sort == self.high[0])
        return above and below
