"""Which route of the API serves a request, by API Gateway's order of precedence."""

import re

PARAMETER = re.compile(r"\{(\w+)(\+?)\}")


def pattern(path):
    """A route's path as an expression over the decoded path of a request."""
    parts, end = [], 0
    for match in PARAMETER.finditer(path):
        parts.append(re.escape(path[end:match.start()]))
        parts.append(f"(?P<{match[1]}>{'.+' if match[2] else '[^/]+'})")
        end = match.end()
    return re.compile("".join(parts) + re.escape(path[end:]), re.DOTALL)


def specificity(route):
    """Sorts the most specific first: literals, parameters, greedy ones, ANY, $default."""
    segments = tuple(
        2 if part.endswith("+}") else 1 if part.startswith("{") else 0
        for part in route.path.split("/")[1:])
    return (route.key == "$default", segments, route.method == "ANY")


class Router:
    def __init__(self, routes):
        ordered = sorted(routes, key=specificity)
        self.routes = [(route, pattern(route.path)) for route in ordered]

    def find(self, method, path):
        """(route, its path parameters), or (None, {})."""
        for route, expression in self.routes:
            if route.key == "$default":
                return route, {}
            if route.method in (method, "ANY") and (match := expression.fullmatch(path)):
                return route, match.groupdict()
        return None, {}
