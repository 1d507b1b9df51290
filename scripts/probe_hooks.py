"""What Schemathesis has to be told about our bodies: files are sent as they are."""

import schemathesis


@schemathesis.serializer("text/csv", "application/jsonl")
def as_it_is(_context, value):
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else str(value).encode()
