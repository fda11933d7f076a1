/**
 * The questions before the first message. Fetched only when there are any;
 * `h` is handed in so that this file stays one request of its own.
 */
import type { Say } from '../i18n';
import { autocomplete, inputType, problem } from '../prechat';
import type { Field } from '../protocol';
import type { h as makes } from './dom';

export type Answers = Record<string, string | boolean>;

export function prechatForm(h: typeof makes, fields: Field[], say: Say, done: (answers: Answers) => void): HTMLElement {
  const rows = fields.map((field, i) => row(h, field, `q${i}`, say));
  // People do not see this one; a program that fills every box does.
  const trap = h('input', { type: 'text', name: 'company_site', tabindex: '-1', autocomplete: 'off' });
  const note = h('p', { class: 'note', role: 'status' });
  const form = h('form', { class: 'prechat', novalidate: '' },
    ...rows.map((r) => r.root),
    h('div', { class: 'trap', 'aria-hidden': 'true' }, trap),
    note,
    h('button', { type: 'submit', class: 'primary' }, say('startChat')),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const wrong = rows.filter((r) => !r.check());
    wrong[0]?.input.focus();
    if (wrong.length) return;
    if (trap.value) {
      // A browser's autofill may have done it: a person presses again.
      trap.value = '';
      note.textContent = say('checkAgain');
      return;
    }
    done(Object.fromEntries(rows.map((r) => [r.field.key, r.value()]).filter(([, v]) => v !== '')) as Answers);
  });
  return form;
}

function row(h: typeof makes, field: Field, id: string, say: Say) {
  const type = inputType(field);
  const input = h('input', {
    id, type, name: field.key, dir: type === 'text' ? 'auto' : undefined,
    autocomplete: autocomplete(field), maxlength: '500', 'aria-describedby': `${id}e`,
  });
  input.required = field.required;
  const error = h('p', { class: 'error', id: `${id}e` });
  const label = h('label', { for: id, dir: 'auto' }, field.label, field.required ? null : h('span', { class: 'optional' }, ` (${say('optional')})`));
  const value = (): string | boolean => (type === 'checkbox' ? input.checked : input.value.trim());
  const check = (): boolean => {
    const wrong = problem(field, value());
    error.textContent = wrong ? say(wrong) : '';
    input.setAttribute('aria-invalid', String(!!wrong));
    return !wrong;
  };
  // Mend at once, complain only when leaving.
  input.addEventListener('input', () => error.textContent && check());
  input.addEventListener('change', check);
  const root = h('div', { class: type === 'checkbox' ? 'row check' : 'row' }, ...(type === 'checkbox' ? [input, label] : [label, input]), error);
  return { root, field, input, value, check };
}
