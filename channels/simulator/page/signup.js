// Stands in for Meta's dialog: gives the code to the page that opened it, or to the redirect address.

import { get, post } from './api.js';
import { el } from './dom.js';
import { notice } from './notice.js';

const asked = new URLSearchParams(location.search);
const form = document.getElementById('signup');

/** Back to who asked: a redirect with the parameters, or messages to the opener as Meta's pop-up posts them. */
function give(parameters, message) {
  const back = asked.get('redirect_uri');
  if (back && /^https?:\/\//i.test(back)) {
    const url = new URL(back);
    for (const [key, value] of Object.entries(parameters)) url.searchParams.set(key, value);
    if (asked.has('state')) url.searchParams.set('state', asked.get('state'));
    // A page that opened this window hears which number it was, before the code goes its own way.
    if (window.opener) window.opener.postMessage(JSON.stringify(message), url.origin);
    location.assign(url);
    return;
  }
  if (window.opener) {
    const origin = asked.get('origin') ?? location.origin;
    window.opener.postMessage(JSON.stringify(message), origin);
    window.opener.postMessage({ authResponse: parameters.code ? { code: parameters.code } : null }, origin);
    window.close();
    return;
  }
  notice('There is no page to go back to: open this dialog from Switchboard.', true);
}

async function draw() {
  let numbers = (await get('/control/accounts')).accounts.filter((account) => account.kind === 'whatsapp');
  if (!numbers.length) {
    await post('/control/whatsapp/numbers', { registered: false });
    numbers = (await get('/control/accounts')).accounts.filter((account) => account.kind === 'whatsapp');
  }
  form.replaceChildren(...numbers.map((number, at) => el('label', { class: 'signup-number' },
    el('input', { type: 'radio', name: 'number', value: number.phone_number_id, checked: at === 0 }),
    el('span', {}, el('strong', {}, number.name), el('small', {}, number.display_phone_number)))),
  el('div', { class: 'signup-acts' },
    el('button', { type: 'button', onclick: () => give({ error: 'access_denied', error_reason: 'user_denied' },
      { type: 'WA_EMBEDDED_SIGNUP', event: 'CANCEL', data: { current_step: 'PHONE_NUMBER_SETUP' } }) }, 'Cancel'),
    el('button', { type: 'submit' }, 'Connect')));
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    const signup = await post('/control/whatsapp/signups', { phone_number_id: new FormData(form).get('number') });
    give({ code: signup.code }, signup.message);
  } catch (error) {
    notice(error.message, true);
  }
});

draw().catch((error) => notice(error.message, true));
