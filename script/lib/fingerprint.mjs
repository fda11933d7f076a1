// Prints one hash over the names and bytes of all source files below the given paths.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const built = new Set(['dist', 'build', 'node_modules', 'target']);
// The inbox does not depend on the widget inside its folder; styles' bundle and code are made anew by each build.
const apart = new Set(['web/widget', 'web/styles/bundle', 'web/code']);

function* sources(entry, given) {
  if (!statSync(entry).isDirectory()) return yield entry;
  if (!given && (built.has(path.basename(entry)) || apart.has(entry))) return;
  for (const name of readdirSync(entry).sort()) yield* sources(path.join(entry, name), false);
}

const hash = createHash('sha256');
for (const root of process.argv.slice(2)) {
  for (const file of sources(root, true)) hash.update(file).update('\0').update(readFileSync(file)).update('\0');
}
console.log(hash.digest('hex'));
