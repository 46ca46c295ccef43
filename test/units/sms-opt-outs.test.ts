// STOP and START: seen, told in words, minded here, and remembered.

import { expect, test } from 'vitest';
import { changeIn } from '../../adapters/sms/opt-outs.ts';
import { created, PHONE, refused, SmsStage } from './sms-stage.ts';

test.each([
  ['STOP', undefined, 'stopped'],
  [' stop ', undefined, 'stopped'],
  ['Unsubscribe', undefined, 'stopped'],
  ['stop it, romeo', undefined, undefined],
  ['START', undefined, 'started'],
  ['yes', undefined, 'started'],
  ['HELP', undefined, undefined],
  ['Arrêt', 'STOP', 'stopped'],
  ['STOP', 'HELP', undefined],
])('%j, understood as %s, is %s', (body, understood, change) => {
  expect(changeIn(body, understood)).toBe(change);
});

test('after STOP nothing is sent until START, also in another process', async () => {
  const stage = await new SmsStage().start();
  const session = await stage.session();
  await stage.text('SM1', 'Stop');
  await stage.text('SM1', 'Stop');
  expect(stage.told).toEqual([
    `${PHONE}: Stop`,
    '+1 555 020 0001 has asked for no more texts (STOP). Nothing you write there is sent until they text START.',
  ]);
  stage.asked.length = 0;
  await expect(stage.say(session, 'but soft')).rejects.toMatchObject({ code: 'opted-out' });
  const next = await stage.restarted();
  next.answer = () => created('SM9');
  const again = await next.session();
  await expect(next.say(again, 'but soft')).rejects.toMatchObject({ code: 'opted-out' });
  expect([...stage.asked, ...next.asked].filter(({ method }) => method === 'post')).toEqual([]);
  await next.text('SM2', 'START');
  expect(next.told.at(-1)).toBe('+1 555 020 0001 takes texts again (START).');
  expect((await next.say(again, 'but soft')).ids).toEqual(['SM9']);
});

test('others are texted as before', async () => {
  const stage = await new SmsStage().start();
  const session = await stage.session();
  stage.answer = () => created('SM9');
  await stage.text('SM1', 'STOP');
  expect((await stage.say(session, 'hello', '+15550200002')).ids).toEqual(['SM9']);
});

test('an opt-out that only Twilio knows of is learned from its refusal', async () => {
  const stage = await new SmsStage().start();
  const session = await stage.session();
  stage.answer = () => refused(400, 21610);
  await expect(stage.say(session, 'hello')).rejects.toMatchObject({ code: 'opted-out' });
  const { length } = stage.asked;
  await expect(stage.say(session, 'hello')).rejects.toMatchObject({ code: 'opted-out' });
  expect(stage.asked).toHaveLength(length);
});
