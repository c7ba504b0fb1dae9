#!/usr/bin/env python3
"""Checks the API description with independent tools (needs .tools/venv, see scripts/tools.sh).

- schemas/openapi.json is a valid OpenAPI 3.1 document
- every schemas/json/*.schema.json is a valid JSON Schema (2020-12), and its examples fit it
- every example in the OpenAPI document fits the schema it stands beside
- objects are closed: what a schema does not name is not allowed, except where it says so
"""

import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate as validate_openapi
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def main():
    problems = []
    problems += check_files()
    problems += check_document()
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


# The files


def check_files():
    files = {path.name: load(path) for path in sorted((SCHEMAS / "json").glob("*.schema.json"))}
    registry = Registry().with_resources(
        (name, Resource(contents=schema, specification=DRAFT202012))
        for name, schema in files.items()
    )
    for name, schema in files.items():
        if schema.get("$schema") != DIALECT:
            yield f"{name}: $schema is not {DIALECT}"
        if not schema.get("examples") or not schema.get("title"):
            yield f"{name}: a schema has a title and at least one example"
        Draft202012Validator.check_schema(schema)
        yield from open_objects(name, schema)
        for number, example in enumerate(schema.get("examples", [])):
            yield from errors_of(example, {"$ref": name}, registry, f"{name}: example {number}")


def open_objects(where, value):
    """Objects that say nothing about unknown members."""
    if isinstance(value, list):
        for element in value:
            yield from open_objects(where, element)
    elif isinstance(value, dict):
        if "properties" in value and "additionalProperties" not in value:
            yield f"{where}: an object with {sorted(value['properties'])} is open"
        for key, element in value.items():
            if key not in ("examples", "default", "const", "enum", "x-codes"):
                yield from open_objects(where, element)


# The document


def check_document():
    document = load(SCHEMAS / "openapi.json")
    validate_openapi(document)
    registry = Registry().with_resource(
        "openapi.json", Resource(contents=document, specification=DRAFT202012)
    )
    yield from check_examples(document, document, registry, "openapi.json")
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method != "parameters" and not has_example(document, operation):
                yield f"openapi.json: {method.upper()} {path} has no example of a good answer"


def check_examples(value, document, registry, where):
    """Media types and parameters: whatever has a schema and examples."""
    if isinstance(value, list):
        for number, element in enumerate(value):
            yield from check_examples(element, document, registry, f"{where}/{number}")
    elif isinstance(value, dict):
        if "schema" in value:
            for name, example in examples_of(value, document):
                schema = absolute(value["schema"])
                yield from errors_of(example, schema, registry, f"{where} ({name})")
        for key, element in value.items():
            yield from check_examples(element, document, registry, f"{where}/{key}")


def examples_of(holder, document):
    if "example" in holder:
        yield "example", holder["example"]
    for name, example in holder.get("examples", {}).items():
        yield name, deref(document, example)["value"]


def has_example(document, operation):
    """Good JSON answers have an example, of their own or their schema's."""
    for status, response in operation["responses"].items():
        if not status.startswith("2"):
            continue
        for media, content in response["content"].items():
            if media != "application/json" or content.get("examples"):
                return True
            schema = content["schema"]
            options = [deref(document, option) for option in schema.get("oneOf", [schema])]
            return all("examples" in option or "$ref" not in schema for option in options)
    return False


def deref(document, value):
    while "$ref" in value:
        target = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        value = target
    return value


def absolute(value):
    """The same schema with its references as seen from outside the document."""
    if isinstance(value, list):
        return [absolute(element) for element in value]
    if isinstance(value, dict):
        result = {key: absolute(element) for key, element in value.items()}
        if isinstance(result.get("$ref"), str) and result["$ref"].startswith("#"):
            result["$ref"] = "openapi.json" + result["$ref"]
        return result
    return value


# Both


def errors_of(instance, schema, registry, where):
    validator = Draft202012Validator(schema, registry=registry, format_checker=FormatChecker())
    for error in validator.iter_errors(instance):
        yield f"{where}: {error.json_path}: {error.message}"


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
