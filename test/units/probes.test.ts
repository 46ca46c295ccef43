// What `viaduct check` asks of each network, against services of the tests: ones that take the settings, refuse them, are something else, are
// not there, or say nothing.

import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { adapter as irc } from '../../adapters/irc/index.ts';
import { adapter as matrix } from '../../adapters/matrix/index.ts';
import { probesOf } from '../../adapters/sms/probes.ts';
import { readSettings } from '../../adapters/sms/settings.ts';
import { askNetwork } from '../../src/cli-networks.ts';
import { BridgeError } from '../../src/model/errors.ts';
import { type GatewayId, gatewayId } from '../../src/model/ids.ts';
import type { Adapter, Probe } from '../../src/model/network.ts';
import { SystemClock } from '../../src/observe/clock.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { freePort } from '../support/processes.ts';

const DOMAIN: GatewayId = gatewayId('gateway.example.org');
const NUMBERS = ['+15550001111', '+15550002222'];

async function listening(server: Server): Promise<number> {
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return port;
}
const homeserver = (status: number, body: string): Promise<number> =>
  listening(createHttpServer((_, response) => response.writeHead(status).end(body)));

const found = (adapter: Pick<Adapter, 'probes'>, settings: Parameters<Adapter['create']>[0]) =>
  askNetwork({ domain: DOMAIN, adapter: adapter as Adapter, settings }, new SystemClock());

test('a homeserver says what it speaks', async () => {
  const url = `http://127.0.0.1:${await homeserver(200, '{"versions":["v1.1","v1.11"]}')}`;
  expect(await found(matrix, { homeserver: url })).toEqual([
    {
      level: 'ok',
      about: `network of ${DOMAIN}, ${url}`,
      text: 'is a homeserver, with Matrix up to v1.11',
    },
  ]);
  expect(await found(matrix, {})).toEqual([]);
});

test.each([
  ['another page', 404, '<html></html>', 'networkRefused', /no homeserver \(HTTP 404\)/],
  ['another service', 200, '{"hello":1}', 'networkRefused', /no homeserver/],
])('%s at the homeserver’s address is told', async (_, status, body, exit, text) => {
  const [finding] = await found(matrix, { homeserver: `http://127.0.0.1:${await homeserver(status, body)}` });
  expect(finding).toMatchObject({ level: 'problem', exit, text: expect.stringMatching(text) });
  expect(finding?.remedy).toContain('base_url');
});

test('a homeserver that is not there is told', async () => {
  const [finding] = await found(matrix, { homeserver: `http://127.0.0.1:${await freePort()}` });
  expect(finding).toMatchObject({ level: 'problem', exit: 'networkAway', text: "127.0.0.1 can't be reached." });
});

test('each of the IRC servers is connected to', async () => {
  const port = await listening(createServer((socket) => socket.on('error', () => undefined).resume()));
  const server = { host: '127.0.0.1', port, tls: false };
  const findings = await found(irc, {
    servers: { good: server, gone: { ...server, port: await freePort() } },
  });
  expect(findings).toMatchObject([
    { level: 'ok', about: `network of ${DOMAIN}, good at 127.0.0.1:${port}`, text: 'can be connected to' },
    { level: 'problem', exit: 'networkAway', text: '127.0.0.1 refused the connection.' },
  ]);
});

test('an IRC port without TLS is told from one with it', async () => {
  const port = await listening(
    createServer((socket) => socket.on('error', () => undefined).write('NOTICE * :hello\r\n')),
  );
  const [finding] = await found(irc, { servers: { plain: { host: '127.0.0.1', port } } });
  expect(finding).toMatchObject({ level: 'problem', exit: 'networkAway', text: expect.stringContaining('TLS') });
  expect(finding?.remedy).toContain('6667 without');
});

function twilio(statusCode: number, body: unknown): Pick<Adapter, 'probes'> {
  const settings = readSettings({ accountSid: `AC${'1f'.repeat(16)}`, authToken: 'wherefore', numbers: NUMBERS });
  const request = () => Promise.resolve({ statusCode, body });
  return { probes: () => probesOf(settings, { request } as never) };
}
const listOf = (...numbers: readonly string[]) => ({
  incoming_phone_numbers: numbers.map((number) => ({ phone_number: number })),
  next_page_uri: null,
});

test('Twilio is asked for the account and its numbers', async () => {
  const [finding] = await found(twilio(200, listOf('+15550003333', ...NUMBERS)), {});
  expect(finding).toMatchObject({ level: 'ok', text: `takes the account, which has ${NUMBERS.join(', ')}` });
  expect(JSON.stringify(finding)).not.toContain('wherefore');
});

test.each([
  ['a wrong token', 401, { code: 20003, message: 'Authenticate', status: 401 }, 'networkRefused', /20003/],
  ['a number of somebody else', 200, listOf('+15550001111'), 'networkRefused', /does not have \+15550002222\./],
  ['an outage', 503, { code: 20500, message: 'Internal', status: 503 }, 'networkAway', /Twilio/],
])('%s at Twilio is told', async (_, status, body, exit, text) => {
  const [finding] = await found(twilio(status, body), {});
  expect(finding).toMatchObject({ level: 'problem', exit, text: expect.stringMatching(text) });
  expect(finding?.remedy).toContain('Account Info');
});

test('who says nothing is not waited for', async () => {
  const clock = new ManualClock();
  let given: AbortSignal | undefined;
  const silent: Probe = {
    about: 'a wall',
    remedy: 'Talk to somebody else.',
    ask(signal) {
      given = signal;
      return new Promise(() => undefined);
    },
  };
  const adapter = { probes: () => [silent] } as unknown as Adapter;
  const asked = askNetwork({ domain: DOMAIN, adapter, settings: {} }, clock);
  clock.advance(10_000);
  expect(await asked).toMatchObject([{ exit: 'networkAway', text: 'no answer in 10 s.', remedy: silent.remedy }]);
  expect(given?.aborted).toBe(true);
});

test('an adapter may have nothing to ask, and a defect of one is not taken for an answer', async () => {
  expect(await found({}, {})).toEqual([]);
  const broken = { probes: () => [{ about: 'x', remedy: '', ask: () => Promise.reject(new TypeError('oops')) }] };
  await expect(found(broken, {})).rejects.toThrow('oops');
  const refused = {
    probes: () => [{ about: 'x', remedy: '', ask: () => Promise.reject(new BridgeError('full', 'No.')) }],
  };
  expect(await found(refused, {})).toMatchObject([{ exit: 'networkRefused', text: 'No.' }]);
});
