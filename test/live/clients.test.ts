// Two clients that we did not write, in one channel with somebody on IRC: Converse.js in a headless browser and profanity in a terminal.
// SCREENSHOT=file keeps a picture of what the browser showed.

import { chromium, type Request } from 'playwright-core';
import { expect, onTestFailed, test } from 'vitest';
import { serveWebPage } from '../demo/web-page.ts';
import { startGateway } from '../support/gateway-process.ts';
import { IrcClient } from '../support/irc-client.ts';
import { freePort } from '../support/processes.ts';
import { ensurePrograms, programPath, startNgircd, startProsody } from '../support/servers.ts';
import { startProfanity } from './profanity.ts';

const GATEWAY = 'irc.localhost';
const ROOM = `#verona%demo@${GATEWAY}`;
const SECRET = 'a secret of the clients';
const PASSWORD = 'rose';
const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

test('Converse.js, profanity and somebody on IRC see each other and what each says', async () => {
  await ensurePrograms(['prosody', 'ngircd', 'chromium', 'profanity', 'script']);
  await using ends = new AsyncDisposableStack();

  const xmpp = await startProsody({
    components: [{ domain: GATEWAY, secret: SECRET }],
    users: ['juliet', 'romeo'].map((name) => ({ name, password: PASSWORD })),
    websocket: true,
  });
  ends.defer(() => xmpp.stop());
  const irc = await startNgircd();
  ends.defer(() => irc.stop());
  const servers = { demo: { host: irc.host, port: irc.port, tls: false } };
  const gateway = await startGateway({
    componentPort: xmpp.componentPort,
    gateways: [{ domain: GATEWAY, secret: SECRET, network: 'irc', settings: { servers } }],
  });
  ends.defer(() => gateway.remove());

  const benvolio = await IrcClient.connect({ port: irc.port, nick: 'benvolio' });
  ends.defer(() => benvolio.close());
  await benvolio.join('#verona');
  benvolio.send('TOPIC #verona :In fair Verona, where we lay our scene');

  const page = await serveWebPage({
    port: await freePort(),
    websocketUrl: xmpp.websocketUrl ?? '',
    jid: 'juliet@localhost',
    password: PASSWORD,
    room: ROOM,
    nick: 'juliet',
  });
  ends.defer(() => page.close());
  const browser = await chromium.launch({ executablePath: programPath('chromium'), args: CHROMIUM_ARGS });
  ends.defer(() => browser.close());
  const converse = await browser.newPage({ viewport: { width: 1100, height: 700 } });
  const foreign: string[] = [];
  // What the page's policy stops has not left the browser.
  const note = (request: Request): void => {
    const isStopped = request.failure()?.errorText === 'csp';
    if (!isStopped && !['127.0.0.1', ''].includes(new URL(request.url()).hostname)) foreign.push(request.url());
  };
  converse.on('requestfinished', note).on('requestfailed', note);
  await converse.goto(page.url);
  await converse.waitForSelector('textarea.chat-textarea:not([disabled])', { timeout: 30_000 });

  const profanity = await startProfanity({ c2sPort: xmpp.c2sPort, jid: 'romeo@localhost', password: PASSWORD });
  ends.defer(() => profanity.stop());
  onTestFailed(() => console.error(profanity.log.slice(-6_000), gateway.process.logs(), benvolio.transcript));
  profanity.types(`/join ${ROOM} nick romeo`);
  await profanity.untilSeen(/RECV: <presence[^>]*from="#verona%demo@irc\.localhost\/romeo"/);
  await benvolio.until(/^:romeo!\S+ JOIN /);
  await converse.waitForSelector('.occupant-nick:text("romeo")', { timeout: 20_000 });

  const converseSees = (text: string): Promise<unknown> =>
    converse.waitForSelector(`.chat-msg__text:has-text("${text}")`, { timeout: 20_000 });
  const profanitySees = (nick: string, text: string): Promise<void> =>
    profanity.untilSeen(
      new RegExp(`RECV: <message[^>]*from="#verona%demo@irc\\.localhost/${nick}"[^\\n]*<body>${text}</body>`),
    );

  benvolio.send('PRIVMSG #verona :Good morrow, cousins');
  await converseSees('Good morrow, cousins');
  await profanitySees('benvolio', 'Good morrow, cousins');

  await converse.fill('textarea.chat-textarea', 'O Romeo, wherefore art thou Romeo?');
  await converse.press('textarea.chat-textarea', 'Enter');
  await benvolio.until(/^:juliet!\S+ PRIVMSG #verona :O Romeo, wherefore art thou Romeo\?$/);
  await profanitySees('juliet', String.raw`O Romeo, wherefore art thou Romeo\?`);
  await converseSees('O Romeo, wherefore art thou Romeo?');

  profanity.types('Shall I hear more, or shall I speak at this?');
  await benvolio.until(/^:romeo!\S+ PRIVMSG #verona :Shall I hear more, or shall I speak at this\?$/);
  await converseSees('Shall I hear more, or shall I speak at this?');
  await profanitySees('romeo', String.raw`Shall I hear more, or shall I speak at this\?`);

  expect(await converse.locator('.occupant-nick').allInnerTexts()).toEqual(
    expect.arrayContaining(['benvolio', 'juliet', 'romeo']),
  );
  expect(foreign).toEqual([]);
  const picture = process.env['SCREENSHOT'];
  if (picture !== undefined) await converse.screenshot({ path: picture });
});
