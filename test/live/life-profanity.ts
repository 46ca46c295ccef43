// The life of an account in profanity: its forms in a terminal, its list of contacts beside them.

import type { LifeClient, Login, Show } from './life.ts';
import { startProfanity } from './profanity.ts';

/** What it writes over contacts of that kind. */
const HEADINGS: Readonly<Record<string, Show>> = {
  'Available for chat': 'chat',
  Online: 'online',
  Away: 'away',
  'Extended Away': 'xa',
  'Do not disturb': 'dnd',
  Offline: 'offline',
};
const HEADING = /^(Available for chat|Online|Away|Extended Away|Do not disturb|Offline|Rooms) \(\d+\)/;

type Screen = readonly string[];

/** Resolves when it is signed in. */
export async function startProfanityLife({ name, password, c2sPort }: Login): Promise<LifeClient> {
  const profanity = await startProfanity({ c2sPort, jid: `${name}@localhost`, password });
  const says = (pattern: RegExp) => (screen: Screen) => screen.some((line) => pattern.test(line));
  /** Fills in the form of a command, and waits until it has been performed. */
  const performs = async (command: string, gateway: string, answers: Readonly<Record<string, string>>) => {
    // It has no commands until it has found somebody who does.
    await profanity.untilSeen(new RegExp(`RECV: <iq[^>]*from="${gateway}"[^>]*><query [^>]*disco#info`));
    await profanity.types(`/cmd exec ${command} ${gateway}`);
    await profanity.untilShown(`the form of ${command}`, says(/Use '\/form submit'/));
    const form = await profanity.screen();
    for (const [label, answer] of Object.entries(answers)) await profanity.types(`/${tagOf(form, label)} ${answer}`);
    await profanity.types('/form submit');
    await profanity.types('/win 1');
    await profanity.untilSeen(new RegExp(`RECV: .*<command(?=[^>]*status="completed")(?=[^>]*node="${command}")`));
  };
  return {
    async signsUp(gateway, answers) {
      await performs('jabber:iq:register', gateway, answers);
      await profanity.untilShown('the request', says(new RegExp(`Received authorization request from ${gateway}`)));
      await profanity.types(`/sub allow ${gateway}`);
      await profanity.types(`/sub request ${gateway}`);
    },
    async adds({ jid, name: called }) {
      await profanity.types(`/roster add ${jid} ${called}`);
      await profanity.types(`/sub request ${jid}`);
    },
    shows: ({ jid, name: called }, show) =>
      profanity.untilShown(`${called} ${show}`, (screen) => {
        const shown = contactsOn(screen);
        return (shown.get(called) ?? shown.get(jid) ?? 'offline') === show;
      }),
    losesItsLine: () => profanity.untilShown('no connection', says(/Lost connection/)),
    comesBack: () => profanity.untilShown('its connection', (screen) => contactsOn(screen).size > 0),
    signsOff: (gateway) => performs('unregister', gateway, { Account: 'only' }),
    transcript: async () => `${(await profanity.screen()).join('\n')}\n${profanity.log.slice(-8_000)}`,
    stop: () => profanity.stop(),
  };
}

/** `field3`, by what is written beside it. */
function tagOf(form: Screen, label: string): string {
  const line = form.find((one) => one.includes(`] ${label}:`) || one.includes(`] ${label} (required):`));
  const tag = /\[(field\d+)\]/.exec(line ?? '')?.[1];
  if (tag === undefined) throw new Error(`no field "${label}" in\n${form.join('\n')}`);
  return tag;
}

/** The panel at the right. */
function contactsOn(screen: Screen): ReadonlyMap<string, Show> {
  const shown = new Map<string, Show>();
  const from = screen.find((line) => line.includes('Available for chat ('))?.indexOf('Available for chat (');
  if (from === undefined) return shown;
  let heading: Show | undefined;
  for (const line of screen) {
    const text = line.slice(from).trim();
    const found = HEADING.exec(text)?.[1];
    if (found !== undefined) heading = HEADINGS[found];
    else if (heading !== undefined && text !== '') shown.set(text.replace(/ \(\d+\)$/, ''), heading);
  }
  return shown;
}
