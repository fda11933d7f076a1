/** Launcher and panel, in a shadow tree so that the page's styles and ours never meet. */

export interface Launcher {
  button: HTMLButtonElement;
  panel: HTMLElement;
  /** `full`: on phones the panel covers the page. `label`: what the launcher is called. */
  set(open: boolean, hidden: boolean, unread: number, full: boolean, label: string): void;
}

// `!important` on :host wins over whatever the page says about every div.
const CSS = `:host{all:initial!important;position:fixed!important;z-index:2147483000!important;bottom:calc(20px + env(safe-area-inset-bottom))!important;right:calc(20px + env(safe-area-inset-right))!important}
:host([l]){right:auto!important;left:calc(20px + env(safe-area-inset-left))!important}
button{all:unset;display:grid;place-items:center;width:56px;height:56px;border-radius:28px;background:var(--a);color:var(--o);cursor:pointer;box-shadow:0 4px 16px #0004}
button:hover{filter:brightness(1.08)}
button:focus-visible{outline:2px solid var(--a);outline-offset:3px;box-shadow:0 0 0 3px #fff}
button:before{content:"";width:24px;height:21px;border:2px solid;border-radius:12px 12px 12px 3px;box-sizing:border-box}
:host([o]) button:before{width:13px;height:13px;border-width:0 2px 2px 0;border-radius:1px;transform:translateY(-3px) rotate(45deg)}
b{position:absolute;top:-4px;right:-4px;min-width:10px;padding:0 6px;border-radius:11px;background:#f2a94a;color:#1b1e24;font:650 13px/22px system-ui;text-align:center;box-shadow:0 0 0 2px #fff}
div{position:absolute;bottom:68px;right:0;width:400px;max-width:calc(100vw - 40px);height:min(700px,100vh - 108px);border-radius:14px;overflow:hidden;background:Canvas;box-shadow:0 0 0 1px #0002,0 12px 40px #0004;opacity:0;visibility:hidden;transform:translateY(8px);transition:.15s}
:host([l]) div{right:auto;left:0}
:host([o]) div{opacity:1;visibility:visible;transform:none}
iframe{border:0;width:100%;height:100%;display:block;color-scheme:light dark}
:host([f]) div{position:fixed;inset:0;top:var(--t);width:auto;max-width:none;height:var(--h,100dvh);border-radius:0}
[hidden]{display:none}
@media(prefers-reduced-motion:reduce){div{transition:none}}@media print{*{display:none}}`;

export function paint(position: string | undefined, colour: string, nonce: string | undefined, toggle: () => void): Launcher {
  const doc = document;
  const host = doc.createElement('aside');
  host.id = 'switchboard-chat';
  host.toggleAttribute('l', position === 'left');
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
  const style = (name: string, value: string) => host.style.setProperty(name, value);
  style('--a', colour);
  style('--o', bright(colour) ? '#1b1e24' : '#fff');

  const button = doc.createElement('button');
  button.type = 'button';
  button.onclick = toggle;
  const badge = doc.createElement('b');
  button.append(badge);
  const panel = doc.createElement('div');
  root.append(panel, button);

  // Beside the body, not in it: Turbo and Astro swap the body, and a moved iframe reloads.
  const top = doc.documentElement;
  const attach = () => host.isConnected || top.append(host);
  attach();
  new MutationObserver(attach).observe(top, { childList: true });

  // The keyboard of a phone covers the page without shrinking it; the panel follows what is left.
  const view = visualViewport;
  if (view) {
    const fit = () => {
      style('--h', `${view.height}px`);
      style('--t', `${view.offsetTop}px`);
    };
    view.addEventListener('resize', fit);
    view.addEventListener('scroll', fit);
  }
  let overflow: string | undefined;

  return {
    button,
    panel,
    set(open, hidden, unread, full, label) {
      host.toggleAttribute('o', open);
      host.toggleAttribute('f', full);
      host.ariaLabel = label;
      button.style.display = hidden || full ? 'none' : '';
      const count = open || !unread ? '' : unread > 99 ? '99+' : unread;
      badge.hidden = !count;
      badge.textContent = `${count}`;
      button.ariaExpanded = `${open}`;
      button.ariaLabel = count ? `${label} (${count})` : label;
      if (full === (overflow !== undefined)) return;
      // The page behind a full-screen chat must not scroll under the finger.
      const before = overflow;
      overflow = full ? top.style.overflow : undefined;
      top.style.overflow = before ?? 'hidden';
    },
  };
}

/** Whether dark reads better than white on `hex`, by perceived brightness. */
function bright(hex: string): boolean {
  const n = parseInt(hex.slice(1), 16);
  return (n >> 16) * 3 + ((n >> 8) & 255) * 6 + (n & 255) > 1650;
}
