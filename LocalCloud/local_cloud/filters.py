"""The event filter language of event source mappings."""

COMPARE = {
    "=": lambda a, b: a == b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}


class FilterError(Exception):
    """A pattern that Lambda would refuse."""


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def numeric(rule, value):
    if len(rule) % 2:
        raise FilterError(f"numeric: {rule}")
    return is_number(value) and all(
        COMPARE[operator](value, limit) for operator, limit in zip(rule[::2], rule[1::2]))


def one_value(rule, value):
    """Whether a value that is there fulfils one element of a pattern's list."""
    if not isinstance(rule, dict):
        return rule == value and isinstance(rule, bool) == isinstance(value, bool)
    (name, argument), = rule.items()
    if name == "exists":
        return argument
    if name == "prefix":
        return isinstance(value, str) and value.startswith(argument)
    if name == "suffix":
        return isinstance(value, str) and value.endswith(argument)
    if name == "equals-ignore-case":
        return isinstance(value, str) and value.lower() == argument.lower()
    if name == "numeric":
        return numeric(argument, value)
    if name == "anything-but":
        if isinstance(argument, dict):
            return not one_value(argument, value)
        return value not in (argument if isinstance(argument, list) else [argument])
    raise FilterError(f"unknown filter rule {name}")


MISSING = object()


def leaf(rules, value):
    if value is MISSING:
        return any(isinstance(rule, dict) and rule.get("exists") is False for rule in rules)
    if isinstance(value, dict):
        return False  # `exists` and all others look at leaves only
    values = value if isinstance(value, list) else [value]
    return any(one_value(rule, each) for rule in rules for each in values)


def matches(pattern, value):
    """Whether a record (parsed JSON) fulfils a pattern (parsed JSON)."""
    for name, rules in pattern.items():
        if name == "$or":
            if not any(matches(choice, value) for choice in rules):
                return False
            continue
        inner = value.get(name, MISSING) if isinstance(value, dict) else MISSING
        if isinstance(rules, dict):
            if not matches(rules, {} if inner is MISSING else inner):
                return False
        elif not isinstance(rules, list):
            raise FilterError(f"{name}: a pattern's values are lists")
        elif not leaf(rules, inner):
            return False
    return True
