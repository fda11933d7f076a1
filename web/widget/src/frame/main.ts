/** Starts the chat when the loader says so. */
import { listen } from './bridge';
import { chat, type Chat } from './chat';
import { choose, direction, load, speaker } from './i18n';
import type { Config } from './protocol';

/** Our own path names the widget: /widget/v1/{uuid}/frame */
const uuid = location.pathname.split('/')[3] ?? '';

let current: Promise<Chat> | undefined;

const bridge = listen((message) => {
  if (message.type === 'init') {
    current ??= (async () => {
      const { locale, language } = choose(message.languages);
      const [words, config] = await Promise.all([load(language), message.config ?? fetchConfig()]);
      document.documentElement.lang = locale;
      document.documentElement.dir = direction(language);
      const say = speaker(words);
      document.title = config.name || say('chat');
      return chat({ uuid, init: message, config, bridge, say, locale });
    })();
    return;
  }
  void current?.then((it) => {
    if (message.type === 'open') it.opened();
    else if (message.type === 'close') it.closed();
    else if (message.type === 'page') it.page(message.page);
    else if (message.type === 'restart') it.restart(!!message.forget);
  });
});

async function fetchConfig(): Promise<Config> {
  const response = await fetch(`/widget/v1/${uuid}/config`, { credentials: 'omit' });
  if (!response.ok) throw new Error(`config ${response.status}`);
  return response.json();
}
