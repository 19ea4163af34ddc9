"""What `--json` of each command is: a JSON Schema each in test/schemas."""
import json

import jsonschema

from .paths import ROOT

SCHEMAS = ROOT / "test" / "schemas"


def path(command):
    return SCHEMAS / f"{command.replace(' --', '-').replace(' ', '-')}.json"


def schema(command):
    return json.loads(path(command).read_text())


def conforms(command, body):
    try:
        jsonschema.validate(body, schema(command), cls=jsonschema.Draft7Validator)
    except jsonschema.ValidationError as e:
        where = "/".join(map(str, e.absolute_path)) or "the whole"
        raise AssertionError(f"{command} --json is not as {path(command).name} says: {where}: {e.message}") from None


def names(part):
    """(the fields that it has at any depth, the words that a field may be)"""
    fields, words = set(), set()
    if isinstance(part, dict):
        fields |= set(part.get("properties", ()))
        words |= {word for word in part.get("enum", ()) if word}
    for value in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        for ours, theirs in zip((fields, words), names(value)):
            ours |= theirs
    return fields, words
