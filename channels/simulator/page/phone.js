// One phone: an app's header, thread and composer, for one person and one account at a time.

import { act, chat as readChat } from './api.js';
import { attach, createAccount, sendFiles, sendVoice } from './attach.js';
import { album, bubble, summary } from './bubble.js';
import { avatar, clock, el, icon } from './dom.js';
import { notice } from './notice.js';
import { close, form, menu, sheet } from './sheet.js';
import { length, record } from './voice.js';

const QUICK = { telegram: ['👍', '❤', '🔥', '🎉', '😁', '😢'], whatsapp: ['👍', '❤️', '😂', '😮', '😢', '🙏'] };
const OF_APP = { telegram: /^tgb?:/, whatsapp: /^wa:/ };

export class Phone {
  constructor(node, app, stage) {
    this.node = node;
    this.app = app;
    this.stage = stage; // { accounts(), now() }
    this.person = null;
    this.account = null;
    this.messages = [];
    this.drawn = new Map();
    this.looks = true;
    this.replying = null;
    this.editing = null;
    this.recording = null;
    this.build();
    setInterval(() => this.tick(), 1000);
  }

  build() {
    this.head = el('header', { class: 'app-head' });
    this.thread = el('div', { class: 'thread', tabindex: '0', role: 'log', 'aria-label': 'Messages' });
    this.foot = el('footer', { class: 'app-foot' });
    this.time = el('span', { class: 'status-time' });
    this.signal = el('span', { class: 'status-signal', 'aria-hidden': 'true' }, el('i'), el('i'), el('i'), el('b'));
    this.node.replaceChildren(el('div', { class: 'screen' },
      el('div', { class: 'status-bar' }, this.time, this.signal), this.head, this.thread, this.foot));
    this.thread.addEventListener('dragover', (event) => event.preventDefault());
    this.thread.addEventListener('drop', (event) => {
      event.preventDefault();
      if (this.account && event.dataTransfer.files.length) this.run(sendFiles(this, [...event.dataTransfer.files], false));
    });
  }

  accounts() {
    return this.stage.accounts().filter((account) => OF_APP[this.app].test(account.account)
      && account.owner !== this.person?.id && account.is_enabled !== false);
  }

  name() {
    return this.accounts().find((account) => account.account === this.account)?.name ?? 'Business';
  }

  /** Shows a person's chat; without an account named, the first there is. */
  async open(person, account) {
    this.person = person;
    const all = this.accounts();
    const wanted = account ?? this.account;
    this.account = all.some((one) => one.account === wanted) ? wanted : all[0]?.account ?? null;
    this.replying = this.editing = null;
    const ours = this.app === 'telegram' ? person.telegram : person.whatsapp;
    if (!ours || !this.account) return this.showEmpty(ours);
    await this.reload();
  }

  async reload() {
    if (!this.person || !this.account) return;
    const { id } = this.person;
    const account = this.account;
    const state = await readChat(id, account);
    if (this.person.id !== id || this.account !== account) return;
    this.chat = state;
    this.messages = state.messages;
    this.node.classList.remove('phone--empty');
    this.drawHead();
    this.drawThread();
    this.drawFoot();
    this.toBottom();
    this.look();
  }

  showEmpty(ours) {
    this.messages = [];
    this.chat = null;
    this.node.classList.add('phone--empty');
    this.head.replaceChildren(el('span', { class: 'head-names' }, el('strong', {}, this.app === 'telegram' ? 'Telegram' : 'WhatsApp')));
    const words = !ours
      ? [`${this.person.first_name} is not on ${this.app === 'telegram' ? 'Telegram' : 'WhatsApp'}.`]
      : [this.app === 'telegram' ? 'There is no bot to write to yet.' : 'There is no business number to write to yet.',
        'Create one here, then connect it in Switchboard with the details it shows.'];
    this.thread.replaceChildren(el('div', { class: 'empty' }, el('span', { class: 'empty-mark' }, icon('send')), ...words.map((line) => el('p', {}, line)),
      ours ? el('button', { type: 'button', class: 'primary', onclick: () => this.run(createAccount(this.app)) }, this.app === 'telegram' ? 'Create a bot' : 'Create a number') : null));
    this.foot.replaceChildren();
  }

  drawHead() {
    const name = this.name();
    const kind = this.account.startsWith('tgb:') ? 'business account' : this.app === 'telegram' ? 'bot' : 'business account';
    const all = this.accounts();
    this.subtitle = el('span', { class: 'head-state' }, kind);
    this.subtitle.dataset.idle = kind;
    const names = el('button', { type: 'button', class: 'head-names', disabled: all.length < 2, title: all.length > 1 ? 'Other chats' : null,
      onclick: (event) => menu(this.node, event.currentTarget, all.map((account) => ({
        mark: avatar(account.name ?? '?', 'avatar--small'), label: account.name, current: account.account === this.account,
        run: () => this.run(this.open(this.person, account.account)),
      }))) }, el('strong', {}, name, all.length > 1 ? icon('down') : null), this.subtitle);
    this.head.replaceChildren(avatar(name, 'avatar--head'), names, el('button', { type: 'button', class: 'round', 'aria-label': 'More',
      onclick: (event) => this.more(event.currentTarget) }, icon('more')));
    this.tick();
  }

  more(at) {
    const items = [];
    const blocked = this.chat?.blocked;
    items.push({ icon: 'eye', label: this.looks ? 'Do not look at this chat' : 'Look at this chat', run: () => {
      this.looks = !this.looks;
      this.look();
      notice(this.looks ? 'Messages count as read again.' : 'New messages stay unread on this phone.');
    } });
    if (this.app === 'telegram') items.push({ icon: 'send', label: 'Send /start with a link’s payload', run: () => form(this.node, 'Open a link', [
      { name: 'payload', label: 'Payload', value: 'summer-ad' }], 'Start', ({ payload }) => this.act('start', { payload })) });
    else {
      items.push({ icon: 'megaphone', label: 'Write from an advertisement', run: () => this.send({ text: 'Hi! I saw your ad.', referral: {
        source_url: 'https://fb.me/jackets', source_id: '120210000000', source_type: 'ad', headline: 'Rain? Not today.',
        body: 'Three colours, all sizes, until Sunday.', media_type: 'image', ctwa_clid: 'ARAkLkA8rmlFeiCktEJQ' } }) });
      items.push({ icon: 'megaphone', label: this.chat?.marketing_stopped ? 'Take promotions again' : 'Stop promotions', run: () => {
        const stop = !this.chat.marketing_stopped;
        this.chat.marketing_stopped = stop;
        this.act('marketing', { stop });
      } });
    }
    // A bot has nobody behind it who could write by hand; a business account and a number in coexistence have.
    if (!this.account.startsWith('tg:')) items.push({ icon: 'person', label: `${this.name()} writes by hand`, run: () => form(this.node, 'Written in the business’s own app', [
      { name: 'text', label: 'Text', value: 'One moment, I am looking.' }], 'Send', ({ text }) => this.send({ text, by_business: true })) });
    items.push({ icon: 'key', label: 'Connection details', run: () => this.details() });
    items.push(null, { icon: 'block', danger: !blocked, label: blocked ? 'Unblock' : 'Block', run: () => this.act(blocked ? 'unblock' : 'block') });
    menu(this.node, at, items);
  }

  details() {
    const account = this.accounts().find((one) => one.account === this.account);
    const names = { token: 'Token', api: 'API address', phone_number_id: 'Phone number ID', business_account_id: 'Business account ID (WABA)',
      app_id: 'App ID', app_secret: 'App secret', display_phone_number: 'Number', username: 'Username', webhook: 'Webhook', connection: 'Connection' };
    sheet(this.node, 'Connection details', el('dl', { class: 'details' }, Object.entries(names).filter(([key]) => account[key]).map(([key, label]) => [
      el('dt', {}, label), el('dd', {}, el('code', {}, String(account[key])), el('button', { type: 'button', class: 'round', 'aria-label': `Copy ${label}`,
        onclick: () => navigator.clipboard?.writeText(String(account[key])).then(() => notice(`${label} copied.`), () => notice('Copying was refused.')) }, icon('copy')))])));
  }

  // Thread

  drawThread() {
    this.drawn.clear();
    this.thread.replaceChildren();
    this.thread.append(el('div', { class: 'thread-start' }, this.app === 'whatsapp'
      ? `This business uses a secure service from Switchboard to manage this chat.`
      : this.account.startsWith('tgb:') ? `${this.name()} uses a bot to manage this chat.` : `What can this bot do? It brings you to the people of ${this.name()}.`));
    let day = '';
    for (const message of this.messages) {
      const its = new Date(message.at_ms).toDateString();
      if (its !== day) this.thread.append(this.dayLine(message.at_ms));
      day = its;
      this.draw(message);
    }
    this.typingRow = el('div', { class: 'row row--theirs row--typing', hidden: true }, el('div', { class: 'stack' }, el('div', { class: 'bubble dots', 'aria-label': 'typing' }, el('i'), el('i'), el('i'))));
    this.thread.append(this.typingRow);
    this.joinRows();
  }

  dayLine(ms) {
    const date = new Date(ms);
    const days = Math.round((new Date(this.stage.now()).setHours(0, 0, 0, 0) - new Date(ms).setHours(0, 0, 0, 0)) / 86400000);
    const words = days === 0 ? 'Today' : days === 1 ? 'Yesterday' : date.toLocaleDateString([], { day: 'numeric', month: 'long' });
    return el('div', { class: 'day' }, el('span', {}, words));
  }

  /** Draws a message in its place, or anew when it changed. */
  draw(message) {
    const group = message.body.album;
    const parts = group ? this.messages.filter((part) => part.body.album === group && ['photo', 'video'].includes(part.body.media)) : [];
    const together = parts.length > 1 && parts.includes(message);
    const row = (together ? album(parts, this) : bubble(message, this)) ?? el('div', { class: 'row row--none', hidden: true });
    row.dataset.at = String(message.at_ms);
    const before = this.drawn.get(message.id) ?? parts.map((part) => this.drawn.get(part.id)).find(Boolean);
    for (const part of together ? parts : []) this.drawn.set(part.id, row);
    if (before) before.replaceWith(row);
    else if (this.typingRow?.isConnected) this.typingRow.before(row);
    else this.thread.append(row);
    this.drawn.set(message.id, row);
    return row;
  }

  /** Rows of one side within five minutes stand close. */
  joinRows() {
    let last = null;
    for (const row of this.thread.children) {
      if (!row.classList.contains('row') || row.hidden) continue;
      const side = row.classList.contains('row--own');
      const joined = last && last.side === side && Number(row.dataset.at) - last.at < 300_000;
      row.classList.toggle('row--joined', Boolean(joined));
      last = { side, at: Number(row.dataset.at) };
    }
  }

  atBottom() {
    return this.thread.scrollHeight - this.thread.scrollTop - this.thread.clientHeight < 80;
  }

  toBottom() {
    this.stick = true;
    this.thread.scrollTop = this.thread.scrollHeight;
  }

  /** A picture loaded: stay at the end if we were there. */
  settle() {
    if (this.stick) this.thread.scrollTop = this.thread.scrollHeight;
  }

  quote(id) {
    return this.messages.find((message) => message.id === id);
  }

  jump(id) {
    const row = this.drawn.get(id);
    row?.scrollIntoView({ block: 'center', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
    row?.classList.add('row--found');
    setTimeout(() => row?.classList.remove('row--found'), 1200);
  }

  /** A change came in. */
  take(change) {
    if (change.phone !== this.person?.id || change.account !== this.account) return;
    if (change.type === 'message') {
      const { message } = change;
      const at = this.messages.findIndex((known) => known.id === message.id);
      this.stick = this.atBottom() || (at < 0 && message.from === 'customer');
      if (at < 0) {
        const last = this.messages.at(-1);
        if (!last || new Date(last.at_ms).toDateString() !== new Date(message.at_ms).toDateString()) this.typingRow.before(this.dayLine(message.at_ms));
        this.messages.push(message);
      } else this.messages[at] = message;
      const row = this.draw(message);
      if (at < 0) row.classList.add('row--new');
      this.joinRows();
      if (this.stick) this.toBottom();
      this.look();
    } else if (change.type === 'chat') {
      const blocked = this.chat.blocked !== change.blocked || this.chat.started !== change.started;
      Object.assign(this.chat, { blocked: change.blocked, started: change.started, typing_until_ms: change.typing_until_ms });
      if (blocked) this.drawFoot();
      this.tick();
    } else if (change.type === 'toast') {
      if (change.alert) sheet(this.node, this.name(), el('p', { class: 'sheet-words' }, change.text));
      else this.toast(change.text);
    }
  }

  toast(text) {
    const node = el('div', { class: 'toast', role: 'status' }, text);
    this.node.querySelector('.screen').append(node);
    setTimeout(() => node.remove(), 3500);
  }

  tick() {
    this.time.textContent = clock(this.stage.now());
    this.node.classList.toggle('phone--offline', this.person?.online === false);
    if (!this.subtitle || !this.chat) return;
    const typing = this.chat.typing_until_ms > this.stage.now();
    this.subtitle.textContent = typing ? 'typing…' : this.subtitle.dataset.idle;
    this.subtitle.classList.toggle('head-state--typing', typing);
    if (this.typingRow && this.typingRow.hidden === typing) {
      const stick = this.atBottom();
      this.typingRow.hidden = !typing;
      if (stick) this.toBottom();
    }
  }

  /** The person looks at the chat: what the business wrote is read. */
  look() {
    if (!this.looks || document.visibilityState !== 'visible' || this.node.offsetParent === null) return;
    const unread = this.messages.some((message) => message.from === 'business' && !message.deleted && ['sent', 'delivered'].includes(message.receipt));
    if (!unread || this.person.online === false) return;
    clearTimeout(this.looking);
    const { person, account } = this;
    this.looking = setTimeout(() => act(person.id, 'read', account).then(() => {
      for (const message of this.messages) if (message.from === 'business' && message.receipt !== 'played') message.receipt = 'read';
    }, () => {}), 700);
  }

  // Acts

  async run(work) {
    try {
      return await work;
    } catch (error) {
      notice(error.message, true);
    }
  }

  act(what, body) {
    return this.run(act(this.person.id, what, this.account, body));
  }

  send(body) {
    const reply_to = this.replying?.id;
    this.replying = null;
    this.drawBars();
    return this.act('send', reply_to ? { ...body, reply_to } : body);
  }

  tap(message, button) {
    if (button.id === 'send_location') return this.send({ kind: 'location', latitude: -23.56141, longitude: -46.65588, name: 'Home', address: '' });
    return this.act('tap', { message: message.id, button: button.id ?? button.label });
  }

  openList(message) {
    const choose = (row) => { close(); this.act('choose', { message: message.id, row: row.id }); };
    sheet(this.node, message.actions.button, el('div', { class: 'choices' }, message.actions.sections.map((section) => [
      section.title ? el('h3', {}, section.title) : null,
      section.rows.map((row) => el('button', { type: 'button', class: 'choice', onclick: () => choose(row) },
        el('span', {}, el('strong', {}, row.title), row.description ? el('span', {}, row.description) : null), el('i', { 'aria-hidden': 'true' }))),
    ])));
  }

  played(message) {
    if (message.from === 'business' && this.app === 'whatsapp') this.act('play', { message: message.id });
  }

  reply(message) {
    this.editing = null;
    this.replying = message;
    this.drawBars();
    this.input.focus();
  }

  menu(message, at) {
    const own = message.from === 'customer';
    const react = (emoji) => {
      const mine = message.reactions.customer;
      close();
      this.act('react', { message: message.id, emoji: mine.includes(emoji) ? [] : [emoji] });
    };
    const quick = el('div', { class: 'quick', role: 'group', 'aria-label': 'React' }, QUICK[this.app].map((emoji) => el('button', {
      type: 'button', class: message.reactions.customer.includes(emoji) ? 'quick-emoji quick-emoji--on' : 'quick-emoji', 'aria-label': `React ${emoji}`, onclick: () => react(emoji) }, emoji)));
    const words = ['text', 'card'].includes(message.body.kind) ? message.body.text : message.body.caption;
    const items = [{ icon: 'reply', label: 'Reply', run: () => this.reply(message) }];
    if (words) items.push({ icon: 'copy', label: 'Copy', run: () => navigator.clipboard?.writeText(words) });
    if (own && (message.body.kind === 'text' || message.body.kind === 'media')) items.push({ icon: 'edit', label: 'Edit', run: () => this.edit(message) });
    if (own) items.push({ icon: 'trash', danger: true, label: 'Delete for everyone', run: () => this.act('delete', { messages: [message.id] }) });
    menu(this.node, at, items, quick);
  }

  edit(message) {
    this.replying = null;
    this.editing = message;
    this.drawBars();
    this.input.value = message.body.kind === 'text' ? message.body.text : message.body.caption;
    this.input.dispatchEvent(new Event('input'));
    this.input.focus();
  }

  // Composer

  drawFoot() {
    if (this.chat.blocked) {
      return this.foot.replaceChildren(el('button', { type: 'button', class: 'foot-only', onclick: () => this.act('unblock') }, this.app === 'telegram' ? 'Restart bot' : 'Unblock'));
    }
    if (this.app === 'telegram' && !this.chat.started && !this.account.startsWith('tgb:') && !this.messages.length) {
      return this.foot.replaceChildren(el('button', { type: 'button', class: 'foot-only foot-only--start', onclick: () => this.act('start', {}) }, 'START'));
    }
    const draft = this.input?.value ?? '';
    this.input = el('textarea', { rows: 1, dir: 'auto', placeholder: 'Message', 'aria-label': 'Message', value: draft });
    this.bars = el('div', { class: 'bars' });
    this.sendButton = el('button', { type: 'button', class: 'send' });
    const fit = () => {
      this.input.style.setProperty('height', 'auto');
      const height = this.input.scrollHeight; // none while the other app is in front
      if (height) this.input.style.setProperty('height', `${Math.min(height, 140)}px`);
      const words = this.input.value.trim() !== '';
      this.sendButton.replaceChildren(icon(words || this.editing ? 'send' : 'mic'));
      this.sendButton.setAttribute('aria-label', words || this.editing ? 'Send' : 'Record a voice message');
      this.sendButton.classList.toggle('send--voice', !words && !this.editing);
    };
    this.fit = fit;
    this.input.addEventListener('input', fit);
    this.input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.submit();
      } else if (event.key === 'Escape' && (this.replying || this.editing)) this.drop();
    });
    this.input.addEventListener('paste', (event) => {
      const files = [...event.clipboardData.files];
      if (files.length) {
        event.preventDefault();
        this.run(sendFiles(this, files, false));
      }
    });
    this.sendButton.onclick = () => (this.input.value.trim() || this.editing ? this.submit() : this.startVoice());
    this.field = el('div', { class: 'field-row' },
      el('div', { class: 'pill' }, el('button', { type: 'button', class: 'round', 'aria-label': 'Attach', onclick: () => attach(this) }, icon('attach')), this.input), this.sendButton);
    this.foot.replaceChildren(this.bars, this.field);
    this.drawBars();
    fit();
  }

  drawBars() {
    if (!this.bars) return;
    const about = this.editing ?? this.replying;
    this.bars.replaceChildren(...(about ? [el('div', { class: 'bar' }, icon(this.editing ? 'edit' : 'reply'),
      el('span', { class: 'bar-words' }, el('strong', {}, this.editing ? 'Edit message' : about.from === 'customer' ? 'You' : this.name()), el('span', {}, summary(about))),
      el('button', { type: 'button', class: 'round', 'aria-label': 'Cancel', onclick: () => this.drop() }, icon('close')))] : []));
    this.fit?.();
  }

  drop() {
    if (this.editing) this.input.value = '';
    this.editing = this.replying = null;
    this.drawBars();
  }

  takeDraft() {
    const text = this.input?.value.trim() ?? '';
    if (this.input) this.input.value = '';
    this.fit?.();
    return text;
  }

  submit() {
    const editing = this.editing;
    const text = this.takeDraft();
    if (editing) {
      this.drop();
      if (text) this.act('edit', { message: editing.id, text });
    } else if (text) this.send({ text });
  }

  async startVoice() {
    const recording = await record();
    if (!recording) return this.run(sendVoice(this, null));
    const time = el('span', { class: 'rec-time' }, '0:00');
    const timer = setInterval(() => (time.textContent = length((performance.now() - recording.began) / 1000)), 200);
    const end = () => {
      clearInterval(timer);
      this.foot.replaceChildren(this.bars, this.field);
    };
    this.foot.replaceChildren(el('div', { class: 'field-row' }, el('div', { class: 'pill pill--rec' }, el('i', { class: 'rec-dot' }), time,
      el('span', { class: 'rec-words' }, recording.made ? 'No microphone: a tone stands in' : 'Recording'),
      el('button', { type: 'button', class: 'round', 'aria-label': 'Throw away', onclick: () => { end(); recording.cancel(); } }, icon('trash'))),
      el('button', { type: 'button', class: 'send', 'aria-label': 'Send voice message', onclick: async () => {
        const done = await recording.stop();
        end();
        this.run(sendVoice(this, done));
      } }, icon('send'))));
  }
}
