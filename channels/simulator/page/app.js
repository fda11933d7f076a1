// The board: whose phones are shown, and what changes on them.

import { get, listen } from './api.js';
import { avatar, clock, el, icon } from './dom.js';
import { notice } from './notice.js';
import { Phone } from './phone.js';
import { Stage } from './stage.js';

const state = { people: [], accounts: [], chosen: null, shift: 0, unread: new Map() };
const board = {
  accounts: () => state.accounts,
  now: () => Date.now() + state.shift,
  person: () => state.people.find((person) => person.id === state.chosen),
  refresh: () => readClock().then(reload),
};
const phones = ['telegram', 'whatsapp'].map((app) => new Phone(document.getElementById(app), app, board));
const stage = new Stage(document.getElementById('stage'), board);

async function readClock() {
  state.shift = (await get('/control/clock')).now_ms - Date.now();
  document.getElementById('clock').textContent = Math.abs(state.shift) > 60_000 ? `${clock(board.now())} (moved)` : clock(board.now());
}

async function reload() {
  const [people, accounts] = await Promise.all([get('/control/phones'), get('/control/accounts')]);
  state.people = people.phones;
  state.accounts = accounts.accounts;
  const wanted = new URLSearchParams(location.hash.slice(1)).get('phone') ?? state.chosen;
  state.chosen = state.people.some((person) => person.id === wanted) ? wanted : state.people[0]?.id ?? null;
  drawPeople();
  await open();
}

async function open() {
  const person = board.person();
  if (!person) return;
  state.unread.delete(person.id);
  await Promise.all(phones.map((phone) => phone.open(person).catch((error) => notice(error.message, true))));
  stage.person();
}

function choose(id) {
  state.chosen = id;
  history.replaceState(null, '', `#phone=${encodeURIComponent(id)}`);
  drawPeople();
  open();
}

function drawPeople() {
  document.getElementById('people').replaceChildren(...state.people.slice(0, 40).map((person) => {
    const name = [person.first_name, person.last_name].filter(Boolean).join(' ');
    const unread = state.unread.get(person.id);
    return el('button', { type: 'button', class: 'person', 'aria-pressed': String(person.id === state.chosen), title: name, onclick: () => choose(person.id) },
      avatar(name), el('span', { class: 'person-name' }, person.first_name),
      unread ? el('span', { class: 'person-unread', 'aria-label': `${unread} unread` }, String(unread)) : null);
  }));
  const chosen = document.querySelector('#people [aria-pressed="true"]');
  chosen?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

let ledgerTimer = 0;
function change(event) {
  if (event.type === 'accounts' || event.type === 'phones' || event.type === 'reset') {
    clearTimeout(state.reloading);
    state.reloading = setTimeout(() => reload().catch(() => {}), 150);
    return;
  }
  if (event.type === 'chat' && event.phone !== state.chosen) {
    if (event.unread) state.unread.set(event.phone, event.unread);
    else state.unread.delete(event.phone);
    drawPeople();
  }
  for (const phone of phones) phone.take(event);
  if (stage.open && !ledgerTimer) ledgerTimer = setTimeout(() => { ledgerTimer = 0; stage.read(); }, 250);
}

// Which app is in front where only one fits.
const tabs = [...document.querySelectorAll('.app-tabs [role="tab"]')];
function front(app) {
  document.getElementById('board').dataset.front = app;
  tabs.forEach((tab) => tab.setAttribute('aria-selected', String(tab.dataset.app === app)));
  phones.forEach((phone) => { phone.fit?.(); phone.look(); phone.toBottom(); });
}
tabs.forEach((tab) => (tab.onclick = () => front(tab.dataset.app)));

// Light and dark follow the system until chosen.
const themeButton = document.getElementById('theme');
function theme(name) {
  if (name) document.documentElement.dataset.theme = name;
  const dark = name ? name === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  themeButton.replaceChildren(icon(dark ? 'sun' : 'moon'));
  return dark;
}
let kept = null;
try { kept = localStorage.getItem('theme'); } catch { /* storage may be closed to us: the system decides */ }
theme(kept);
themeButton.onclick = () => {
  const next = theme(document.documentElement.dataset.theme) ? 'light' : 'dark';
  theme(next);
  try { localStorage.setItem('theme', next); } catch { /* chosen for this visit only */ }
};

const backstage = document.getElementById('backstage');
backstage.onclick = () => {
  const isOpen = stage.toggle();
  backstage.setAttribute('aria-expanded', String(isOpen));
  document.getElementById('board').classList.toggle('board--staged', isOpen);
};

document.addEventListener('visibilitychange', () => phones.forEach((phone) => phone.look()));
setInterval(() => stage.open && stage.read(), 3000);
setInterval(() => readClock().catch(() => {}), 30_000);

listen(change, () => reload().catch(() => {}), (live) => document.body.classList.toggle('cut-off', !live));
front('telegram');
readClock().then(reload).catch((error) => notice(error.message, true));
