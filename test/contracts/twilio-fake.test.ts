// The fake Twilio by Twilio's own words: what it posts passes the official SDK's check, what it refuses is what the official client knows
// as an error, and what it is told to do wrong it does wrong.

import twilio from 'twilio';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { adapter } from '../../adapters/sms/index.ts';
import type { Answers } from '../../src/model/form.ts';
import { freePort, until } from '../support/processes.ts';
import { officialClient } from '../support/twilio-client.ts';
import { ACCOUNT_SID, AUTH_TOKEN, startTwilio, type TwilioProcess } from '../support/twilio-process.ts';
import { type Received, type Receiver, startReceiver } from '../support/twilio-receiver.ts';
import { segmentsOf } from '../support/twilio-server-segments.ts';
import { signatureOf } from '../support/twilio-server-webhooks.ts';

const OURS = '+15550001111';
const PHONE = '+15551230000';
const { validateRequest } = twilio;

let receiver: Receiver;
let fake: TwilioProcess;
let client: twilio.Twilio;
beforeEach(async () => {
  receiver = await startReceiver();
  fake = await startTwilio({ numbers: [OURS], smsUrl: `${receiver.url}/sms?of=us#rc=3&rp=all&rt=1000` });
  client = officialClient(fake.url);
});
afterEach(async () => {
  await fake.stop();
  await receiver.close();
});

const send = (body = 'hello', to = PHONE) =>
  client.messages.create({ from: OURS, to, body, statusCallback: `${receiver.url}/status?x=%20y` });
const isSigned = ({ headers, url, params }: Received, token = AUTH_TOKEN): boolean =>
  validateRequest(token, String(headers['x-twilio-signature']), url, params);
const statuses = (): string[] => receiver.received.map(({ params }) => params['MessageStatus'] ?? '');
const tokens = (): Set<unknown> =>
  new Set(receiver.received.map(({ headers }) => headers['i-twilio-idempotency-token']));

test('`viaduct check` asks for the account and its numbers', async () => {
  const settings = { accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, numbers: [OURS], apiUrl: fake.url };
  const ask = (more: Answers): Promise<string> | undefined =>
    adapter.probes?.({ ...settings, ...more })[0]?.ask(AbortSignal.timeout(10_000));
  expect(await ask({})).toBe(`takes the account, which has ${OURS}`);
  await expect(ask({ numbers: [OURS, PHONE] })).rejects.toMatchObject({ code: 'not-found' });
  await expect(ask({ authToken: 'wrong' })).rejects.toMatchObject({ message: expect.stringContaining('20003') });
  await expect(ask({ apiUrl: `http://127.0.0.1:${await freePort()}` })).rejects.toMatchObject({ code: 'network-down' });
});

describe('signatures', () => {
  test('the published example', () => {
    const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
    const params = {
      CallSid: 'CA1234567890ABCDE',
      Caller: '+14158675309',
      Digits: '1234',
      From: '+14158675309',
      To: '+18005551212',
    };
    expect(signatureOf('12345', url, params)).toBe('RSOYDt4T1cUTdK1PDd93/VVr8B8=');
  });

  test('texts and status callbacks pass the check of the SDK, and nothing else does', async () => {
    await fake.text(PHONE, OURS, 'Ça va ? & =+% ☺');
    await send();
    const all = await receiver.until(4);
    expect(all.map((one) => isSigned(one))).toEqual([true, true, true, true]);
    for (const one of all) {
      expect(isSigned(one, 'another token')).toBe(false);
      expect(isSigned({ ...one, params: { ...one.params, Body: 'forged' } })).toBe(false);
      expect(isSigned({ ...one, url: `${one.url}#rc=3` })).toBe(false);
    }
  });
});

describe('texts', () => {
  test('come with their parameters, blank ones too', async () => {
    const sid = await fake.text(PHONE, OURS, 'hello');
    const [text] = await receiver.until(1);
    expect(text?.params).toMatchObject({
      MessageSid: sid,
      SmsSid: sid,
      AccountSid: ACCOUNT_SID,
      From: PHONE,
      To: OURS,
    });
    expect(text?.params).toMatchObject({ Body: 'hello', NumMedia: '0', NumSegments: '1', FromCity: '' });
    expect(await client.messages(sid).fetch()).toMatchObject({ direction: 'inbound', status: 'received' });
  });

  test('are posted again with the same token after errors and silence, and then given up', async () => {
    receiver.answers(500, 'hang', 403);
    const sid = await fake.text(PHONE, OURS, 'hello');
    await receiver.until(4);
    expect(tokens().size).toBe(1);
    await until('the journal has them', () => fake.posts(sid).length === 4);
    expect(fake.posts(sid).map(({ answer }) => answer)).toEqual([500, 'read', 403, 204]);
    receiver.answers(500, 500, 500, 500);
    const lost = await fake.text(PHONE, OURS, 'hello?');
    await fake.until('it is given up', (all) => all.find((one) => one.t === 'lost' && one.sid === lost));
    expect(receiver.received).toHaveLength(8);
  });

  test('are posted once more where nobody listens, unless the URL says otherwise, and then to the other URL', async () => {
    const smsUrl = `http://127.0.0.1:${await freePort()}/`;
    await fake.order('number', { account: ACCOUNT_SID, number: OURS, smsUrl, fallbackUrl: `${receiver.url}/other` });
    const sid = await fake.text(PHONE, OURS, 'hello');
    await receiver.until(1);
    await until('the journal has them', () => fake.posts(sid).length === 3);
    expect(fake.posts(sid).map(({ answer }) => answer)).toEqual(['connect', 'connect', 204]);
  });

  test('can be doubled, late, out of order and lost', async () => {
    await fake.fault('double');
    await fake.text(PHONE, OURS, 'twice');
    await receiver.until(2);
    expect(tokens().size).toBe(2);
    await fake.fault('reorder');
    await fake.text(PHONE, OURS, 'first');
    await fake.text(PHONE, OURS, 'second');
    await fake.fault('drop');
    await fake.text(PHONE, OURS, 'never');
    await receiver.until(4);
    await fake.text(PHONE, OURS, 'last');
    await receiver.until(5);
    expect(receiver.received.map(({ params }) => params['Body'])).toEqual([
      'twice',
      'twice',
      'second',
      'first',
      'last',
    ]);
  });
});

describe('messages', () => {
  test('are queued, sent and delivered, each told once and in order', async () => {
    const { sid, dateSent, status } = await send();
    expect([status, dateSent]).toEqual(['queued', null]);
    await receiver.until(3);
    expect(statuses()).toEqual(['queued', 'sent', 'delivered']);
    const told = { MessageSid: sid, SmsStatus: 'delivered', From: OURS, To: PHONE, AccountSid: ACCOUNT_SID };
    expect(receiver.received[2]?.params).toMatchObject(told);
    expect(await client.messages(sid).fetch()).toMatchObject({ status: 'delivered', errorCode: null });
    expect(fake.sentTo(PHONE)).toMatchObject([{ sid, from: OURS, body: 'hello' }]);
  });

  test('follow a script: out of order, more than once, failed; or before the answer', async () => {
    await fake.script([{ status: 'sent' }, { status: 'queued', copies: 2 }, { status: 'undelivered', code: 30003 }]);
    const { sid } = await send();
    await receiver.until(4);
    expect(statuses()).toEqual(['sent', 'queued', 'queued', 'undelivered']);
    expect(receiver.received[3]?.params).toMatchObject({ ErrorCode: '30003' });
    await until('it is over', async () => (await client.messages(sid).fetch()).errorCode === 30003);
    await fake.order('tell', { sid, steps: [{ status: 'delivered' }] });
    await receiver.until(5);
    await fake.script([{ status: 'delivered' }], { early: true });
    await send();
    expect(receiver.received).toHaveLength(6);
  });

  test('are in the list two seconds later', async () => {
    // Before it is taken: the answer may be long on its way.
    const asked = performance.now();
    const { sid } = await send();
    expect(await client.messages.list({ to: PHONE })).toEqual([]);
    expect(await client.messages(sid).fetch()).toMatchObject({ sid });
    await until('it is listed', async () => (await client.messages.list({ to: PHONE })).length === 1);
    expect(performance.now() - asked).toBeGreaterThan(1_900);
  });

  test.each([
    [21211, { to: '+15005550001' }],
    [21612, { to: '+15005550002' }],
    [21408, { to: '+15005550003' }],
    [21610, { to: '+15005550004' }],
    [21614, { to: '+15005550009' }],
    [21212, { from: '+15005550001' }],
    [21606, { from: '+15005550007' }],
    [21611, { from: '+15005550008' }],
    [21659, { from: '+15559999999' }],
    [21211, { to: '5551230000' }],
    [21602, { body: '' }],
    [21617, { body: 'x'.repeat(1601) }],
    [21609, { statusCallback: 'http://under_score.example/' }],
  ])('can be refused with %i', async (code, change) => {
    const more = {
      status: 400,
      code,
      moreInfo: `https://www.twilio.com/docs/errors/${code}`,
      message: expect.any(String),
    };
    await expect(client.messages.create({ from: OURS, to: PHONE, body: 'x', ...change })).rejects.toMatchObject(more);
    expect(fake.journal().filter(({ t }) => t === 'message')).toEqual([]);
  });

  test('need the right account; an API key will do', async () => {
    const wrong = officialClient(fake.url, 'wrong');
    await expect(wrong.messages.list()).rejects.toMatchObject({ status: 401, code: 20003 });
    await fake.order('account', { sid: ACCOUNT_SID, token: AUTH_TOKEN, key: 'SK1', secret: 'open' });
    const authorization = `Basic ${Buffer.from('SK1:open').toString('base64')}`;
    const url = `${fake.url}/2010-04-01/Accounts/${ACCOUNT_SID}/Messages.json`;
    expect((await fetch(url, { headers: { authorization } })).status).toBe(200);
  });
});

test('STOP blocks the sender until START; both are answered by Twilio and posted nevertheless', async () => {
  await fake.text(PHONE, OURS, ' Stop ');
  await expect(send()).rejects.toMatchObject({ code: 21610 });
  await expect(send('hello', '+15551239999')).resolves.toMatchObject({ status: 'queued' });
  await fake.text(PHONE, OURS, 'START');
  await expect(send()).resolves.toMatchObject({ status: 'queued' });
  const posted = (): unknown[] => receiver.received.map(({ params }) => params['Body']).filter(Boolean);
  await until('both are posted', () => posted().length === 2);
  const answers = fake.journal().filter((one) => one.t === 'message' && one.direction === 'outbound-reply');
  expect(answers).toHaveLength(2);
});

describe('on order', () => {
  const taken = (): number => fake.sentTo(PHONE).length;

  test.each([
    ['hang-before', 0],
    ['hang-after', 1],
    ['cut-before', 0],
    ['cut-after', 1],
  ] as const)('%s: nothing is answered, and %i taken', async (name, count) => {
    const impatient = officialClient(fake.url);
    if (impatient.httpClient !== undefined) impatient.httpClient.defaultTimeout = 300;
    await fake.fault(name);
    await expect(impatient.messages.create({ from: OURS, to: PHONE, body: 'x' })).rejects.toThrow(/timeout|hang up/);
    // It is read after whoever sent it has given up.
    await until('what was sent is taken', () => taken() === count);
    await send();
    expect(taken()).toBe(count + 1);
  });

  test('any code is said, in its own object or as a proxy would; and for one phone alone', async () => {
    await fake.fault('refuse', { code: 20429, status: 429, times: 2, phone: PHONE });
    await send('hello', '+15551239999');
    for (let n = 0; n < 2; n += 1) await expect(send()).rejects.toMatchObject({ status: 429, code: 20429 });
    await fake.fault('refuse', { code: 20500, status: 503, plain: true });
    await expect(send()).rejects.toMatchObject({ status: 503, message: expect.stringContaining('503') });
    await send();
    await fake.fault('refuse', { on: 'list', code: 20003, status: 401 });
    await expect(client.messages.list()).rejects.toMatchObject({ code: 20003 });
    expect(taken()).toBe(1);
  });
});

test('a kill loses nothing, and what was not over goes on', async () => {
  await fake.script([{ status: 'queued' }, { status: 'delivered', afterMs: 1_000 }]);
  const { sid } = await send();
  await receiver.until(1);
  await fake.kill();
  await fake.restart();
  await receiver.until(2);
  expect(statuses()).toEqual(['queued', 'delivered']);
  expect(await client.messages(sid).fetch()).toMatchObject({ body: 'hello' });
});

test('segments are counted as on the air', () => {
  const counts = ['', 'x'.repeat(160), 'x'.repeat(161), '€'.repeat(80), '€'.repeat(81), 'ж'.repeat(70), 'ж'.repeat(71)];
  expect(counts.map(segmentsOf)).toEqual([1, 1, 2, 1, 2, 1, 2]);
});
