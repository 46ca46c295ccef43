// What no webhook brought is looked up in the account's list.

import { expect, test } from 'vitest';
import { created, OURS, page, PHONE, refused, row, SmsStage } from './sms-stage.ts';

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 0, 1, 12);
const text = (sid: string, at: number, body: string): object =>
  row({ sid, at, body, direction: 'inbound', from: PHONE, to: OURS, status: 'received' });

test('a first session has missed nothing', async () => {
  const stage = await new SmsStage().start();
  await stage.session();
  // Only what time it is there.
  expect(stage.asked.map(({ method }) => method)).toEqual(['get']);
  expect(stage.told).toEqual([]);
});

test('texts of an outage are told once, in order, with their time; those that came are not told again', async () => {
  const stage = await new SmsStage().start();
  const session = await stage.session();
  await stage.text('SM1', 'came');
  await session.close('paused');
  stage.clock.advance(60 * MINUTE);
  stage.answer = ({ params }) =>
    page(
      params?.['To'] === OURS
        ? [
            text('SM3', NOON + 20 * MINUTE, 'second'),
            text('SM2', NOON + 10 * MINUTE, 'first'),
            text('SM1', NOON, 'came'),
            text('SM0', NOON - 60 * MINUTE, 'of an earlier time'),
          ]
        : [],
    );
  await stage.session();
  expect(stage.told).toEqual([`${PHONE}: came`, `${PHONE}: first`, `${PHONE}: second`]);
  expect(stage.events[1]).toMatchObject({ message: { at: new Date(NOON + 10 * MINUTE) } });
  expect(stage.asked.at(-1)?.params).toMatchObject({ To: OURS, 'DateSent>': '2026-01-01T00:00:00Z' });
  await stage.text('SM2', 'first');
  expect(stage.told).toHaveLength(3);
});

test('what came to the number before it was hers is for somebody else', async () => {
  const stage = await new SmsStage().start();
  await (await stage.session()).close('paused');
  stage.clock.advance(MINUTE);
  stage.answer = () => page([text('SM2', NOON + 30_000, 'for me'), text('SM1', NOON - 30_000, 'for another')]);
  await stage.session();
  expect(stage.told).toEqual([`${PHONE}: for me`]);
});

test('of the second in which the number became hers nobody knows whose it was', async () => {
  const stage = await new SmsStage().start();
  await (await stage.session()).close('paused');
  stage.clock.advance(MINUTE);
  stage.answer = () => page([text('SM2', NOON + 1_000, 'for me'), text('SM1', NOON, 'for another')]);
  await stage.session();
  expect(stage.told).toEqual([`${PHONE}: for me`]);
});

test('a list that can not be read is read later', async () => {
  const stage = await new SmsStage().start();
  await (await stage.session()).close('paused');
  stage.answer = () => refused(503, 20503);
  await stage.session();
  stage.answer = () => page([text('SM2', NOON + 1_000, 'missed')]);
  await stage.pass(MINUTE);
  expect(stage.told).toEqual([`${PHONE}: missed`]);
});

test('it looks again now and then, until the session ends', async () => {
  const stage = await new SmsStage().start();
  const session = await stage.session();
  stage.answer = () => page([text('SM2', NOON + MINUTE, 'missed')]);
  await stage.pass(15 * MINUTE);
  expect(stage.told).toEqual([`${PHONE}: missed`]);
  await session.close('paused');
  stage.asked.length = 0;
  await stage.pass(60 * MINUTE);
  expect(stage.asked).toEqual([]);
});

test('states that were not told are looked up too, for texts of ours alone', async () => {
  const stage = await new SmsStage().start();
  const session = await stage.session();
  let sent = 0;
  stage.answer = () => created(`SM${++sent}`);
  await stage.say(session, 'one');
  await stage.say(session, 'two');
  await stage.say(session, 'three');
  await session.close('paused');
  stage.answer = ({ params }) =>
    page(
      params?.['From'] === OURS
        ? [
            row({ sid: 'SM3', status: 'sent' }),
            row({ sid: 'SM2', status: 'undelivered', error_code: 30006 }),
            row({ sid: 'SM1', status: 'delivered' }),
            row({ sid: 'SM9', status: 'failed', error_code: 30006 }),
          ]
        : [],
    );
  const next = await stage.restarted();
  next.answer = stage.answer;
  await next.session();
  expect(next.told.toSorted()).toEqual(['delivered SM1', "failed SM2: The number can't receive texts. (Twilio 30006)"]);
});

test('what could not be kept is looked up soon', async () => {
  const stage = await new SmsStage().start();
  await stage.session();
  stage.answer = () => page([text('SM2', NOON + 1_000, 'missed')]);
  stage.isStoreBroken = true;
  expect((await stage.text('SM2', 'missed')).status).toBe(503);
  await stage.pass(11_000);
  expect(stage.told).toEqual([]);
  stage.isStoreBroken = false;
  await stage.pass(20_000);
  expect(stage.told).toEqual([`${PHONE}: missed`]);
});

test('what came while everything stood still is looked up soon', async () => {
  const stage = await new SmsStage().start();
  await stage.session();
  stage.answer = () => page([text('SM2', NOON + 1_000, 'missed')]);
  stage.clock.shift(60_000);
  await stage.pass(16_000);
  expect(stage.told).toEqual([`${PHONE}: missed`]);
});
