"""Whether policy documents allow a call. What is not understood is refused, loudly."""

import fnmatch
import re
from dataclasses import dataclass, field


class PolicyError(Exception):
    """A policy uses something that is not evaluated here."""


@dataclass
class Call:
    action: str
    resource: str
    context: dict = field(default_factory=dict)  # lower-case condition key: list of values


def as_list(value):
    return value if isinstance(value, list) else [value]


def like(pattern, text):
    """IAM's wildcards: * and ?; nothing else is special."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, text, re.DOTALL) is not None


OPERATORS = {
    "StringEquals": lambda wanted, actual: actual == wanted,
    "StringEqualsIgnoreCase": lambda wanted, actual: actual.lower() == wanted.lower(),
    "StringLike": like,
    "ArnEquals": like,
    "ArnLike": like,
    "Bool": lambda wanted, actual: actual.lower() == wanted.lower(),
}
NEGATED = {
    "StringNotEquals": "StringEquals", "StringNotLike": "StringLike",
    "ArnNotLike": "ArnLike", "ArnNotEquals": "ArnEquals",
}


def condition_holds(operator, key, wanted, context):
    """One line of a Condition block against the call's context."""
    wanted = [str(value).lower() if isinstance(value, bool) else str(value)
              for value in as_list(wanted)]
    quantifier, _, name = operator.rpartition(":")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    actual = context.get(key.lower())
    if name == "Null":
        return (not actual) == (wanted[0] == "true")
    if name not in OPERATORS and name not in NEGATED:
        raise PolicyError(f"the condition operator {operator} is not evaluated here")
    if actual is None:
        return if_exists or quantifier == "ForAllValues" or name in NEGATED
    matches = OPERATORS[NEGATED.get(name, name)]

    def one(value):
        return any(matches(pattern, value) for pattern in wanted) != (name in NEGATED)

    return all(map(one, actual)) if quantifier == "ForAllValues" else any(map(one, actual))


def statement_applies(statement, call):
    if "NotAction" in statement or "NotResource" in statement:
        raise PolicyError("NotAction and NotResource are not evaluated here")
    actions = as_list(statement["Action"])
    if not any(fnmatch.fnmatchcase(call.action.lower(), a.lower()) for a in actions):
        return False
    if not any(like(resource, call.resource) for resource in as_list(statement["Resource"])):
        return False
    return all(
        condition_holds(operator, key, wanted, call.context)
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items())


def allowed(documents, call):
    """True when one statement allows the call and none denies it."""
    effects = {
        statement["Effect"]
        for document in documents for statement in as_list(document["Statement"])
        if statement_applies(statement, call)}
    return "Allow" in effects and "Deny" not in effects


def service_may(statements, service, call):
    """Whether a resource or trust policy lets an AWS service make the call."""
    def speaks_of(statement):
        principal = statement.get("Principal", {})
        names = as_list(principal.get("Service", [])) if isinstance(principal, dict) else ["*"]
        return service in names

    relevant = [{"Resource": "*", **s} for s in as_list(statements) if speaks_of(s)]
    return allowed([{"Statement": relevant}], call)
