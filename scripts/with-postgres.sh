#!/usr/bin/env bash
# Runs a command beside a PostgreSQL cluster of its own, on a free loopback port and in a temporary folder; both are gone afterwards.
#
#   scripts/with-postgres.sh cargo test -p server
#
# The command finds the cluster in LATCHKEY_TEST_POSTGRES and may create databases in it. The answer is the command's own status.
set -euo pipefail
[ $# -gt 0 ] || { echo "usage: $0 COMMAND…" >&2; exit 2; }

fail() { printf 'with-postgres: %s\n' "$*" >&2; exit 1; }

# Debian keeps the server's programs off PATH; the newest version wins.
bin=$(dirname "$(readlink -f "$(command -v initdb || true)")")
[ -x "$bin/pg_ctl" ] || bin=$(dirname "$(compgen -G '/usr/lib/postgresql/*/bin/pg_ctl' | sort -V | tail -n 1)")
[ -x "$bin/pg_ctl" ] || fail "PostgreSQL's initdb and pg_ctl are needed: scripts/setup.sh --tests installs them"

# PostgreSQL refuses to run as root.
as_nobody() { "$@"; }
if [ "$(id -u)" = 0 ]; then
  if command -v runuser >/dev/null; then
    as_nobody() { runuser -u nobody -- "$@"; }
  else
    as_nobody() { setpriv --reuid=nobody --regid=nogroup --clear-groups -- "$@"; }
  fi
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/latchkey-postgres.XXXXXX")
[ "$(id -u)" != 0 ] || chown nobody "$folder"
stop() {
  as_nobody "$bin/pg_ctl" --pgdata "$folder/data" --mode immediate --silent stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

cd_and() { (cd "$folder" && as_nobody "$@"); }
cd_and "$bin/initdb" --pgdata "$folder/data" --username latchkey --auth trust --encoding UTF8 --locale C --no-sync >"$folder/log" 2>&1 ||
  { cat "$folder/log" >&2; fail "initdb failed"; }

free_port() { # a port nobody answers on
  local port
  while port=$((20000 + RANDOM % 12000)); (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

# What a test cluster loses when the power goes is nothing: no fsync. Two or three tries, because a free port may be taken meanwhile.
for try in 1 2 3; do
  port=$(free_port)
  options="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= -c max_connections=300 -c shared_buffers=64MB \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_wal_size=512MB"
  cd_and "$bin/pg_ctl" --pgdata "$folder/data" --log "$folder/server.log" --options "$options" --timeout 60 --wait --silent start >/dev/null && break
  [ "$try" != 3 ] || { cat "$folder/server.log" >&2; fail "the cluster did not start"; }
done

export LATCHKEY_TEST_POSTGRES="postgres://latchkey@127.0.0.1:$port/postgres"
status=0
"$@" || status=$?
exit "$status"
