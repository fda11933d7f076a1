// Checks what Cargo would build against deny.toml: licences, sources, banned crates. It is the part of
// `cargo deny check licenses sources bans` that we use, without a tool that takes minutes to compile.
// Usage: cargo metadata --locked --all-features --format-version 1 | node script/lib/licences.mjs deny.toml
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The strings of the list under `[section] key`; deny.toml has no other kind of list that we read. */
export function list(toml, section, key) {
  const body = toml.split(/^\[(?=[a-z.]+\]\s*$)/m).find((part) => part.startsWith(`${section}]`)) ?? '';
  const found = new RegExp(`^${key}\\s*=\\s*\\[([^\\]]*)\\]`, 'm').exec(body.replace(/^\s*#.*$/gm, ''));
  if (!found) throw new Error(`deny.toml has no ${key} in [${section}]`);
  return [...found[1].matchAll(/"([^"]*)"/g)].map((match) => match[1]);
}

/** Whether an SPDX expression can be met with the licences allowed. */
export function allowed(expression, licences) {
  // Before SPDX, crates wrote `MIT/Apache-2.0` for a choice.
  const words = expression.replaceAll('/', ' OR ').match(/\(|\)|[^\s()]+/g) ?? [];
  let at = 0;
  const either = () => {
    let good = both();
    while (words[at] === 'OR') {
      at++;
      good = both() || good;
    }
    return good;
  };
  const both = () => {
    let good = one();
    while (words[at] === 'AND') {
      at++;
      good = one() && good;
    }
    return good;
  };
  const one = () => {
    if (words[at] === '(') {
      at++;
      const good = either();
      if (words[at++] !== ')') throw new Error(`not a licence expression: ${expression}`);
      return good;
    }
    let licence = words[at++];
    if (!licence || ['OR', 'AND', 'WITH', ')'].includes(licence)) throw new Error(`not a licence expression: ${expression}`);
    if (words[at] === 'WITH') licence += ` WITH ${words[(at += 2) - 1]}`;
    return licences.includes(licence);
  };
  const good = either();
  if (at !== words.length) throw new Error(`not a licence expression: ${expression}`);
  return good;
}

/** What is wrong with the packages, one line each. */
export function faults(packages, { licences, registries, banned }) {
  return packages.flatMap(({ name, version, license, source }) => {
    if (source === null) return []; // ours
    const found = [];
    if (!registries.some((registry) => source === `registry+${registry}`)) found.push(`comes from ${source}`);
    if (banned.includes(name)) found.push('is banned');
    try {
      if (!license) found.push('names no licence');
      else if (!allowed(license, licences)) found.push(`is under ${license}`);
    } catch (error) {
      found.push(error.message);
    }
    return found.map((fault) => `${name} ${version} ${fault}`);
  });
}

/** The rules of a deny.toml. */
export function rules(toml) {
  return {
    licences: list(toml, 'licenses', 'allow'),
    registries: list(toml, 'sources', 'allow-registry'),
    banned: list(toml, 'bans', 'deny'),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { packages } = JSON.parse(readFileSync(0, 'utf8'));
  const wrong = faults(packages, rules(readFileSync(process.argv[2], 'utf8')));
  for (const fault of wrong) console.error(`error: ${fault}`);
  if (wrong.length) process.exit(1);
  console.error(`    ${packages.length} packages: licences and sources are as deny.toml says`);
}
