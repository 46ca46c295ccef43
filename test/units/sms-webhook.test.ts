// What Twilio posts: nothing is acknowledged before it is kept, nothing is told twice, and nobody else is listened to.

import { expect, test } from 'vitest';
import { conversationId } from '../../src/model/ids.ts';
import { created, OTHER, OURS, page, PHONE, row, SmsStage } from './sms-stage.ts';

test('a text is kept, and then acknowledged with nothing to say', async () => {
  const stage = await new SmsStage().start();
  const answer = await stage.text('SM1', 'Good pilgrim');
  expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'text/xml; charset=utf-8' } });
  expect(answer.body).toMatch(/<Response\/>$/);
  expect(stage.told).toEqual([`${PHONE}: Good pilgrim`]);
  expect(stage.events).toMatchObject([{ message: { id: 'SM1', own: false, from: { nick: '+1 555 020 0001' } } }]);
});

test('the same text again is acknowledged and not told again', async () => {
  const stage = await new SmsStage().start();
  await stage.text('SM1', 'Good pilgrim');
  expect((await stage.text('SM1', 'Good pilgrim')).status).toBe(200);
  await Promise.all([stage.text('SM2', 'Ay'), stage.text('SM2', 'Ay')]);
  expect(stage.told).toEqual([`${PHONE}: Good pilgrim`, `${PHONE}: Ay`]);
});

test('what can not be kept is not acknowledged', async () => {
  const stage = await new SmsStage().start();
  stage.isStoreBroken = true;
  expect((await stage.text('SM1', 'Good pilgrim')).status).toBe(503);
  expect((await stage.status('SM2', 'delivered')).status).toBe(503);
  stage.isStoreBroken = false;
  expect((await stage.text('SM1', 'Good pilgrim')).status).toBe(200);
  expect(stage.told).toEqual([`${PHONE}: Good pilgrim`]);
});

test('nobody but Twilio is listened to', async () => {
  const stage = await new SmsStage().start();
  const fields = { MessageSid: 'SM1', From: PHONE, To: OURS, Body: 'x' };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  expect((await stage.post('message', fields, { headers: form })).status).toBe(400);
  expect((await stage.post('message', fields, { headers: { ...form, 'x-twilio-signature': 'no' } })).status).toBe(403);
  expect((await stage.post('message', { ...fields, AccountSid: `AC${'9'.repeat(32)}` })).status).toBe(403);
  expect((await stage.post('message', fields, { method: 'GET' })).status).toBe(405);
  expect((await stage.post('message', { From: PHONE, To: OURS })).status).toBe(400);
  expect((await stage.post('status', { From: OURS, To: PHONE })).status).toBe(400);
  expect(stage.told).toEqual([]);
});

test('a number that nobody has: acknowledged, and the operator can read of it', async () => {
  const stage = await new SmsStage().start();
  expect((await stage.text('SM1', 'hello', { To: OTHER })).status).toBe(200);
  expect((await stage.text('SM2', 'hello', { To: '+15559999999' })).status).toBe(200);
  expect(stage.told).toEqual([]);
  expect(stage.log.lines.filter(({ level }) => level === 'warn')).toHaveLength(2);
});

test('files and texts without words are told in words', async () => {
  const stage = await new SmsStage().start();
  await stage.text('MM1', 'Look', {
    NumMedia: '2',
    MediaContentType0: 'image/jpeg',
    MediaContentType1: 'text/x-vcard',
  });
  await stage.text('MM2', '', { NumMedia: '1', MediaContentType0: 'application/pdf' });
  await stage.text('SM3', '');
  expect(stage.told).toEqual([
    `${PHONE}: Look\n[picture not shown: image/jpeg]\n[contact card not shown: text/x-vcard]`,
    `${PHONE}: [file not shown: application/pdf]`,
    `${PHONE}: [empty text]`,
  ]);
});

test('short codes are of their country, and names can not be mistaken for numbers', async () => {
  const stage = await new SmsStage().start();
  await stage.text('SM1', 'code', { From: '72001', FromCountry: 'SE' });
  await stage.text('SM2', 'code', { From: 'Montague' });
  expect(stage.told).toEqual([
    '72001;phone-context=se: code',
    `${Buffer.from('Montague').toString('hex')};sender: code`,
  ]);
});

const orders: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['in order', ['queued', 'sent', 'delivered'], ['delivered SM1']],
  ['doubled', ['sent', 'sent', 'delivered', 'delivered'], ['delivered SM1']],
  ['out of order', ['delivered', 'sent', 'queued', 'delivered'], ['delivered SM1']],
  ['read', ['sent', 'delivered', 'read', 'read'], ['delivered SM1', 'displayed SM1']],
  ['read before it was delivered', ['read', 'delivered'], ['delivered SM1', 'displayed SM1']],
  ['sent is often the last word', ['queued', 'sending', 'sent'], []],
  ['failed', ['sent', 'undelivered', 'undelivered'], ["failed SM1: The number can't receive texts. (Twilio 30006)"]],
  [
    'the first final word stands',
    ['undelivered', 'delivered', 'sent'],
    ["failed SM1: The number can't receive texts. (Twilio 30006)"],
  ],
  ['and is not taken back', ['delivered', 'failed'], ['delivered SM1']],
  [
    'a part',
    ['partially_delivered', 'partially_delivered'],
    [`${PHONE}: Only a part of your last text was delivered.`],
  ],
];
test.each(orders)('states of a text: %s', async (_what, statuses, told) => {
  const stage = await new SmsStage().start();
  stage.answer = ({ method }) => (method === 'post' ? created('SM1') : { statusCode: 404, body: '{}' });
  await stage.say(await stage.session(), 'hello');
  for (const status of statuses) {
    const code: Record<string, string> = /undelivered|failed/.test(status) ? { ErrorCode: '30006' } : {};
    expect((await stage.status('SM1', status, code)).status).toBe(200);
  }
  await stage.settled();
  expect(stage.told).toEqual(told);
});

test('a state that is told before the request is answered waits for its name, and is acknowledged at once', async () => {
  const stage = await new SmsStage().start();
  const session = await stage.session();
  stage.answer = async ({ method }) => {
    if (method !== 'post') return { statusCode: 404, body: '{}' };
    expect((await stage.status('SM1', 'delivered')).status).toBe(200);
    expect(stage.told).toEqual([]);
    return created('SM1');
  };
  await stage.say(session, 'hello');
  await stage.pass(300);
  expect(stage.told).toEqual(['delivered SM1']);
  await stage.pass(120_000);
  expect(stage.told).toEqual(['delivered SM1']);
});

test('a state of a text whose request was never answered waits until it was looked for, also in another process', async () => {
  const stage = await new SmsStage().start();
  expect((await stage.status('SM1', 'undelivered')).status).toBe(200);
  expect(stage.told).toEqual([]);
  const next = await stage.restarted();
  const session = await next.session();
  await next.pass(44_000);
  expect(next.told).toEqual([]);
  next.answer = () => page([row({ sid: 'SM1' })]);
  const command = { kind: 'say', conversation: conversationId(PHONE), body: { kind: 'text', text: 'hello' } } as const;
  await session.find(command, new Date(Date.UTC(2026, 0, 1, 12)));
  await next.pass(2_000);
  expect(next.told).toEqual(['failed SM1: It was not delivered, and Twilio does not say why.']);
  expect([...(next.states.get('romeo@example.org')?.keys() ?? [])].filter((key) => key.startsWith('early/'))).toEqual(
    [],
  );
});

test("what became of the texts of a former user of the number is nobody else's business", async () => {
  const next = await new SmsStage().start();
  await next.session();
  expect((await next.status('SM1', 'undelivered')).status).toBe(200);
  await next.pass(3_600_000);
  expect(next.told).toEqual([]);
  expect([...(next.states.get('romeo@example.org')?.keys() ?? [])].filter((key) => key.startsWith('early/'))).toEqual(
    [],
  );
});

test('a text of an earlier process has its name already', async () => {
  const stage = await new SmsStage().start();
  stage.answer = ({ method }) => (method === 'post' ? created('SM1') : { statusCode: 404, body: '{}' });
  await stage.say(await stage.session(), 'hello');
  await stage.settled();
  const next = await stage.restarted();
  await next.status('SM1', 'delivered');
  expect(next.told).toEqual(['delivered SM1']);
});
