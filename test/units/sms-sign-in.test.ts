// One number for each user, and the operator's settings.

import { expect, test } from 'vitest';
import { adapter } from '../../adapters/sms/index.ts';
import { readSettings } from '../../adapters/sms/settings.ts';
import type { Answers, Field } from '../../src/model/form.ts';
import { userId } from '../../src/model/ids.ts';
import type { Account } from '../../src/model/network.ts';
import { OTHER, OURS, romeo, SID, SmsStage } from './sms-stage.ts';

const ROMEO = userId('romeo@example.org');
const JULIET = userId('juliet@example.org');
const NURSE = userId('nurse@example.org');
const signal = new AbortController().signal;

async function stageOf(accounts: readonly Account[]): Promise<SmsStage> {
  const stage = await new SmsStage().start();
  stage.accounts = [...accounts];
  return stage;
}
function numbersIn([field]: readonly Field[]): readonly (string | undefined)[] {
  return field?.type === 'choice' ? [...field.choices.map(({ value }) => value), `default ${field.default}`] : [];
}
const juliet = (number: string): Account => ({ ...romeo({ number }), user: JULIET });

test('the form offers what is free, in readable form, and her own number as hers', async () => {
  const stage = await stageOf([romeo({ number: OTHER })]);
  expect(numbersIn(stage.network.signInForm)).toEqual([OURS, OTHER, 'default undefined']);
  expect(numbersIn(stage.network.signInFormFor(ROMEO))).toEqual([OURS, OTHER, `default ${OTHER}`]);
  expect(numbersIn(stage.network.signInFormFor(JULIET))).toEqual([OURS, `default ${OURS}`]);
  expect(stage.network.signInFormFor(JULIET)[0]).toMatchObject({ choices: [{ label: '+1 555 010 0001' }] });
});

test('nothing free is said in words', async () => {
  const stage = await stageOf([romeo({ number: OTHER }), juliet(OURS)]);
  expect(() => stage.network.signInFormFor(NURSE)).toThrow(expect.objectContaining({ code: 'full' }));
  await expect(stage.network.signIn({ number: OURS }, signal, NURSE)).rejects.toMatchObject({ code: 'full' });
  expect(numbersIn(stage.network.signInFormFor(JULIET))).toEqual([OURS, `default ${OURS}`]);
});

test('two who want the same number at the same time: one of them has it', async () => {
  const stage = await stageOf([]);
  const both = await Promise.allSettled(
    [ROMEO, JULIET].map((user) => stage.network.signIn({ number: OURS }, signal, user)),
  );
  expect(both).toMatchObject([
    { status: 'fulfilled', value: { kind: 'done', title: '+1 555 010 0001', settings: { number: OURS } } },
    { status: 'rejected', reason: { code: 'conflict', details: { field: 'number' } } },
  ]);
  expect(numbersIn(stage.network.signInFormFor(JULIET))).toEqual([OTHER, `default ${OTHER}`]);
});

test('what came of nothing is free again after a while, and a removed account frees its number at once', async () => {
  const stage = await stageOf([]);
  await stage.network.signIn({ number: OURS }, signal, ROMEO);
  await stage.pass(20_000);
  expect(numbersIn(stage.network.signInFormFor(JULIET))).toContain(OURS);
  stage.accounts = [romeo({ number: OURS })];
  expect(numbersIn(stage.network.signInFormFor(JULIET))).not.toContain(OURS);
  await stage.session();
  stage.accounts = [];
  expect(numbersIn(stage.network.signInFormFor(JULIET))).toContain(OURS);
});

test('whoever changes her mind holds one number only', async () => {
  const stage = await stageOf([]);
  await stage.network.signIn({ number: OURS }, signal, ROMEO);
  await stage.network.signIn({ number: OTHER }, signal, ROMEO);
  await expect(stage.network.signIn({ number: OURS }, signal, JULIET)).resolves.toMatchObject({ kind: 'done' });
});

test('the country is as she says, else as her number says', async () => {
  const stage = new SmsStage({ numbers: ['+46701234567', OTHER], country: 'GB' });
  await stage.start();
  const countryOf = async (number: string, country?: string): Promise<unknown> => {
    const step = await stage.network.signIn({ number, ...(country !== undefined && { country }) }, signal, ROMEO);
    return step.kind === 'done' ? step.settings['country'] : undefined;
  };
  stage.accounts = [];
  expect(await countryOf('+46701234567', 'de')).toBe('DE');
  expect(await countryOf('+46701234567')).toBe('SE');
  expect(await countryOf(OTHER)).toBe('GB');
  await expect(countryOf(OTHER, 'Verona')).rejects.toMatchObject({ code: 'malformed', details: { field: 'country' } });
});

test('numbers are read as of the country of whoever writes them', async () => {
  const stage = new SmsStage({ country: 'GB' });
  await stage.start();
  stage.accounts = [romeo({ number: OURS, country: 'SE' })];
  expect(stage.network.parse('070 123 45 67', ROMEO).conversation).toBe('+46701234567');
  expect(stage.network.parse('07911 123456', JULIET).conversation).toBe('+447911123456');
  expect(stage.network.parse('07911 123456').conversation).toBe('+447911123456');
});

test('a session needs a number that is served', async () => {
  const stage = await stageOf([]);
  const open = (account: Account): Promise<unknown> => stage.network.openSession(account, () => {}, signal);
  await expect(open({ ...romeo(), guest: true })).rejects.toMatchObject({ code: 'not-registered' });
  await expect(open(romeo({}))).rejects.toMatchObject({ code: 'gone' });
  await expect(open(romeo({ number: '+15550999999' }))).rejects.toMatchObject({ code: 'gone' });
});

const good = { accountSid: SID, authToken: 'x', numbers: ['+1 (555) 010-0001', OTHER] };
const wrong: readonly (readonly [string, Answers, string])[] = [
  ['no account', { accountSid: '' }, 'accountSid'],
  ['an API key', { accountSid: `SK${'0'.repeat(32)}` }, 'accountSid'],
  ['no token', { authToken: ' ' }, 'authToken'],
  ['no numbers', { numbers: [] }, 'numbers'],
  ['a national number', { numbers: ['555 010 0001'] }, 'numbers'],
  ['words', { numbers: ['+verona'] }, 'numbers'],
  ['the same number twice', { numbers: ['+15550100001', '+1 555 010 0001'] }, 'numbers'],
  ['no country', { country: 'Verona' }, 'country'],
  ['another protocol', { apiUrl: 'ftp://127.0.0.1' }, 'apiUrl'],
  ['a path', { apiUrl: 'http://127.0.0.1:1/x' }, 'apiUrl'],
];
test.each(wrong)('settings with %s are refused by name', (_what, answers, field) => {
  expect(() => adapter.create({ ...good, ...answers })).toThrow(
    expect.objectContaining({ code: 'malformed', details: expect.objectContaining({ field }) }),
  );
});

test('settings that are good', () => {
  expect(readSettings(good)).toMatchObject({ numbers: [OURS, OTHER], authTokens: ['x'], apiUrl: undefined });
  expect(readSettings({ ...good, otherAuthToken: 'y', apiUrl: 'http://127.0.0.1:4010/', country: 'se' })).toMatchObject(
    {
      authTokens: ['x', 'y'],
      apiUrl: 'http://127.0.0.1:4010',
      country: 'SE',
    },
  );
});

test('without a public URL there is no start, in words', async () => {
  const stage = new SmsStage();
  const host = { ...stage.host(), mount: () => undefined };
  await expect(stage.network.start(host)).rejects.toMatchObject({
    code: 'malformed',
    message: expect.stringContaining('http.public.url'),
  });
});
