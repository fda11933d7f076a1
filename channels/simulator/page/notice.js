// Words at the lower edge, for a few seconds.

import { el } from './dom.js';

/** Says something; `bad` in the colour of refusals. */
export function notice(words, bad = false) {
  const node = el('div', { class: bad ? 'notice notice--bad' : 'notice' }, words);
  document.getElementById('notices').append(node);
  setTimeout(() => node.remove(), bad ? 6000 : 3000);
}
