// Prints what a visitor's browser fetches, gzip -9, against the budget; fails above it.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = path.join(path.dirname(fileURLToPath(import.meta.url)), '../dist');
const zipped = async (file) => gzipSync(await readFile(path.join(dist, file)), { level: 9 }).length;
const assets = await readdir(path.join(dist, 'assets'));
const sum = async (files) => (await Promise.all(files.map(zipped))).reduce((a, b) => a + b, 0);

const loader = await zipped('widget.js');
const languages = await Promise.all(assets.filter((n) => /^(es|tr|hi|ar)\./.test(n)).map((n) => zipped(`assets/${n}`)));
const shared = assets.filter((n) => /^(frame|styles|chunk)[.-]/.test(n)).map((n) => `assets/${n}`);
// Emoji and the questions before the chat are files of their own, fetched where they are used.
const open = loader + (await sum(['frame.html', ...shared])) + Math.max(...languages);

const KB = 1000;
let over = false;
for (const [name, bytes, budget] of [
  ['loader', loader, 3 * KB],
  ['before the first click (loader; settings are one JSON answer)', loader, 10 * KB],
  ['with the chat open (in the heaviest language)', open, 30 * KB],
]) {
  over ||= bytes > budget;
  console.log(`${String(bytes).padStart(7)} B of ${budget} B  ${bytes > budget ? 'OVER' : 'ok  '}  ${name}`);
}
process.exitCode = over ? 1 : 0;
