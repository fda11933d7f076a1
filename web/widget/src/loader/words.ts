/** What the launcher says to a screen reader: open, close, unread. */
export const WORDS: Record<string, [open: string, close: string, unread: string]> = {
  en: ['Open chat', 'Close chat', 'unread'],
  es: ['Abrir el chat', 'Cerrar el chat', 'sin leer'],
  tr: ['Sohbeti aç', 'Sohbeti kapat', 'okunmamış'],
  hi: ['चैट खोलें', 'चैट बंद करें', 'अपठित'],
  ar: ['فتح المحادثة', 'إغلاق المحادثة', 'غير مقروءة'],
};

export function nearest(wanted: readonly string[]): string {
  return wanted.map((l) => l.slice(0, 2).toLowerCase()).find((l) => l in WORDS) ?? 'en';
}
