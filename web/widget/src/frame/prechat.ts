/** The questions before a first message: how to ask them, and whether an answer will do. */
import type { Field } from './protocol';
import type { Key } from './lang/en';

/** Input types the browser knows, by the field's type. */
const INPUT: Record<string, string> = {
  email: 'email', phone: 'tel', tel: 'tel', number: 'number', url: 'url', link: 'url', date: 'date', checkbox: 'checkbox',
};

export const inputType = (field: Field): string => INPUT[field.type] ?? 'text';

/** What a browser may fill in by itself. */
export function autocomplete(field: Field): string {
  const type = inputType(field);
  if (type === 'email' || type === 'tel') return type;
  return /^(full_?)?name$/i.test(field.key) ? 'name' : 'off';
}

/** The word for what is wrong with an answer, or null. */
export function problem(field: Field, answer: string | boolean): Key | null {
  if (typeof answer === 'boolean') return field.required && !answer ? 'required' : null;
  const text = answer.trim();
  if (!text) return field.required ? 'required' : null;
  switch (inputType(field)) {
    case 'email':
      return /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text) && text.length <= 254 ? null : 'badEmail';
    case 'tel':
      return /^\+?[0-9][0-9 ().\-/]{3,24}$/.test(text) ? null : 'badPhone';
    case 'number':
      return Number.isFinite(Number(text)) ? null : 'badNumber';
    case 'url':
      return /^(https?:\/\/)?[^\s.]+\.[^\s]{2,}$/i.test(text) ? null : 'badUrl';
    default:
      return null;
  }
}
