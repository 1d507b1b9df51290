"""What Schemathesis has to be told about us."""

import itertools
import re

import schemathesis

ONCE = itertools.count()


@schemathesis.serializer("text/csv", "application/jsonl")
def as_it_is(_context, value):
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else str(value).encode()


@schemathesis.hook
def before_call(_context, case, _kwargs):
    """A key that was used before names what was made then, which a later step may have removed: no two calls share a valid one."""
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch(r"[!-~]{1,150}", key):
        case.headers["Idempotency-Key"] = f"{key}-{next(ONCE)}"
