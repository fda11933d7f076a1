# How the scripts talk, and where things are. Sourced; works with bash 3.2 (macOS).

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
TOOLS=${SWITCHBOARD_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/switchboard/tools}
LOGS=${TMPDIR:-/tmp}
export CARGO_TERM_PROGRESS_WHEN=never
export PATH="$TOOLS/bin:$TOOLS/npm/node_modules/.bin:$PATH:$HOME/.cargo/bin"

# Everything the scripts say goes to stderr: stdout belongs to the server's address.
say() { printf '%s\n' "==> $*" >&2; }
fail() { printf '%s\n' "error: $*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif has sudo; then sudo "$@"
  else fail "this step needs root: $* (install sudo, or run it as root first)"
  fi
}

# long_step TITLE COMMAND…: runs a command whose output nobody wants, with a line of progress now and then.
long_step() {
  local title=$1 log started pid last status=0 next=10
  shift
  say "$title"
  log=$(mktemp "$LOGS/switchboard-step.XXXXXX")
  started=$SECONDS
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  trap 'kill "$pid" 2>/dev/null; exit 130' INT TERM
  while kill -0 "$pid" 2>/dev/null; do
    if [ "$SECONDS" = "$started" ]; then sleep 0.1; else sleep 1; fi
    if [ $((SECONDS - started)) -ge "$next" ] && kill -0 "$pid" 2>/dev/null; then
      last=$(tail -n 1 "$log" 2>/dev/null | tr -d '\r' | cut -c 1-70)
      printf '    … %d s  %s\n' $((SECONDS - started)) "$last" >&2
      next=$((next + 20))
    fi
  done
  wait "$pid" || status=$?
  trap - INT TERM
  if [ "$status" != 0 ]; then
    tail -n 60 "$log" >&2
    fail "$title: failed with status $status after $((SECONDS - started)) s (all output: $log)"
  fi
  printf '    done in %d s\n' $((SECONDS - started)) >&2
  rm -f "$log"
}

locked_version() { # of a crate, from Cargo.lock
  awk -v name="\"$1\"" '$1 == "name" && $3 == name { found = 1; next } found { gsub(/"/, "", $3); print $3; exit }' "$ROOT/Cargo.lock"
}

# npm_packages FOLDER: installs exactly what its lock file says, unless that is already there.
npm_packages() {
  local folder=$1
  if cmp -s "$folder/package-lock.json" "$folder/node_modules/.installed-lock.json"; then return; fi
  long_step "Installing the npm packages of ${folder#"$ROOT"/}" \
    env PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --prefix "$folder" --no-audit --no-fund --loglevel=error
  cp "$folder/package-lock.json" "$folder/node_modules/.installed-lock.json"
}

# target_dir: where cargo puts what it builds.
target_dir() { printf '%s' "${CARGO_TARGET_DIR:-$ROOT/target}"; }
