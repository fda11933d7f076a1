// The control API, and what changes on the phones.

async function call(method, path, body, type) {
  const options = { method, headers: {} };
  if (body instanceof Blob) {
    options.body = body;
    options.headers['content-type'] = type || body.type || 'application/octet-stream';
  } else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers['content-type'] = 'application/json';
  }
  const answer = await fetch(path, options);
  const json = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(json.error ?? `The simulator answered ${answer.status}.`);
  return json;
}

export const get = (path) => call('GET', path);
export const post = (path, body = {}) => call('POST', path, body);
export const patch = (path, body) => call('PATCH', path, body);
export const remove = (path) => call('DELETE', path);

/** A person acts in a chat. */
export const act = (phone, what, to, body = {}) =>
  post(`/control/phones/${encodeURIComponent(phone)}/${what}`, { to, ...body });

/** What a phone shows of a chat. */
export const chat = (phone, account) =>
  get(`/control/phones/${encodeURIComponent(phone)}/chats/${encodeURIComponent(account)}`);

/** Puts a file on the shelf. */
export function upload(blob, name, seconds) {
  const query = new URLSearchParams({ name });
  if (seconds) query.set('duration_s', String(Math.max(1, Math.round(seconds))));
  return call('POST', `/control/files?${query}`, blob, blob.type);
}

/** Listens for changes; `onGap` runs when some may have been missed. */
export function listen(onChange, onGap, onState) {
  const source = new EventSource('/control/live');
  let opened = false;
  source.onopen = () => {
    onState(true);
    if (opened) onGap();
    opened = true;
  };
  source.onerror = () => onState(false);
  source.onmessage = (event) => {
    const change = JSON.parse(event.data);
    if (change.type === 'resync') onGap();
    else onChange(change);
  };
}
