/** Session storage that may be blocked; then things last as long as the page. */

const memory = new Map<string, string>();
/** A tab may show sites with different widgets of one server. */
const widget = `${location.pathname.split('/')[3]}:`;

export function read(name: string): string | null {
  const key = widget + name;
  try {
    return sessionStorage.getItem(key) ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

export function write(name: string, value: string | null): void {
  const key = widget + name;
  if (value === null) memory.delete(key);
  else memory.set(key, value);
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  } catch {
    /* full or blocked: kept in memory */
  }
}
