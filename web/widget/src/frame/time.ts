/** Times as the visitor says them, in the visitor's zone and language. */

const DAY_MS = 86_400_000;

/** Latin digits in every language: they match what agents and receipts show. */
const base = (locale: string) => `${locale}-u-nu-latn`;

/** Formatters cost far more to make than to use, and every message uses three. */
const made = new Map<string, Intl.DateTimeFormat>();
function formatter(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  const known = made.get(key) ?? new Intl.DateTimeFormat(locale, options);
  made.set(key, known);
  return known;
}

export function clock(at: Date, locale: string, zone?: string): string {
  return formatter(base(locale), { timeStyle: 'short', timeZone: zone }).format(at);
}

/** Number of the calendar day in `zone`, to compare days. */
export function dayNumber(at: Date, zone?: string): number {
  const parts = formatter('en-u-ca-gregory-nu-latn', {
    year: 'numeric', month: 'numeric', day: 'numeric', timeZone: zone,
  }).formatToParts(at);
  const get = (type: string) => Number(parts.find((p) => p.type === type)?.value);
  return Math.round(Date.UTC(get('year'), get('month') - 1, get('day')) / DAY_MS);
}

/** "Today", "Yesterday", "Monday" within a week, else the date. */
export function day(at: Date, now: Date, locale: string, zone?: string): string {
  const ago = dayNumber(now, zone) - dayNumber(at, zone);
  if (ago === 0 || ago === 1) {
    const word = new Intl.RelativeTimeFormat(base(locale), { numeric: 'auto' }).format(-ago, 'day');
    return word.charAt(0).toLocaleUpperCase(locale) + word.slice(1);
  }
  const options: Intl.DateTimeFormatOptions =
    ago > 0 && ago < 7 ? { weekday: 'long' }
    : at.getFullYear() === now.getFullYear() ? { day: 'numeric', month: 'long' }
    : { day: 'numeric', month: 'long', year: 'numeric' };
  return formatter(base(locale), { ...options, timeZone: zone }).format(at);
}

/** When the team is back: the time alone today, with the weekday or date later. */
export function opening(at: Date, now: Date, locale: string, zone?: string): string {
  const ahead = dayNumber(at, zone) - dayNumber(now, zone);
  const options: Intl.DateTimeFormatOptions =
    ahead <= 0 ? {} : ahead < 7 ? { weekday: 'long' } : { day: 'numeric', month: 'long' };
  return formatter(base(locale), { ...options, hour: 'numeric', minute: '2-digit', timeZone: zone }).format(at);
}

/** "1.4 MB", in the visitor's language. */
export function size(bytes: number, locale: string): string {
  const [value, unit] = bytes >= 1e6 ? [bytes / 1e6, 'megabyte'] : bytes >= 1e3 ? [bytes / 1e3, 'kilobyte'] : [bytes, 'byte'];
  return new Intl.NumberFormat(base(locale), {
    style: 'unit', unit: unit as string, unitDisplay: 'short', maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value as number);
}
