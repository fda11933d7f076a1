// Finishes what Trunk built, so that every file but index.html can be cached for ever and the page needs no
// inline script, which our content security policy forbids:
// 1. files that Trunk only copied (fonts) get their hash into the name, and the stylesheets point there;
// 2. scripts inside index.html become files.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const dist = process.argv[2];
const page = path.join(dist, 'index.html');
const url = (file) => `/assets/${path.relative(dist, file).split(path.sep).join('/')}`;
const digest = (bytes) => createHash('sha384').update(bytes).digest();
const withHash = (file, bytes) => {
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, `${name.replace(/-[0-9a-f]{12,16}$/, '')}-${digest(bytes).toString('hex').slice(0, 16)}${ext}`);
};

function* files(folder) {
  for (const name of readdirSync(folder).sort()) {
    const file = path.join(folder, name);
    if (statSync(file).isDirectory()) yield* files(file);
    else if (file !== page) yield file;
  }
}

let html = readFileSync(page, 'utf8');
const moved = new Map();
function move(file) {
  const target = withHash(file, readFileSync(file));
  renameSync(file, target);
  moved.set(url(file), url(target));
  return target;
}

const all = [...files(dist)];
for (const file of all) {
  if (!/-[0-9a-f]{12,16}(_bg)?\.\w+$/.test(file)) move(file);
}
for (const file of all.filter((file) => file.endsWith('.css') && !moved.has(url(file)))) {
  const before = readFileSync(file, 'utf8');
  const after = before.replace(/url\((["']?)([^"')]+)\1\)/g, (whole, quote, link) => {
    if (/^(data:|#|https?:)/.test(link)) return whole;
    const absolute = new URL(link, `http://page${url(file)}`).pathname;
    const target = moved.get(absolute);
    if (target) return `url("${target}")`;
    if (all.some((known) => url(known) === absolute)) return whole;
    throw new Error(`${url(file)} points to ${absolute}, which is not there`);
  });
  if (after === before) continue;
  writeFileSync(file, after);
  const integrity = (text) => `sha384-${digest(text).toString('base64')}`;
  html = html.replaceAll(integrity(before), integrity(after));
  move(file);
}
for (const [from, to] of moved) html = html.replaceAll(`"${from}"`, `"${to}"`);

html = html.replace(/<script\b(?![^>]*\bsrc=)([^>]*)>([\s\S]*?)<\/script>/g, (_, attributes, code) => {
  const file = withHash(path.join(dist, 'start.js'), code);
  writeFileSync(file, code);
  return `<script${attributes} src="${url(file)}" integrity="sha384-${digest(code).toString('base64')}"></script>`;
});
writeFileSync(page, html);
