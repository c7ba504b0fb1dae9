"""What schemathesis cannot know by itself: newline-delimited JSON."""

import json

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def newline_delimited(_context, value):
    if isinstance(value, (bytes, str)):
        return value
    events = value if isinstance(value, list) else [value]
    return "".join(json.dumps(event) + "\n" for event in events).encode()
