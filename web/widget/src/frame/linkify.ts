/**
 * Finds links in plain text. The result is shown as text nodes and anchors made
 * by the DOM, never as HTML; only http, https, mailto and tel come out.
 */
export interface Piece {
  text: string;
  href?: string;
}

const LINK =
  /(?:https?:\/\/|www\.)[^\s<>"'`]+|(?:mailto:)?[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,8}\.[a-z]{2,}|tel:\+?[0-9][0-9().\- ]{4,}[0-9]|\+[1-9][0-9().\- ]{6,}[0-9]/giu;
/** Sentence marks after an address belong to the sentence. */
const TAIL = /[.,;:!?…、。،؟।*_~]+$/u;

export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    const found = trim(match[0]);
    const href = hrefOf(found);
    if (!href || match.index < from) continue;
    if (match.index > from) pieces.push({ text: text.slice(from, match.index) });
    pieces.push({ text: found, href });
    from = match.index + found.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  return pieces;
}

function trim(found: string): string {
  for (;;) {
    const cut = found.replace(TAIL, '');
    // A closing bracket stays only when it was opened inside the address.
    const unopened = /[)\]}]$/.test(cut) && !balanced(cut);
    const next = unopened ? cut.slice(0, -1) : cut;
    if (next === found) return found;
    found = next;
  }
}

function balanced(text: string): boolean {
  const count = (mark: string) => text.split(mark).length;
  return count('(') >= count(')') && count('[') >= count(']') && count('{') >= count('}');
}

function hrefOf(found: string): string | null {
  if (/^tel:|^\+/i.test(found)) {
    const digits = found.replace(/[^0-9]/g, '');
    if (digits.length < 6 || digits.length > 15) return null;
    return `tel:${/\+/.test(found) ? '+' : ''}${digits}`;
  }
  const guess = /^https?:/i.test(found) ? found : /^www\./i.test(found) ? `https://${found}` : `mailto:${found.replace(/^mailto:/i, '')}`;
  try {
    const url = new URL(guess);
    if (url.protocol === 'mailto:') return url.href;
    return /^https?:$/.test(url.protocol) && url.hostname.includes('.') || url.hostname === 'localhost' ? url.href : null;
  } catch {
    return null;
  }
}
