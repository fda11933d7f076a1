/** Picks the visitor's language and says its words. English is always at hand. */
import { en, type Key, type Words } from './lang/en';

export type Say = (key: Key, values?: Record<string, string | number>) => string;

/** Fetched only when chosen, so that nobody pays for four languages they do not read. */
const OTHERS: Record<string, () => Promise<{ words: Words }>> = {
  es: () => import('./lang/es'),
  tr: () => import('./lang/tr'),
  hi: () => import('./lang/hi'),
  ar: () => import('./lang/ar'),
};

export const LANGUAGES = ['en', ...Object.keys(OTHERS)];

/** The first wanted locale whose language we speak, with its region kept for dates. */
export function choose(wanted: readonly string[]): { locale: string; language: string } {
  for (const locale of wanted) {
    const language = locale.toLowerCase().split(/[-_]/)[0] ?? '';
    if (LANGUAGES.includes(language)) return { locale: valid(locale) ?? language, language };
  }
  return { locale: 'en', language: 'en' };
}

function valid(locale: string): string | null {
  try {
    return Intl.getCanonicalLocales(locale.replace('_', '-'))[0] ?? null;
  } catch {
    return null;
  }
}

export const direction = (language: string): 'rtl' | 'ltr' => (language === 'ar' ? 'rtl' : 'ltr');

/** Loads the words; a language that cannot be fetched falls back to English. */
export async function load(language: string): Promise<Words> {
  try {
    return (await OTHERS[language]?.())?.words ?? en;
  } catch {
    return en;
  }
}

export function speaker(words: Words): Say {
  return (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
}
