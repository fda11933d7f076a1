#!/usr/bin/env bash
# Compiles the inbox and divides its code into web/code: what it starts with, and each part that is loaded when it is
# opened. Trunk runs this before each build and says in TRUNK_PROFILE whether it is a release.
set -euo pipefail
. "$(dirname "$0")/steps.sh"
cd "$ROOT"

if [ "$(cat "$TOOLS/wasm-way")" = distribution ]; then
  # The distribution's compiler brings the library as sources; the linker comes from the ordinary toolchain.
  sysroot=$(rustc --print sysroot)
  host=$(rustc -vV | sed -n 's/^host: //p')
  export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_UNSTABLE_BUILD_STD=std,panic_abort
  export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$sysroot/lib/rustlib/$host/bin/rust-lld
fi
if [ "${TRUNK_PROFILE:-release}" = release ]; then profile=web; else profile=dev; fi
# Leptos then keeps views behind one type instead of one type each: a sixth less to load (494 → 408 KB, brotli).
RUSTFLAGS="--cfg erase_components" \
  cargo build --locked -p web --profile "$profile" --target wasm32-unknown-unknown
built=$(target_dir)/wasm32-unknown-unknown/${profile/dev/debug}

code=$built/code
rm -rf "$code"
mkdir -p "$code"
wasm-split-cli "$built/web.wasm" "$code" --out-name web
# The parts need what the linker exports: the table of functions.
wasm-bindgen "$code/web.wasm" --target web --no-typescript --keep-lld-exports \
  --remove-name-section --remove-producers-section --out-dir "$code" --out-name web
rm "$code/web.wasm"
if [ "$profile" = web ]; then
  for file in "$code"/*.wasm; do
    wasm-opt -Oz --strip-debug --strip-producers --enable-bulk-memory --enable-nontrapping-float-to-int \
      --enable-sign-ext --enable-mutable-globals --enable-reference-types --enable-multivalue "$file" -o "$file"
  done
fi
cp web/start.js "$code"
rm -rf web/code
cp -R "$code" web/code
