// The demo without a person: a real client library as juliet goes the way a person would, step by step, and the phone's page is used as a
// browser would.

import { IrcClient } from '../support/irc-client.ts';
import { until } from '../support/processes.ts';
import { FRIAR } from './friar.ts';
import { Juliet, STEP_MS } from './juliet.ts';
import type { Line, Phone } from './phone.ts';
import { CHANNEL, IRC_GATEWAY, NURSE, PASSWORD, ROOM, SERVER, SMS_GATEWAY, type Verona } from './verona.ts';

type Step = readonly [name: string, run: () => Promise<unknown>];

/** Runs the steps in order and says each as it is done. @returns the name of the one that failed. */
export async function checkVerona(verona: Verona): Promise<string | undefined> {
  const juliet = new Juliet(verona.xmpp.c2sPort, PASSWORD, 'check');
  const mercutio = await IrcClient.connect({ port: verona.irc.port, nick: 'mercutio' });
  const steps: readonly Step[] = [
    ['the web page with Converse.js is served', () => pageIsServed(verona.page.url)],
    ['juliet signs in at the XMPP server', () => juliet.signsIn()],
    ...ircSteps(juliet, mercutio),
    ...smsSteps(juliet, verona),
  ];
  try {
    for (const [name, run] of steps) {
      const from = performance.now();
      const failure = await run().then(
        () => undefined,
        (error: unknown) => String(error),
      );
      if (failure !== undefined) {
        console.log(`FAILED  ${name}\n${failure}\n${juliet.transcript}`);
        return name;
      }
      console.log(`ok      ${name} (${Math.round(performance.now() - from)} ms)`);
    }
    return undefined;
  } finally {
    await mercutio.close();
    await juliet.stops();
  }
}

const ircSteps = (juliet: Juliet, mercutio: IrcClient): readonly Step[] => [
  ['IRC: juliet finds the gateway by service discovery', () => juliet.findsGateway(IRC_GATEWAY, 'irc')],
  ['juliet registers with it', () => juliet.registers(IRC_GATEWAY, { server: SERVER, nick: 'juliet' })],
  [`juliet joins ${CHANNEL}`, () => juliet.joins(ROOM, FRIAR)],
  [`mercutio joins ${CHANNEL} with a plain IRC client`, () => mercutio.join(CHANNEL)],
  ['juliet sees mercutio come', () => juliet.comes(`${ROOM}/mercutio`)],
  ['juliet speaks, and sees that it was taken', () => juliet.says(ROOM, 'Hello from XMPP')],
  ['mercutio hears juliet', () => mercutio.until(/^:juliet!\S+ PRIVMSG #verona :Hello from XMPP$/, STEP_MS)],
  [`${FRIAR} answers juliet`, () => juliet.hears(`${ROOM}/${FRIAR}`, 'God save you, juliet!')],
  [
    'juliet hears mercutio',
    () => {
      mercutio.send(`PRIVMSG ${CHANNEL} :Hello from IRC`);
      return juliet.hears(`${ROOM}/mercutio`, 'Hello from IRC');
    },
  ],
  ['juliet leaves', () => juliet.leaves(ROOM)],
];

const smsSteps = (juliet: Juliet, { page, phone }: Verona): readonly Step[] => [
  ['SMS: juliet finds the gateway by service discovery', () => juliet.findsGateway(SMS_GATEWAY, 'sms')],
  ['juliet finds the phone on her contact list', () => juliet.comes(NURSE)],
  ["the phone's page is served", () => phoneIsServed(page.url)],
  ['juliet texts the phone', () => juliet.texts(NURSE, 't1', 'What says he of our marriage?')],
  ['the phone shows it', () => shown(phone, ({ isMine, text }) => !isMine && text === 'What says he of our marriage?')],
  ['juliet is told that it was delivered', () => juliet.isToldOfDelivery(NURSE, 't1')],
  ['the phone answers', () => phoneSays(page.url, { to: numberOf(phone), text: 'Where is your mother?' })],
  ['juliet reads it', () => juliet.hears(NURSE, 'Where is your mother?')],
  [
    'the phone shows that the gateway took it',
    () => shown(phone, ({ isMine, says }) => isMine && says.includes('handed to the gateway')),
  ],
  [
    'the phone is switched off, and juliet is told that her text came to nothing',
    async () => {
      await order(page.url, 'switch', { on: false });
      await juliet.texts(NURSE, 't2', 'Nurse?');
      await juliet.isToldOfFailure(NURSE, '30003');
      await order(page.url, 'switch', { on: true });
    },
  ],
];

async function pageIsServed(url: string): Promise<void> {
  const page = await fetch(new URL('client', url));
  const bundle = await fetch(new URL('dist/converse.min.js', url));
  await bundle.body?.cancel();
  const html = await page.text();
  if (!html.includes('converse.initialize') || bundle.headers.get('content-type') !== 'text/javascript') {
    throw new Error(`the page or its script is not what it should be: ${page.status}, ${bundle.status}`);
  }
}

async function phoneIsServed(url: string): Promise<void> {
  const [both, phone] = [await fetch(url), await fetch(new URL('phone', url))];
  if (!(await both.text()).includes('/phone') || !(await phone.text()).includes('/phone/events')) {
    throw new Error(`the pages are not what they should be: ${both.status}, ${phone.status}`);
  }
}

const phoneSays = (url: string, text: { readonly to: string; readonly text: string }): Promise<void> =>
  order(url, 'text', text);

async function order(url: string, name: 'text' | 'switch', value: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const { status } = await fetch(new URL(`phone/${name}`, url), {
    method: 'POST',
    headers,
    body: JSON.stringify(value),
  });
  if (status !== 204) throw new Error(`the phone's page answered ${status}`);
}

/** Juliet's, as the phone saw it. */
const numberOf = ({ lines }: Phone): string => lines[0]?.number ?? '';

const shown = (phone: Phone, fits: (line: Line) => boolean): Promise<void> =>
  until(`a line on the phone`, () => phone.lines.some(fits), { deadlineMs: STEP_MS });
