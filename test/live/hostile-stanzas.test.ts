// Ten thousand random stanzas from the server's side: nothing crashes, every request has exactly one answer, and the others talk on.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ComponentPeer, ComponentServer } from '../support/component-server.ts';
import { type GatewayProcess, startGateway } from '../support/gateway-process.ts';
import { IrcClient } from '../support/irc-client.ts';
import { randomStanzas } from '../support/random-stanzas.ts';
import { type IrcServer, startNgircd } from '../support/servers.ts';

const SEED = Number(process.env['VIADUCT_SEED'] ?? 20_261_121);
const STANZAS = 10_000;
const A_BATCH = 500;
const JULIET = 'juliet@localhost/balcony';

let irc: IrcServer;
let server: ComponentServer;
let gateway: GatewayProcess;
let peer: ComponentPeer;

beforeAll(async () => {
  irc = await startNgircd({});
  server = await ComponentServer.listen({ secret: 'secret' });
  gateway = await startGateway({
    componentPort: server.port,
    gateways: [
      {
        domain: 'irc.localhost',
        secret: 'secret',
        network: 'irc',
        settings: { servers: { test: { host: '127.0.0.1', port: irc.port, tls: false } } },
      },
    ],
  });
  peer = await server.accepted('irc.localhost');
});
afterAll(async () => {
  await gateway?.remove();
  await server?.close();
  await irc?.stop();
});

test(`10,000 random stanzas (seed ${SEED}) disturb nobody`, async () => {
  const room = '#quiet%test@irc.localhost';
  const nurse = await IrcClient.connect({ port: irc.port, nick: 'nurse' });
  nurse.send('JOIN #quiet');
  await nurse.until(/ 366 /);
  peer.send(
    `<presence from='${JULIET}' to='${room}/juliet' id='join'><x xmlns='http://jabber.org/protocol/muc'/></presence>`,
  );
  await peer.receives(`<message from='${room}' to='${JULIET}'><subject/></message>`, 15_000);

  const users = Array.from({ length: 8 }, (_, i) => `mercutio${i}@localhost`);
  const stanzas = randomStanzas(SEED, STANZAS, { domains: ['irc.localhost'], users });
  for (let at = 0; at < stanzas.length; at += A_BATCH) {
    peer.send(
      stanzas
        .slice(at, at + A_BATCH)
        .map(({ xml }) => xml)
        .join(''),
    );
    const text = `line ${at} of the quiet ones`;
    peer.send(`<message from='${JULIET}' to='${room}' type='groupchat' id='q${at}'><body>${text}</body></message>`);
    await nurse.until(`PRIVMSG #quiet :${text}`, 10_000);
    await peer.receives(`<message from='${room}/juliet' to='${JULIET}' id='q${at}'><body>${text}</body></message>`);
    nurse.send(`PRIVMSG #quiet :heard ${at}`);
    await peer.receives(`<message from='${room}/nurse' to='${JULIET}'><body>heard ${at}</body></message>`);
  }
  // What waits for the network is answered within 30 s (CORE-2); most at once.
  const requests = stanzas.filter(
    ({ name, type, id }) => name === 'iq' && id !== undefined && (type === 'get' || type === 'set'),
  );
  const answersOf = (): Map<string, number> => {
    const answers = new Map<string, number>();
    for (const { name, attrs } of peer.all()) {
      const { type = '', id = '' } = attrs;
      if (name === 'iq' && ['result', 'error'].includes(type)) answers.set(id, (answers.get(id) ?? 0) + 1);
    }
    return answers;
  };
  await expect
    .poll(() => requests.filter(({ id }) => !answersOf().has(id ?? '')).map(({ xml }) => xml), {
      timeout: 40_000,
      interval: 500,
    })
    .toEqual([]);
  const answers = answersOf();
  expect(requests.filter(({ id }) => answers.get(id ?? '') !== 1)).toEqual([]);
  // CORE-3: nothing answers an answer.
  const unanswerable = stanzas.filter(
    ({ name, type }) => (name === 'iq' && (type === 'result' || type === 'error')) || type === 'error',
  );
  for (const { id } of unanswerable) if (id !== undefined) expect(answers.has(id)).toBe(false);
  expect(gateway.process.running).toBe(true);
  expect(gateway.process.logs()).not.toMatch(/a handler failed|could not be rendered|uncaught/i);
  await nurse.close();
});
