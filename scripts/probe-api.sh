#!/usr/bin/env bash
# Sends thousands of made-up calls to a running server, by its own OpenAPI document: nothing may break it (no 5xx), no answer may
# contradict the document, nothing malformed may be taken. Part of `make test`; bounded in time.
#
#   scripts/probe-api.sh [BINARY]    default: target/debug/latchkey
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-$PWD/target}
binary=${1:-$target/debug/latchkey}
schemathesis=$PWD/target/schemathesis/bin/schemathesis
seed=${LATCHKEY_PROBE_SEED:-20260309}
folder=$(mktemp -d)
server=

finish() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; } || true
  rm -rf "$folder"
}
trap finish EXIT

export LATCHKEY_DATA_DIR=$folder/data LATCHKEY_MAIL_URL=file://$folder/mail LATCHKEY_PUBLIC_URL=http://127.0.0.1:8080
# Made-up calls come in floods and change settings; what the run itself needs is pinned.
export LATCHKEY_SETTINGS__CAPTCHA__PROVIDER=none LATCHKEY_SETTINGS__LIMITS__ENABLED=false LATCHKEY_SETTINGS__MAIL__SENDER_ADDRESS=no-reply@example.org
mkdir -p "$folder/mail"
export SCHEMATHESIS_HOOKS=probe_hooks PYTHONPATH=$PWD/scripts PYTHONDONTWRITEBYTECODE=1
cd "$folder"

password='seven otters juggle plums'
"$binary" account add --login root --email root@example.org --role admin >/dev/null
"$binary" account add --login ada --email ada@example.org --password-stdin >/dev/null <<<"$password"
made() { local words; words=$("$binary" api-key add --name probe --scope "$1"); printf '%s' "${words##* }"; }
key=$(made accounts:read,accounts:write,resets:start,resets:read,resets:request,settings:read,settings:write,mail:read,mail:write,audit:read,recoveries:decide)

"$binary" serve --listen 127.0.0.1:0 >out 2>log &
server=$!
for _ in $(seq 100); do
  url=$(sed -n 's#.*\(http://127\.0\.0\.1:[0-9]*\).*#\1#p' out | head -1)
  [ -n "$url" ] && break
  sleep 0.1
done
[ -n "$url" ] || { cat log >&2; echo 'probe-api: the server did not start' >&2; exit 1; }

probe() { # credential, further options
  local credential=$1; shift
  "$schemathesis" --config-file "$OLDPWD/scripts/schemathesis.toml" run "$url/api/v1/openapi.json" \
    --header "Authorization: Bearer $credential" --checks all --continue-on-failure --seed "$seed" --request-timeout 20 "$@"
}

# What belongs to a signed-in person, as one: first, because later calls change the settings. Their session may end on the way; then
# the rest is refused, as it should be.
token=$(curl -sf -H 'Content-Type: application/json' -d "{\"identifier\":\"ada\",\"password\":\"$password\"}" "$url/api/v1/sessions" | sed 's/.*"token":"\([^"]*\)".*/\1/')
probe "$token" --phases examples,coverage,fuzzing --include-path-regex '/(me|sessions)'

# Everything, as a program that may do everything but make keys: it would soon remove its own.
probe "$key" --phases examples,coverage,fuzzing,stateful --exclude-path-regex '/api-keys'
probe "$(made keys:write,mail:read)" --phases examples,coverage,fuzzing --include-path-regex '/api-keys$'

if grep -E 'panicked| ERROR ' log >&2; then echo 'probe-api: the server met something unexpected' >&2; exit 1; fi
"$binary" audit verify
