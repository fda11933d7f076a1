/** Which questions to ask before a first message. */
import type { Field, Session } from './protocol';

/** Fields still to ask: a verified visitor's name and e-mail address are known. */
export function toAsk(fields: Field[], contact: Session['contact'] | null): Field[] {
  if (!contact?.verified) return fields;
  return fields.filter(
    (f) => !(f.key === 'name' && contact.name) && !((f.key === 'email' || f.type === 'email') && contact.email),
  );
}
