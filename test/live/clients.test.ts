// Two clients that we did not write, in one channel with somebody on IRC: Converse.js in a headless browser and profanity in a terminal.
// SCREENSHOT=file keeps a picture of what the browser showed.

import { expect, onTestFailed, test } from 'vitest';
import { startGateway } from '../support/gateway-process.ts';
import { IrcClient } from '../support/irc-client.ts';
import { ensurePrograms, startNgircd, startProsody } from '../support/servers.ts';
import { launchBrowser, openConverse } from './converse.ts';
import { startProfanity } from './profanity.ts';

const GATEWAY = 'irc.localhost';
const ROOM = `#verona%demo@${GATEWAY}`;
const SECRET = 'a secret of the clients';
const PASSWORD = 'rose';
const SLOW_MS = 30_000;
test('Converse.js, profanity and somebody on IRC see each other and what each says', async () => {
  await ensurePrograms(['prosody', 'ngircd', 'chromium', 'profanity', 'tmux']);
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

  const browser = await launchBrowser();
  ends.defer(() => browser.close());
  const web = await openConverse(browser, {
    websocketUrl: xmpp.websocketUrl ?? '',
    jid: 'juliet@localhost',
    password: PASSWORD,
    room: { jid: ROOM, nick: 'juliet' },
  });
  ends.defer(() => web.stop());
  const converse = web.page;
  await converse.waitForSelector('textarea.chat-textarea:not([disabled])', { timeout: SLOW_MS });

  const profanity = await startProfanity({ c2sPort: xmpp.c2sPort, jid: 'romeo@localhost', password: PASSWORD });
  ends.defer(() => profanity.stop());
  onTestFailed(() => console.error(profanity.log.slice(-6_000), gateway.process.logs(), benvolio.transcript));
  await profanity.types(`/join ${ROOM} nick romeo`);
  await profanity.untilSeen(/RECV: <presence[^>]*from="#verona%demo@irc\.localhost\/romeo"/);
  await benvolio.until(/^:romeo!\S+ JOIN /, SLOW_MS);
  await converse.waitForSelector('.occupant-nick:text("romeo")', { timeout: SLOW_MS });

  const converseSees = (text: string): Promise<unknown> =>
    converse.waitForSelector(`.chat-msg__text:has-text("${text}")`, { timeout: SLOW_MS });
  const profanitySees = (nick: string, text: string): Promise<void> =>
    profanity.untilSeen(
      new RegExp(`RECV: <message[^>]*from="#verona%demo@irc\\.localhost/${nick}"[^\\n]*<body>${text}</body>`),
    );

  benvolio.send('PRIVMSG #verona :Good morrow, cousins');
  await converseSees('Good morrow, cousins');
  await profanitySees('benvolio', 'Good morrow, cousins');

  await converse.fill('textarea.chat-textarea', 'O Romeo, wherefore art thou Romeo?');
  await converse.press('textarea.chat-textarea', 'Enter');
  await benvolio.until(/^:juliet!\S+ PRIVMSG #verona :O Romeo, wherefore art thou Romeo\?$/, SLOW_MS);
  await profanitySees('juliet', String.raw`O Romeo, wherefore art thou Romeo\?`);
  await converseSees('O Romeo, wherefore art thou Romeo?');

  await profanity.types('Shall I hear more, or shall I speak at this?');
  await benvolio.until(/^:romeo!\S+ PRIVMSG #verona :Shall I hear more, or shall I speak at this\?$/, SLOW_MS);
  await converseSees('Shall I hear more, or shall I speak at this?');
  await profanitySees('romeo', String.raw`Shall I hear more, or shall I speak at this\?`);

  expect(await converse.locator('.occupant-nick').allInnerTexts()).toEqual(
    expect.arrayContaining(['benvolio', 'juliet', 'romeo']),
  );
  expect(web.foreign).toEqual([]);
  const picture = process.env['SCREENSHOT'];
  if (picture !== undefined) await converse.screenshot({ path: picture });
});
