// Builds elements without markup strings: what people write is text, never HTML.

/** Creates an element: `el('button', { class: 'x', onclick: f }, child, 'text')`. */
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (key === 'class') node.className = value;
    else if (key in node && typeof value !== 'string') node[key] = value;
    else node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const SVG = 'http://www.w3.org/2000/svg';

const paths = {
  send: 'M4.5 12 3 4.5 21 12 3 19.5 4.5 12Zm0 0H12',
  mic: 'M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3ZM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21',
  attach: 'M20 11.5 12.2 19.3a5 5 0 0 1-7.1-7.1l8.2-8.2a3.3 3.3 0 0 1 4.7 4.7l-8.2 8.2a1.7 1.7 0 0 1-2.4-2.4L14.8 7',
  more: 'M12 5.5v.01M12 12v.01M12 18.5v.01',
  down: 'M6 9.5l6 6 6-6',
  back: 'M15 5l-7 7 7 7',
  reply: 'M9.5 6 4 11.5 9.5 17M4 11.5h9a7 7 0 0 1 7 7',
  edit: 'M4 20h4L19 9a2.8 2.8 0 0 0-4-4L4 16v4Zm9-13 4 4',
  trash: 'M4.5 7h15M9.5 7V4.5h5V7M6.5 7l.8 13h9.4l.8-13M10 10.5v6M14 10.5v6',
  photo: 'M4 5h16v14H4V5Zm0 11 5-5 4 4 2.5-2.5L20 17M15.5 9v.01',
  file: 'M6 3h8l4 4v14H6V3Zm8 0v4h4M9 12h6M9 16h6',
  pin: 'M12 21s7-6.2 7-11.5a7 7 0 1 0-14 0C5 14.8 12 21 12 21Zm0-9a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8a7.5 7.5 0 0 1 15 0',
  sticker: 'M5 4h14v9l-6 6H5V4Zm8 15v-6h6M9 9.5v.01M14.5 9.5v.01M9 13c1 .9 2 .9 3 .5',
  album: 'M7 3.5h13.5V17H7V3.5ZM3.5 7v13.5H17M7 13.5l4-4 3.5 3.5 2-2 4 4',
  play: 'M7 4.5v15l12-7.5-12-7.5Z',
  pause: 'M8 5v14M16 5v14',
  stop: 'M6.5 6.5h11v11h-11z',
  close: 'M5.5 5.5l13 13M18.5 5.5l-13 13',
  block: 'M5.6 5.6l12.8 12.8M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Z',
  key: 'M14.5 9.5a4.5 4.5 0 1 0-4.3 4.5L12 16h2v2h2v2.5h3.5V17l-5.2-5.2c.1-.7.2-1.5.2-2.3ZM8.5 8v.01',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Zm9.5 2.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6Z',
  copy: 'M8.5 8.5h11v11h-11v-11Zm-4 7v-11h11',
  list: 'M8.5 6H20M8.5 12H20M8.5 18H20M4 6v.01M4 12v.01M4 18v.01',
  link: 'M13.5 5.5H18.5V10.5M18.5 5.5 11 13M16 14.5V19H5V8h4.5',
  answer: 'M9.5 6 4 11.5 9.5 17M4 11.5h9a7 7 0 0 1 7 7',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm0-13v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M5.6 18.4l1.1-1.1M17.3 6.7l1.1-1.1',
  moon: 'M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7Z',
  megaphone: 'M4 10v4l10 4.5v-13L4 10Zm0 4h-.5v-4H4m10-1.5a4 4 0 0 1 0 7M6.5 15l1 4.5h2.5l-.8-3.4',
  warn: 'M12 8v5M12 16.5v.01M10.3 3.9 2.5 18a2 2 0 0 0 1.7 3h15.6a2 2 0 0 0 1.7-3L13.7 3.9a2 2 0 0 0-3.4 0Z',
};

/** One of our own line drawings, 24 by 24. */
export function icon(name, label) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.classList.add('icon');
  if (label) {
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', label);
  } else {
    svg.setAttribute('aria-hidden', 'true');
  }
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', paths[name] ?? paths.more);
  svg.append(path);
  return svg;
}

/** One tick, two, or none yet; coloured by the stylesheet when read. */
export function ticks(receipt) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 18 12');
  svg.classList.add('ticks', `ticks--${receipt}`);
  svg.setAttribute('role', 'img');
  const words = { sent: 'sent', delivered: 'delivered', read: 'read', played: 'played', failed: 'failed' };
  svg.setAttribute('aria-label', words[receipt] ?? receipt);
  const shapes = receipt === 'failed' ? ['M9 2v5M9 9.8v.01'] : receipt === 'sent' ? ['M4 6.5 7.2 9.7 14 2.5'] : ['M1 6.5 4.2 9.7 11 2.5', 'M7.6 8.9 8.4 9.7 17 2.5'];
  for (const d of shapes) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}

/** The two letters of a name, and a colour that stays with it. */
export function avatar(name, extra = '') {
  const words = name.trim().split(/\s+/);
  const first = (word) => Array.from(word ?? '')[0] ?? '';
  const letters = words.length > 1 ? first(words[0]) + first(words.at(-1)) : first(words[0]);
  let sum = 7;
  for (const char of name) sum = (sum * 31 + char.codePointAt(0)) % 360;
  const node = el('span', { class: `avatar ${extra}`, 'aria-hidden': 'true' }, letters.toUpperCase());
  node.style.setProperty('--hue', String(sum));
  return node;
}

/** Time of day, as the reader's machine writes it. */
export function clock(ms) {
  return new Date(ms).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/** A file's size in words. */
export function bytes(count) {
  if (count < 1024) return `${count} B`;
  if (count < 1024 * 1024) return `${Math.round(count / 1024)} KB`;
  return `${(count / 1024 / 1024).toFixed(1)} MB`;
}
