/** Launcher and panel, in a shadow tree so that the page's styles and ours never meet. */

export interface State {
  open: boolean;
  hidden: boolean;
  unread: number;
  /** Phones: the panel covers the page. */
  full: boolean;
  words: [string, string, string];
}

export interface Launcher {
  button: HTMLButtonElement;
  panel: HTMLElement;
  set(state: State): void;
}

// `!important` on :host wins over whatever the page says about every div.
const CSS = `:host{all:initial!important;position:fixed!important;z-index:2147483000!important;inset:auto 0 0 auto!important}
:host([l]){inset:auto auto 0 0!important}
button{all:unset;position:fixed;inset-block-end:calc(20px + env(safe-area-inset-bottom));right:calc(20px + env(safe-area-inset-right));width:56px;height:56px;border-radius:28px;background:var(--a);color:var(--o);cursor:pointer;display:grid;place-items:center;box-shadow:0 1px 2px #0003,0 6px 20px #0003;transition:transform .15s;-webkit-tap-highlight-color:transparent}
:host([l]) button{right:auto;left:calc(20px + env(safe-area-inset-left))}
button:hover{transform:scale(1.05)}
button:focus-visible{outline:2px solid var(--a);outline-offset:3px;box-shadow:0 0 0 3px #fff,0 6px 20px #0003}
svg{width:26px;height:26px;fill:none;stroke:currentColor;stroke-width:1.75;stroke-linecap:round;stroke-linejoin:round}
b{position:absolute;top:-4px;right:-4px;min-width:10px;padding:0 6px;height:22px;border-radius:11px;background:#f2a94a;color:#1b1e24;font:650 13px/22px system-ui,sans-serif;text-align:center;box-shadow:0 0 0 2px #fff}
[hidden]{display:none!important}
div{position:fixed;inset-block-end:calc(88px + env(safe-area-inset-bottom));right:calc(20px + env(safe-area-inset-right));width:400px;max-width:calc(100vw - 40px);height:min(700px,100vh - 108px);height:min(700px,100dvh - 108px);border-radius:14px;overflow:hidden;background:Canvas;box-shadow:0 0 0 1px #0000001a,0 12px 40px #00000038;opacity:0;visibility:hidden;transform:translateY(8px);transition:.15s}
:host([l]) div{right:auto;left:calc(20px + env(safe-area-inset-left))}
:host([o]) div{opacity:1;visibility:visible;transform:none}
iframe{border:0;width:100%;height:100%;display:block;color-scheme:light dark}
:host([f]) div{inset:0;width:100%;max-width:none;height:100vh;height:var(--h,100dvh);border-radius:0;top:var(--t,0)}
@media(prefers-reduced-motion:reduce){*{transition:none!important}}@media print{*{display:none!important}}`;

const BUBBLE = 'M7.9 20A9 9 0 1 0 4 16.1L2 22Z';
const DOWN = 'm6 9 6 6 6-6';

export function paint(position: string | undefined, colour: string, nonce: string | undefined, toggle: () => void): Launcher {
  const doc = document;
  const host = doc.createElement('div');
  host.id = 'switchboard-chat';
  host.setAttribute('role', 'complementary');
  host.dataset.turboPermanent = '';
  if (position === 'left') host.setAttribute('l', '');
  const root = host.attachShadow({ mode: 'open' });
  try {
    // A constructed sheet needs no `style-src` of the page.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const style = doc.createElement('style');
    style.nonce = nonce ?? "";
    style.textContent = CSS;
    root.append(style);
  }
  const accent = /^#[\da-f]{6}$/i.test(colour) ? colour : '#0b6e69';
  host.style.setProperty('--a', accent);
  host.style.setProperty('--o', bright(accent) ? '#1b1e24' : '#fff');

  const button = doc.createElement('button');
  button.type = 'button';
  button.onclick = toggle;
  const svg = doc.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = svg.appendChild(doc.createElementNS(svg.namespaceURI, 'path'));
  const badge = doc.createElement('b');
  button.append(svg, badge);
  const panel = doc.createElement('div');
  root.append(panel, button);

  // Beside the body, not in it: Turbo and Astro swap the body, and a moved iframe reloads.
  const top = doc.documentElement;
  const attach = () => host.isConnected || top.append(host);
  attach();
  new MutationObserver(attach).observe(top, { childList: true });

  // The keyboard of a phone covers the page without shrinking it; the panel follows what is left.
  const view = visualViewport;
  const fit = () => {
    host.style.setProperty('--h', `${view!.height}px`);
    host.style.setProperty('--t', `${view!.offsetTop}px`);
  };
  let overflow: string | undefined;

  return {
    button,
    panel,
    set({ open, hidden, unread, full, words }) {
      host.toggleAttribute('o', open);
      host.toggleAttribute('f', full);
      host.ariaLabel = words[0];
      button.hidden = hidden || full;
      path.setAttribute('d', open ? DOWN : BUBBLE);
      badge.hidden = open || !unread;
      badge.textContent = unread > 99 ? '99+' : `${unread}`;
      button.ariaExpanded = `${open}`;
      button.ariaLabel = open ? words[1] : unread ? `${words[0]} (${badge.textContent} ${words[2]})` : words[0];
      if (full !== (overflow !== undefined)) {
        // The page behind a full-screen chat must not scroll under the finger.
        const style = top.style;
        if (full) {
          overflow = style.overflow;
          style.overflow = 'hidden';
          view?.addEventListener('resize', fit);
          view?.addEventListener('scroll', fit);
          if (view) fit();
        } else {
          style.overflow = overflow!;
          overflow = undefined;
          view?.removeEventListener('resize', fit);
          view?.removeEventListener('scroll', fit);
        }
      }
    },
  };
}

/** Whether dark text reads better than white on `hex` (relative luminance over 0.3). */
function bright(hex: string): boolean {
  const n = parseInt(hex.slice(1), 16);
  const [r, g, b] = [n >> 16, (n >> 8) & 255, n & 255].map((v) => (v / 255) ** 2.2) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.3;
}
