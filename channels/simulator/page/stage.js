// Backstage: the clock, the phone's settings, what goes wrong, and what has happened.

import { get, patch, post, remove } from './api.js';
import { clock, el, icon } from './dom.js';
import { notice } from './notice.js';

const HOUR = 3600_000;
const FAULTS = [
  ['The next send is refused: too many (wait 5 s)', { fault: { type: 'rate_limit', retry_after: 5 }, times: 1, sends: true }],
  ['The next send gets no answer, but arrives', { fault: { type: 'cut' }, times: 1, sends: true }],
  ['The next five calls meet a broken server', { fault: { type: 'server_error' }, times: 5 }],
  ['The token is dead', { fault: { type: 'token_dead' } }],
  ['A fifth of the webhooks comes twice', { fault: { type: 'repeat' }, percent: 20 }],
  ['A fifth of the webhooks is overtaken', { fault: { type: 'reorder', hold_ms: 3000 }, percent: 20 }],
];

export class Stage {
  constructor(node, board) {
    this.node = node;
    this.board = board; // { person(), refresh() }
    this.last = 0;
  }

  get open() {
    return !this.node.hidden;
  }

  toggle() {
    this.node.hidden = !this.node.hidden;
    if (this.open) this.draw();
    return this.open;
  }

  async draw() {
    this.log = el('ol', { class: 'log' });
    this.faults = el('ul', { class: 'fault-list' });
    this.switches = el('div', { class: 'switches' });
    const choice = el('select', { 'aria-label': 'What goes wrong' }, el('option', { value: '' }, 'Let something go wrong…'),
      FAULTS.map(([label], at) => el('option', { value: String(at) }, label)));
    choice.onchange = async () => {
      const [, { sends, ...rule }] = FAULTS[Number(choice.value)];
      choice.value = '';
      const rules = sends ? [{ ...rule, method: 'sendMessage' }, { ...rule, method: 'messages' }] : [rule];
      for (const one of rules) await post('/control/faults', one);
      this.drawFaults();
    };
    const move = (label, ms) => el('button', { type: 'button', class: 'tool tool--words', onclick: async () => {
      await post('/control/clock', { advance_ms: ms });
      this.board.refresh();
    } }, label);
    this.node.replaceChildren(
      el('section', {}, el('h2', {}, 'Clock'), el('div', { class: 'switches' }, move('+ 1 hour', HOUR), move('+ 25 hours', 25 * HOUR))),
      el('section', {}, el('h2', {}, 'This phone'), this.switches),
      el('section', {}, el('h2', {}, 'Faults'), choice, this.faults),
      el('section', { class: 'stage-log' }, el('h2', {}, 'What happened'), this.log));
    this.last = 0;
    this.person();
    await Promise.all([this.drawFaults(), this.read()]);
  }

  person() {
    const person = this.board.person();
    if (!this.open || !person || !this.switches) return;
    const toggle = (label, name) => el('label', { class: 'switch' }, el('input', { type: 'checkbox', checked: person[name], onchange: async (event) => {
      await patch(`/control/phones/${person.id}`, { [name]: event.target.checked });
    } }), el('span', {}, label));
    this.switches.replaceChildren(toggle('Switched on', 'online'), toggle('Read receipts', 'receipts'), toggle('Reads at once', 'auto_read'));
    this.last = 0;
    this.log.replaceChildren();
    this.read();
  }

  async drawFaults() {
    const { faults } = await get('/control/faults');
    this.faults.replaceChildren(...faults.map((fault) => el('li', {}, icon('warn'), el('span', {},
      `${fault.fault.type.replaceAll('_', ' ')}${fault.method ? ` on ${fault.method}` : ''}, ${fault.percent} %${fault.times ? `, ${fault.hits} of ${fault.times}` : `, ${fault.hits} so far`}`),
      el('button', { type: 'button', class: 'round', 'aria-label': 'End this fault', onclick: async () => {
        await remove(`/control/faults/${fault.id}`).catch((error) => notice(error.message, true));
        this.drawFaults();
      } }, icon('close')))));
  }

  /** Reads on from the last entry seen. */
  async read() {
    if (!this.open || this.reading) return;
    this.reading = true;
    try {
      const person = this.board.person();
      if (this.last === 0) this.last = Math.max(0, (await get('/control/ledger?limit=1&after=999999999999')).last_seq - 400);
      const query = new URLSearchParams({ after: String(this.last), limit: '200' });
      const { entries } = await get(`/control/ledger?${query}`);
      for (const entry of entries) {
        this.last = entry.seq;
        if (!entry.phone || entry.phone === person?.id) this.log.prepend(line(entry));
      }
      while (this.log.children.length > 150) this.log.lastChild.remove();
    } finally {
      this.reading = false;
    }
  }
}

function line(entry) {
  const app = entry.account.startsWith('wa:') ? 'WhatsApp' : 'Telegram';
  const quoted = (text) => (text ? ` “${text.slice(0, 60)}”` : '');
  const words = {
    arrived: () => ['in', `Arrived: ${entry.kind}${quoted(entry.text)}`],
    changed: () => ['in', `The business: ${entry.change}${quoted(entry.text)}`],
    sent: () => ['out', `Sent: ${entry.kind}${quoted(entry.text)}`],
    acted: () => ['out', `Did: ${entry.act.replaceAll('_', ' ')}${quoted(entry.text)}`],
    receipt: () => ['hook', `Receipt: ${entry.status}`],
    webhook: () => [entry.outcome === 'answered' ? 'hook' : 'bad', `Webhook ${entry.outcome}${entry.status ? ` (${entry.status})` : ''}${entry.attempt > 1 ? `, attempt ${entry.attempt}` : ''}, ${entry.took_ms} ms`],
    called: () => [entry.status === 200 ? 'call' : 'bad', `${entry.method} → ${entry.status || 'cut'}${entry.fault ? ` (${entry.fault})` : ''}${entry.error ? `: ${entry.error}` : ''}`],
  }[entry.what]();
  return el('li', { class: `log-line log-line--${words[0]}` }, el('time', {}, clock(entry.at_ms)), el('span', {}, words[1]), el('small', {}, app));
}
