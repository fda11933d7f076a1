/** The launcher's name; whether it is open, `aria-expanded` says. */
const WORDS: Record<string, string> = { tr: 'Sohbet', hi: 'चैट', ar: 'المحادثة' };

/** In the first wanted language we speak. English and Spanish say the same. */
export function chatIn(wanted: readonly string[]): string {
  const spoken = wanted.map((locale) => locale.slice(0, 2)).find((language) => /en|es|tr|hi|ar/.test(language));
  return WORDS[spoken ?? ''] ?? 'Chat';
}
