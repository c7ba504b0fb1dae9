#!/usr/bin/env python3
"""Bundles the API's schemas into one OpenAPI document.

Sources, written by hand:
    schemas/openapi.base.json         routes and parameters, with `x-errors` per operation
    schemas/json/*.schema.json        one JSON Schema per body, answer and named value
Results, written by this script and committed:
    schemas/openapi.json              self-contained
    schemas/OpenAPIDocument.swift     the same bytes, for the server

With --check nothing is written; a result that is not up to date is an error.
Only the standard library is used.
"""

import argparse
import json
import sys
from pathlib import Path

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"
SUFFIX = ".schema.json"


class SourceError(Exception):
    """A source file that contradicts another one."""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail when stale")
    arguments = parser.parse_args()
    try:
        document = bundle()
    except SourceError as error:
        sys.exit(f"build-openapi: {error}")
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    stale = [
        path
        for path, content in [
            (SCHEMAS / "openapi.json", text),
            (SCHEMAS / "OpenAPIDocument.swift", swift_source(text)),
        ]
        if not update(path, content, arguments.check)
    ]
    for path in stale:
        print(f"schemas/{path.name} is stale: run scripts/build-openapi.py", file=sys.stderr)
    sys.exit(1 if stale else 0)


def update(path, content, check):
    """Writes the file unless only checking; says whether it is up to date afterwards."""
    if path.exists() and path.read_text(encoding="utf-8") == content:
        return True
    if not check:
        path.write_text(content, encoding="utf-8")
    return not check


# The bundle


def bundle():
    document = load(SCHEMAS / "openapi.base.json")
    files = {path.name: load(path) for path in sorted((SCHEMAS / "json").glob("*" + SUFFIX))}
    codes = error_codes(files)
    everywhere = document.pop("x-errors-of-every-operation")
    secured = document.pop("x-errors-of-secured-operations")
    outside = document.pop("x-errors-outside-operations")

    shared = {}
    for code in outside:
        reference_to_errors([code], codes, shared)
    for path, method, operation in operations(document):
        names = set(operation.pop("x-errors") + everywhere)
        if operation["security"]:
            names |= set(secured)
        if not names <= set(codes):
            raise SourceError(f"{method.upper()} {path}: unknown {sorted(names - set(codes))}")
        for status in sorted({codes[name]["status"] for name in names}):
            group = [name for name in codes if name in names and codes[name]["status"] == status]
            operation["responses"][str(status)] = reference_to_errors(group, codes, shared)

    components = document["components"]
    components["responses"] = dict(sorted(shared.items()))
    components["examples"] = {code: {"value": codes[code]["example"]} for code in codes}
    components["schemas"] = {
        component_name(name): component(schema) for name, schema in files.items()
    }
    return resolve(document, set(files))


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield path, method, operation


def error_codes(files):
    schema = files["error-code" + SUFFIX]
    codes = schema["x-codes"]
    if schema["enum"] != list(codes):
        raise SourceError("error-code.schema.json: enum and x-codes differ")
    for code, entry in codes.items():
        if entry["example"]["error"] != code:
            raise SourceError(f"error-code.schema.json: the example of {code} has another code")
    return codes


def reference_to_errors(names, codes, shared):
    """A reference to the response for exactly these codes, which operations share."""
    name = "_or_".join(names)
    if name not in shared:
        shared[name] = error_response(codes[names[0]]["status"], names, codes)
    return {"$ref": f"#/components/responses/{name}"}


def error_response(status, names, codes):
    """The response of one status: the error body, narrowed to the codes that can come here."""
    headers = {}
    if status in (429, 503):
        headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    if status == 401:
        headers["WWW-Authenticate"] = {"$ref": "#/components/headers/Authenticate"}
    if status == 405:
        headers["Allow"] = {"$ref": "#/components/headers/Allow"}
    response = {
        "description": " ".join(f"`{name}`: {codes[name]['description']}" for name in names)
    }
    if headers:
        response["headers"] = headers
    response["content"] = {
        "application/json": {
            "schema": {
                "allOf": [{"$ref": "json/error.schema.json"}],
                "properties": {"error": {"enum": names}},
            },
            "examples": {name: {"$ref": f"#/components/examples/{name}"} for name in names},
        }
    }
    return response


def component(schema):
    """A file's schema as a component: without what only a file of its own needs."""
    return {key: value for key, value in schema.items() if key not in ("$schema", "x-codes")}


def component_name(name):
    words = name.removesuffix(SUFFIX).replace("_", "-").split("-")
    return "".join(word.capitalize() for word in words)


def resolve(value, files):
    """Turns every reference to a file into one to its component."""
    if isinstance(value, list):
        return [resolve(element, files) for element in value]
    if not isinstance(value, dict):
        return value
    result = {key: resolve(element, files) for key, element in value.items()}
    reference = result.get("$ref")
    if isinstance(reference, str) and reference.endswith(SUFFIX):
        name = reference.removeprefix("json/")
        if name not in files:
            raise SourceError(f"no such schema: {reference}")
        result["$ref"] = f"#/components/schemas/{component_name(name)}"
    return result


def load(path):
    def unique(pairs):
        names = [name for name, _ in pairs]
        for name in names:
            if names.count(name) > 1:
                raise SourceError(f"{path.name}: '{name}' occurs twice in one object")
        return dict(pairs)

    try:
        return json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=unique)
    except ValueError as error:
        raise SourceError(f"{path.name}: {error}") from error


def swift_source(text):
    if '"""#' in text:
        raise SourceError("the document cannot stand in a Swift string literal")
    return (
        "// swift-format-ignore-file\n"
        "// Written by scripts/build-openapi.py from openapi.base.json and json/. Do not edit.\n\n"
        "/// The text of openapi.json.\n"
        'let openAPIText: StaticString = #"""\n' + text + '\n"""#\n'
    )


if __name__ == "__main__":
    main()
