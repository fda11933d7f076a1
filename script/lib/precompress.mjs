// Writes a .br (quality 11) and a .gz (level 9) beside every file below a folder, so that the server never
// compresses at run time. A file that hardly shrinks (fonts, pictures) gets none.
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const compressors = {
  '.br': (bytes) => brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }),
  '.gz': (bytes) => gzipSync(bytes, { level: 9 }),
};

function* files(folder) {
  for (const name of readdirSync(folder).sort()) {
    const file = path.join(folder, name);
    if (statSync(file).isDirectory()) yield* files(file);
    else yield file;
  }
}

for (const file of [...files(process.argv[2])]) {
  if (path.extname(file) in compressors) {
    rmSync(file); // from an earlier run
    continue;
  }
  const bytes = readFileSync(file);
  for (const [extension, compress] of Object.entries(compressors)) {
    const compressed = compress(bytes);
    if (compressed.length < bytes.length * 0.95) writeFileSync(file + extension, compressed);
  }
}
