// Builds the loader, the frame and the "Try it" page into dist/ (or the tests into build/).
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(fileURLToPath(import.meta.url));
const at = (...parts) => path.join(root, ...parts);

const shared = { bundle: true, minify: true, target: 'es2022', legalComments: 'none', charset: 'utf8', logLevel: 'warning' };

if (process.argv.includes('--tests')) await buildTests();
else await buildWidget();

async function buildTests() {
  await rm(at('build/test'), { recursive: true, force: true });
  const tests = (await readdir(at('test'))).filter((name) => name.endsWith('.test.ts'));
  await build({
    ...shared, minify: false, platform: 'node', format: 'esm', packages: 'external',
    entryPoints: tests.map((name) => at('test', name)), outdir: at('build/test'), outExtension: { '.js': '.mjs' },
  });
}

async function buildWidget() {
  await rm(at('dist'), { recursive: true, force: true });
  await mkdir(at('dist/assets'), { recursive: true });
  // One fixed name, in every customer's snippet: must stay valid for ever.
  await build({ ...shared, format: 'iife', target: 'es2021', entryPoints: [at('src/loader/loader.ts')], outfile: at('dist/widget.js') });
  const frame = await build({
    ...shared, format: 'esm', splitting: true, metafile: true, outdir: at('dist/assets'), absWorkingDir: root,
    entryPoints: { frame: 'src/frame/main.ts', styles: 'src/frame/frame.css' },
    entryNames: '[name].[hash]', chunkNames: '[name].[hash]',
  });
  const built = Object.entries(frame.metafile.outputs);
  const nameOf = (source) => path.basename(built.find(([, o]) => o.entryPoint === source)?.[0] ?? missing(source));
  await page('src/frame/frame.html', 'frame.html', {
    SCRIPT: nameOf('src/frame/main.ts'), STYLE: nameOf('src/frame/frame.css'),
  });
  await page('try/try.html', 'try.html', { SCRIPT: await asset('try/try.js'), STYLE: await asset('try/try.css') });
}

async function page(source, target, names) {
  let html = await readFile(at(source), 'utf8');
  for (const [hole, name] of Object.entries(names)) html = html.replaceAll(`{{${hole}}}`, name);
  await writeFile(at('dist', target), html);
}

/** Minifies one file into assets/ under a name that holds its hash. */
async function asset(source) {
  const { outputFiles } = await build({ ...shared, entryPoints: [at(source)], write: false, outdir: at('dist') });
  const text = outputFiles[0].contents;
  const { name, ext } = path.parse(source);
  const file = `${name}.${createHash('sha256').update(text).digest('hex').slice(0, 8)}${ext}`;
  await writeFile(at('dist/assets', file), text);
  return file;
}

function missing(source) {
  throw new Error(`${source} was not built`);
}
