/**
 * Talk with the loader on the customer's page. The first `init` from our parent
 * pins the page's origin; the server's `frame-ancestors` has already decided
 * that this page may embed us. Answers go to that origin only.
 */
import type { Config, Identity, PageRef } from './protocol';

export interface Init {
  /** What the page kept for us: the visitor, and this tab's things. */
  local?: string;
  session?: string;
  identity?: Identity;
  languages: string[];
  page: PageRef;
  open: boolean;
  config?: Config;
}

export type FromLoader =
  | ({ type: 'init' } & Init)
  | { type: 'open' | 'close' }
  | { type: 'page'; page: PageRef }
  | { type: 'restart'; forget?: boolean };

export interface Bridge {
  send(type: string, data?: object): void;
}

export function listen(take: (message: FromLoader) => void): Bridge {
  let page: string | null = null;
  addEventListener('message', (event: MessageEvent) => {
    const data: unknown = event.data;
    if (event.source !== parent || parent === window || !isEnvelope(data)) return;
    if (page === null) {
      // A browser that knows our ancestors must agree with what the message says.
      const known = location.ancestorOrigins?.[0];
      if (data.type !== 'init' || (known && known !== event.origin)) return;
      page = event.origin;
    }
    if (event.origin !== page) return;
    take(data as FromLoader);
  });
  return {
    send(type, data) {
      if (page) parent.postMessage({ sb: 1, type, ...data }, page);
    },
  };
}

function isEnvelope(data: unknown): data is { sb: 1; type: string } {
  return typeof data === 'object' && data !== null && (data as { sb?: unknown }).sb === 1
    && typeof (data as { type?: unknown }).type === 'string';
}
