// Moves the scripts that Trunk writes into index.html to files of their own, named by their hash: the content
// security policy allows no inline script.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const dist = process.argv[2];
const page = path.join(dist, 'index.html');
const inline = /<script\b(?![^>]*\bsrc=)([^>]*)>([\s\S]*?)<\/script>/g;

const html = readFileSync(page, 'utf8').replace(inline, (_, attributes, code) => {
  const digest = createHash('sha384').update(code).digest();
  const name = `start-${digest.toString('hex').slice(0, 16)}.js`;
  writeFileSync(path.join(dist, name), code);
  return `<script${attributes} src="/assets/${name}" integrity="sha384-${digest.toString('base64')}"></script>`;
});
writeFileSync(page, html);
