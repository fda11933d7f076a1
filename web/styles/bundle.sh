#!/bin/sh
# Puts every stylesheet of the app into one file, so that the page asks for one. Trunk runs this before each build.
set -eu
cd "$(dirname "$0")/.."
mkdir -p styles/bundle
new=styles/bundle/app.css.new
{
  echo '@layer tokens, base, components, pages;'
  cat styles/tokens.css styles/base.css
  find src -name '*.css' | LC_ALL=C sort | while read -r sheet; do cat "$sheet"; done
} > "$new"
# An unchanged file keeps its time, or a watching Trunk would never come to rest.
if cmp -s "$new" styles/bundle/app.css; then rm "$new"; else mv "$new" styles/bundle/app.css; fi
