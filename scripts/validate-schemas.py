#!/usr/bin/env python3
"""Validates openapi.json, every schema file, and every example in them.

Run it with scripts/schema-python.sh, which has the validators.
"""

import json
import sys
from pathlib import Path
from urllib.parse import quote

from jsonschema import Draft202012Validator as Validator
from openapi_spec_validator import validate
from referencing import Registry
from referencing.jsonschema import DRAFT202012

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"
DOCUMENT = "urn:openapi"


def main():
    files = {path.name: load(path) for path in sorted((SCHEMAS / "json").glob("*.schema.json"))}
    document = load(SCHEMAS / "openapi.json")
    resources = {**files, DOCUMENT: document}
    registry = Registry().with_resources(
        (name, DRAFT202012.create_resource(content)) for name, content in resources.items()
    )
    problems = []
    examples = 0

    for name, schema in files.items():
        Validator.check_schema(schema)
        if not schema.get("examples"):
            problems.append(f"{name}: has no example")
        for example in schema.get("examples", []):
            examples += 1
            problems += faults(name, example, registry, name)
    for code, entry in files["error-code.schema.json"]["x-codes"].items():
        examples += 1
        problems += faults("error.schema.json", entry["example"], registry, f"example of {code}")

    validate(document)
    for pointer, example in document_examples(document):
        examples += 1
        reference = f"{DOCUMENT}#{quote(pointer + '/schema')}"
        problems += faults(reference, example, registry, f"openapi.json{pointer}")

    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(files)} schemas, {len(document['paths'])} paths, {examples} examples")
    sys.exit(1 if problems else 0)


def faults(reference, value, registry, place):
    validator = Validator(
        {"$ref": reference}, registry=registry, format_checker=Validator.FORMAT_CHECKER
    )
    return [f"{place}: {error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def document_examples(document):
    """Every example beside a schema: of media types, parameters and headers."""

    def walk(value, pointer):
        if isinstance(value, list):
            for index, element in enumerate(value):
                yield from walk(element, f"{pointer}/{index}")
        elif isinstance(value, dict):
            if isinstance(value.get("schema"), dict):
                if "example" in value:
                    yield pointer, value["example"]
                for example in value.get("examples", {}).values():
                    name = example.get("$ref", "").rpartition("/")[2]
                    yield pointer, document["components"]["examples"].get(name, example)["value"]
            for key, element in value.items():
                escaped = key.replace("~", "~0").replace("/", "~1")
                yield from walk(element, f"{pointer}/{escaped}")

    for part in ("paths", "components"):
        yield from walk(document[part], f"/{part}")


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
