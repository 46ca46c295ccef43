// The HTTP listener and the health pages, asked over real sockets.

import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type Readiness, serveHealth } from '../../src/http/health.ts';
import { HttpListener } from '../../src/http/listener.ts';
import { SystemClock } from '../../src/observe/clock.ts';
import { createLog } from '../../src/observe/log.ts';

const LOCAL = { host: '127.0.0.1', port: 0 };
const lines: string[] = [];
const log = createLog({ level: 'debug', secrets: [], destination: { write: (line: string) => void lines.push(line) } });
const open: HttpListener[] = [];

afterEach(async () => {
  lines.length = 0;
  await Promise.all(open.splice(0).map((listener) => listener.close()));
});

function listener(): HttpListener {
  const made = new HttpListener({ log, clock: new SystemClock(), url: 'https://gateway.example.org' });
  open.push(made);
  return made;
}
async function started(made: HttpListener): Promise<string> {
  const { port } = await made.listen(LOCAL);
  return `http://127.0.0.1:${port}`;
}

/** Everything that comes back for what was written, until the other side closes. */
async function spoken(base: string, text: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let got = '';
  const socket = connect(Number(new URL(base).port), '127.0.0.1', () => socket.write(text));
  socket.setEncoding('utf8').on('data', (data: string) => (got += data));
  socket.on('close', () => resolve(got)).on('error', reject);
  return await promise;
}

test('ready means that the store can be written and every link is online', async () => {
  const made = listener();
  let readiness: Readiness = {
    store: { state: 'ok' },
    gateways: { 'irc.example.org': { state: 'online', since: '2026-01-01T00:00:00.000Z' } },
  };
  serveHealth(made, () => Promise.resolve(readiness));
  const base = await started(made);
  const health = await fetch(`${base}/healthz`);
  expect([health.status, await health.text()]).toEqual([200, 'ok\n']);
  const ready = await fetch(`${base}/readyz?x=1`);
  expect([ready.status, ready.headers.get('content-type'), await ready.json()]).toEqual([
    200,
    'application/json',
    { ready: true, ...readiness },
  ]);
  readiness = {
    ...readiness,
    gateways: {
      'irc.example.org': { state: 'refused', since: '2026-01-01T00:00:00.000Z', problem: 'bad-secret', text: 'no' },
    },
  };
  const deaf = await fetch(`${base}/readyz`);
  expect([deaf.status, await deaf.json()]).toEqual([503, { ready: false, ...readiness }]);
  readiness = { store: { state: 'failing', text: 'disk full' }, gateways: {} };
  expect((await fetch(`${base}/readyz`)).status).toBe(503);
  expect((await fetch(`${base}/readyz`, { method: 'POST', body: 'x' })).status).toBe(405);
  expect((await fetch(`${base}/readyz/more`)).status).toBe(404);
  expect((await fetch(base)).status).toBe(404);
});

test('a mounted path gets the request as it came, below it too, and the longest path wins', async () => {
  const made = listener();
  made.mount('/sms', (request) =>
    Promise.resolve({
      status: 201,
      headers: { 'content-type': 'text/x' },
      body: `${request.method} ${request.url} ${request.headers['x-a']} ${Buffer.from(request.body).toString()}`,
    }),
  );
  made.mount('/sms/status', () => Promise.resolve({ status: 204 }));
  const base = await started(made);
  const answer = await fetch(`${base}/sms/in?b=%20`, { method: 'POST', headers: { 'x-a': '1' }, body: 'hé' });
  expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
    201,
    'text/x',
    'POST https://gateway.example.org/sms/in?b=%20 1 hé',
  ]);
  expect((await fetch(`${base}/sms/status/1`)).status).toBe(204);
  expect((await fetch(`${base}/smsx`)).status).toBe(404);
  expect(() => made.mount('/sms', () => Promise.resolve({ status: 200 }))).toThrow('the path /sms is taken');
  expect(() => made.mount('sms', () => Promise.resolve({ status: 200 }))).toThrow('not a path');
});

test('what a handler throws is an incident: 500 for the asker, the reason in the log', async () => {
  const made = listener();
  made.page('/broken', () => Promise.reject(new Error('the reason')));
  const base = await started(made);
  const answer = await fetch(`${base}/broken`);
  const incident = /incident (\w{8})/.exec(await answer.text())?.[1];
  expect(answer.status).toBe(500);
  expect(incident).toBeDefined();
  expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({
    level: 'error',
    incident,
    path: '/broken',
    error: { message: 'the reason' },
  });
});

test('a body over the limit is refused, said beforehand or not, and others are served meanwhile', async () => {
  const made = listener();
  made.mount('/in', (request) => Promise.resolve({ status: 200, body: String(request.body.length) }));
  const base = await started(made);
  expect(await spoken(base, 'POST /in HTTP/1.1\r\nhost: x\r\ncontent-length: 9999999\r\n\r\nabc')).toMatch(
    /^HTTP\/1\.1 413 /,
  );
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  expect(
    await spoken(base, `POST /in HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(20)}`),
  ).toMatch(/^HTTP\/1\.1 413 /);
  expect(await spoken(base, '\u0000\u0001 noise\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  const fits = await fetch(`${base}/in`, { method: 'POST', body: 'x'.repeat(1 << 20) });
  expect(await fits.text()).toBe(String(1 << 20));
  expect(lines).toEqual([]);
});

test('a port that is taken is told as what it is', async () => {
  const first = listener();
  const { port } = await first.listen(LOCAL);
  await expect(listener().listen({ ...LOCAL, port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('closing cuts what does not come to an end', async () => {
  const made = listener();
  let asked = false;
  made.page('/slow', () => {
    asked = true;
    return new Promise(() => undefined);
  });
  const base = await started(made);
  const cut = fetch(`${base}/slow`).then(
    () => 'answered',
    () => 'cut',
  );
  await expect.poll(() => asked).toBe(true);
  await made.close();
  expect(await cut).toBe('cut');
});
