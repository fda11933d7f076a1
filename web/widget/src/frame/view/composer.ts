/** Where the visitor writes: text, files with their progress, emoji, send. */
import { Refused } from '../api';
import type { Say } from '../i18n';
import type { Attachment, Config } from '../protocol';
import { size } from '../time';
import { h, ICONS, icon, iconButton } from './dom';

const MAX_FILES = 10;
const DEFAULTS = { textChars: 10_000, fileBytes: 20 * 1024 * 1024 };

export interface ComposerDeps {
  send(text: string, attachments: Attachment[]): void;
  /** The visitor is writing (true) or has nothing to say any more (false). */
  typing(on: boolean): void;
  upload(file: File, progress: (part: number) => void, signal: AbortSignal): Promise<Attachment>;
  draft: { load(): string; save(text: string): void };
}

export interface Composer {
  root: HTMLElement;
  focus(): void;
  /** Takes files dropped anywhere on the chat. */
  take(files: Iterable<File>): void;
}

interface Pending {
  chip: HTMLElement;
  attachment?: Attachment;
  preview?: string;
  stop: AbortController;
}

export function composer(config: Config, say: Say, locale: string, deps: ComposerDeps): Composer {
  const limits = { ...DEFAULTS, ...config.limits };
  const pending = new Set<Pending>();
  const text = h('textarea', { rows: '1', placeholder: say('write'), 'aria-label': say('write'), enterkeyhint: 'send' });
  text.value = deps.draft.load();
  const note = h('p', { class: 'note', role: 'status' });
  const chips = h('div', { class: 'chips' });
  const submit = h('button', { type: 'submit', class: 'send', 'aria-label': say('send'), title: say('send') }, icon(ICONS.send));
  const picker = h('input', { type: 'file', multiple: true, hidden: true, tabindex: '-1', 'aria-hidden': 'true' });
  let emoji: HTMLElement | null = null;

  const tools = h('div', { class: 'tools' });
  if (config.attachments !== false) tools.append(iconButton(ICONS.clip, say('attach'), () => picker.click()), picker);
  const smile = iconButton(ICONS.smile, say('emoji'), () => (emoji ? closeEmoji() : void openEmoji().catch(() => {})), { 'aria-expanded': 'false' });
  if (config.emoji !== false) tools.append(smile);
  tools.append(h('span', { class: 'gap' }), submit);
  const root = h('form', { class: 'composer', novalidate: '' }, note, chips, h('div', { class: 'field' }, text, tools));

  root.addEventListener('submit', (event) => {
    event.preventDefault();
    send();
  });
  text.addEventListener('keydown', (event) => {
    // Enter also ends a word in Japanese, Chinese and Korean input: that one is not ours.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  text.addEventListener('input', () => {
    deps.typing(text.value.trim() !== '');
    changed();
  });
  text.addEventListener('paste', (event) => {
    const files = event.clipboardData?.files;
    if (config.attachments === false || !files?.length) return;
    event.preventDefault();
    take(files);
  });
  picker.addEventListener('change', () => {
    take(picker.files ?? []);
    picker.value = '';
  });
  document.addEventListener('pointerdown', ({ target }) => {
    if (emoji && !emoji.contains(target as Node) && !smile.contains(target as Node)) closeEmoji();
  });
  changed();

  function changed(): void {
    deps.draft.save(text.value);
    // The visitor's text decides its direction; the empty field's hint has the page's.
    text.dir = text.value ? 'auto' : '';
    const n = Array.from(text.value.trim()).length;
    const busy = [...pending].some((p) => !p.attachment);
    note.textContent = n > limits.textChars ? say('tooLong', { n, max: limits.textChars }) : '';
    submit.disabled = n > limits.textChars || busy || (n === 0 && !pending.size);
    grow();
  }

  function grow(): void {
    text.style.height = 'auto';
    text.style.height = `${Math.min(text.scrollHeight, 160)}px`;
  }

  function send(): void {
    if (submit.disabled) return;
    const words = text.value.trim();
    const attachments = [...pending].map((p) => ({ ...p.attachment!, ...(p.preview ? { thumbnailUrl: p.preview } : {}) }));
    pending.clear();
    chips.replaceChildren();
    text.value = '';
    closeEmoji();
    deps.typing(false);
    deps.send(words, attachments);
    changed();
    text.focus();
  }

  function take(files: Iterable<File>): void {
    if (config.attachments === false) return;
    for (const file of files) {
      if (pending.size >= MAX_FILES) return void (note.textContent = say('tooMany', { n: MAX_FILES }));
      if (file.size > limits.fileBytes) {
        note.textContent = say('tooBig', { name: file.name, max: size(limits.fileBytes, locale) });
      } else void add(file);
    }
  }

  async function add(file: File): Promise<void> {
    const stop = new AbortController();
    const bar = h('progress', { max: 1, value: 0, 'aria-label': say('uploading', { name: file.name }) });
    const preview = file.type.startsWith('image/') ? URL.createObjectURL(file) : undefined;
    const chip = h('div', { class: 'chip' },
      preview ? h('img', { src: preview, alt: '' }) : icon(ICONS.file),
      h('span', { class: 'file-name', dir: 'auto' }, file.name),
      bar,
      iconButton(ICONS.close, say('removeFile', { name: file.name }), () => drop(true)),
    );
    const one: Pending = { chip, stop, ...(preview ? { preview } : {}) };
    const drop = (focus: boolean) => {
      stop.abort();
      pending.delete(one);
      chip.remove();
      if (focus) text.focus();
      changed();
    };
    pending.add(one);
    chips.append(chip);
    changed();
    try {
      one.attachment = await deps.upload(file, (part) => (bar.value = part), stop.signal);
      bar.remove();
      changed();
    } catch (error) {
      if (stop.signal.aborted) return;
      drop(false);
      const large = error instanceof Refused && error.status === 413;
      note.textContent = large
        ? say('tooBig', { name: file.name, max: size(limits.fileBytes, locale) })
        : say('uploadFailed', { name: file.name });
    }
  }

  async function openEmoji(): Promise<void> {
    const { emojiPicker } = await import('./emoji');
    if (emoji) return;
    emoji = emojiPicker(h, say('emoji'), insert, closeEmoji);
    root.prepend(emoji);
    smile.setAttribute('aria-expanded', 'true');
    emoji.querySelector('button')?.focus();
  }

  function closeEmoji(): void {
    if (!emoji) return;
    emoji.remove();
    emoji = null;
    smile.setAttribute('aria-expanded', 'false');
    text.focus();
  }

  function insert(mark: string): void {
    text.setRangeText(mark, text.selectionStart, text.selectionEnd, 'end');
    closeEmoji();
    changed();
  }

  return { root, focus: () => (text.focus({ preventScroll: true }), grow()), take };
}
