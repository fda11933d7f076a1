// Finishes what Trunk built (it runs this itself), so that every file but index.html can be cached for ever:
// 1. the folder of code gets a hash of all of it into its name, since its files name each other in a circle;
// 2. files that Trunk only copied (fonts) get their hash into the name, and the stylesheets point there.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const dist = process.env.TRUNK_STAGING_DIR;
const page = path.join(dist, 'index.html');
const code = path.join(dist, 'code');
const url = (file) => `/assets/${path.relative(dist, file).split(path.sep).join('/')}`;
const digest = (bytes) => createHash('sha384').update(bytes).digest();
const integrity = (bytes) => `sha384-${digest(bytes).toString('base64')}`;
const short = (bytes) => digest(bytes).toString('hex').slice(0, 16);
const withHash = (file, bytes) => {
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, `${name.replace(/-[0-9a-f]{12,16}$/, '')}-${short(bytes)}${ext}`);
};

function* files(folder) {
  for (const name of readdirSync(folder).sort()) {
    const file = path.join(folder, name);
    if (file === page || file === code) continue;
    if (statSync(file).isDirectory()) yield* files(file);
    else yield file;
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
  if (!/-[0-9a-f]{12,16}\.\w+$/.test(file)) move(file);
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
  html = html.replaceAll(integrity(before), integrity(after));
  move(file);
}
for (const [from, to] of moved) html = html.replaceAll(`"${from}"`, `"${to}"`);

const names = readdirSync(code).sort();
const contents = new Map(names.map((name) => [name, readFileSync(path.join(code, name))]));
const folder = `code-${short(Buffer.concat(names.flatMap((name) => [Buffer.from(`${name}\0`), contents.get(name)])))}`;
renameSync(code, path.join(dist, folder));
html = html
  .replace(/ *<link[^>]*\bdata-trunk-skip\b[^>]*>\n?/, '')
  .replace(/"\/assets\/code\/([^"]+)"/g, (_, name) => {
    if (!contents.has(name)) throw new Error(`there is no ${name} among the code`);
    const proof = name.endsWith('.js') ? ` integrity="${integrity(contents.get(name))}"` : '';
    return `"/assets/${folder}/${name}"${proof}`;
  });
writeFileSync(page, html);
