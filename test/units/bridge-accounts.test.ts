// Signing up, changing and removing accounts, and the checking of answers.

import { expect, test } from 'vitest';
import { checkedAnswers, withoutSecrets } from '../../src/bridge/answers.ts';
import { BridgeError } from '../../src/model/errors.ts';
import type { Text } from '../../src/model/words.ts';
import type { Answer, Answers, Field } from '../../src/model/form.ts';
import { accountKey, conversationId, messageId } from '../../src/model/ids.ts';
import type { SignInStep } from '../../src/model/network.ts';
import type { AccountSummary, SignInDialog } from '../../src/model/ports.ts';
import { ACCOUNT, BridgeStage, HOME, ROMEO, ROOM } from '../support/bridge-stage.ts';
import { settled } from '../support/scripted-network.ts';

const SIGNAL = new AbortController().signal;
/** With what comes of it, once she is answered. */
async function signUp(stage: BridgeStage, answers: Answers, dialog?: SignInDialog): Promise<AccountSummary> {
  const account = await stage.bridge.desk.signUp(ROMEO, answers, SIGNAL, dialog);
  stage.clock.advance(0);
  return account;
}

test('an account is checked with the network, kept, and shown without its secrets', async () => {
  const stage = new BridgeStage();
  const summary = await signUp(stage, { server: ' a ', password: ' s3cret ', unknown: 'x' });
  expect(stage.network.signIns).toEqual([
    { server: 'a', password: ' s3cret ', stayConnected: false, stayJoined: false },
  ]);
  expect(summary).toEqual({
    key: 'a',
    title: 'on a',
    settings: { server: 'a', stayConnected: false, stayJoined: false },
  });
  expect(stage.bridge.desk.accounts(ROMEO)).toEqual([summary]);
  expect([...stage.records.records.values()]).toMatchObject([
    { user: ROMEO, key: 'a', settings: { password: ' s3cret ' } },
  ]);
});

test('accounts are there again after a restart', async () => {
  const stage = new BridgeStage();
  await stage.withAccount({ password: 'x' });
  expect(stage.bridge.desk.accounts(ROMEO)).toEqual([{ key: 'a', title: 'romeo on a', settings: { server: 'a' } }]);
  expect([...stage.bridge.users()]).toEqual([ROMEO]);
});

test('missing and wrong answers name their field, and nothing is kept', async () => {
  const stage = new BridgeStage();
  await expect(signUp(stage, { password: 'x' })).rejects.toMatchObject({
    code: 'malformed',
    details: { field: 'server' },
  });
  stage.network.nextStep = () => Promise.reject(new BridgeError('bad-credentials', 'No.', { field: 'password' }));
  await expect(signUp(stage, { server: 'a', password: 'x' })).rejects.toMatchObject({ code: 'bad-credentials' });
  expect(stage.records.records.size).toBe(0);
  stage.network.nextStep = undefined;
  await signUp(stage, { server: 'a', password: 'x' });
  expect(stage.bridge.desk.accounts(ROMEO)).toHaveLength(1);
});

test('a password left empty is that of the same account, and of no other', async () => {
  const stage = new BridgeStage();
  await signUp(stage, { server: 'a', password: 'of-a' });
  await signUp(stage, { server: 'a', password: '', stayConnected: true });
  await signUp(stage, { server: 'b' });
  expect(stage.network.signIns.map((answers) => answers['password'])).toEqual(['of-a', 'of-a', undefined]);
  expect(stage.bridge.desk.accounts(ROMEO).map(({ key }) => key)).toEqual(['a', 'b']);
});

test('where the network can not tell which account is meant, other answers than before lose the password', async () => {
  const stage = new BridgeStage();
  stage.network.accountFor = () => undefined;
  await signUp(stage, { server: 'a', password: 'of-a' });
  await signUp(stage, { server: 'b', password: '' });
  await signUp(stage, { server: 'a', password: '' });
  expect(stage.network.signIns.map((answers) => answers['password'])).toEqual(['of-a', undefined, 'of-a']);
});

test('what is not answered on a change stays as it was', async () => {
  const stage = new BridgeStage();
  await signUp(stage, { server: 'a', password: 'x', stayConnected: true });
  const changed = await signUp(stage, { stayJoined: true });
  expect(changed.settings).toEqual({ server: 'a', stayConnected: true, stayJoined: true });
});

test('a change that the network must know restarts the session; a preference of the bridge does not', async () => {
  const stage = new BridgeStage();
  await signUp(stage, { server: 'a', password: 'x', stayConnected: true });
  stage.join(HOME, 'j1');
  const session = await stage.network.opening.succeed();
  await session.open(ROOM);
  stage.presenter.heard();
  await signUp(stage, { server: 'a', stayJoined: true });
  expect(session.closed).toEqual([]);
  await signUp(stage, { server: 'a', password: 'other' });
  await settled();
  expect(session.closed).toEqual(['paused']);
  expect(stage.presenter.heard()).toEqual(['closed lost > home']);
  expect(stage.network.openings).toHaveLength(2);
  expect(stage.network.opening.account).toMatchObject({ guest: false, settings: { password: 'other' } });
});

test('an account that is new connects at once where she is online', async () => {
  const stage = new BridgeStage();
  stage.bridge.clientPresence(HOME, { show: 'online' }, 0);
  expect(stage.network.openings).toHaveLength(0);
  await signUp(stage, { server: 'a', password: 'x' });
  expect(stage.network.openings).toHaveLength(1);
});

test('removing ends rooms and session, and leaves nothing behind', async () => {
  const stage = new BridgeStage();
  await stage.withAccount({ stayConnected: true });
  const session = await stage.joined(HOME);
  stage.bridge.ids.remember(ROMEO, ROOM, 'm1', [messageId('n1')]);
  const end = await stage.bridge.desk.remove(ROMEO);
  expect(session.closed).toEqual([]);
  await end();
  expect(session.closed).toEqual(['removed']);
  expect(stage.presenter.heard()).toEqual(['closed ejected > home']);
  expect(stage.presenter.stated()).toEqual(['offline not-registered']);
  expect(stage.records.records.size).toBe(0);
  expect(stage.bridge.accountStates(ROMEO)).toEqual([]);
  expect(stage.bridge.ids.network(ROMEO, ROOM, 'm1')).toBeUndefined();
  expect(stage.bridge.size).toBe(0);
  await expect(stage.bridge.desk.remove(ROMEO)).rejects.toMatchObject({ code: 'not-registered' });
});

test('one of several accounts can be removed', async () => {
  const stage = new BridgeStage();
  await signUp(stage, { server: 'a' });
  await signUp(stage, { server: 'b' });
  await stage.bridge.desk.remove(ROMEO, accountKey('b'));
  expect(stage.bridge.desk.accounts(ROMEO).map(({ key }) => key)).toEqual(['a']);
  await expect(stage.bridge.desk.remove(ROMEO, accountKey('b'))).rejects.toMatchObject({ code: 'not-registered' });
});

test('a store that can not be written keeps the account as it was', async () => {
  const stage = new BridgeStage();
  stage.records.save = () => Promise.reject(new Error('disk full'));
  await expect(signUp(stage, { server: 'a', password: 'x' })).rejects.toThrow('disk full');
  expect(stage.bridge.desk.accounts(ROMEO)).toEqual([]);
  expect(stage.network.openings).toHaveLength(0);
});

test('one sign-in of a user at a time', async () => {
  const stage = new BridgeStage();
  const { promise, resolve } = Promise.withResolvers<SignInStep>();
  stage.network.nextStep = () => promise;
  const first = signUp(stage, { server: 'a' });
  await expect(signUp(stage, { server: 'a' })).rejects.toMatchObject({ code: 'rate-limited' });
  resolve(stage.network.done({ server: 'a' }));
  await first;
});

test('further steps are led through by a dialog, and refused without one', async () => {
  const stage = new BridgeStage();
  const shown: Text[] = [];
  const code = [{ name: 'code', label: 'Code', type: 'text', required: true }] as const satisfies readonly Field[];
  stage.network.nextStep = (settings) => ({
    kind: 'ask',
    fields: code,
    text: 'A code was sent.',
    next: (given) =>
      Promise.resolve({
        kind: 'wait',
        show: `Open ${JSON.stringify(given['code'])}`,
        done: Promise.resolve(stage.network.done(settings)),
      }),
  });
  await expect(signUp(stage, { server: 'a' })).rejects.toMatchObject({ code: 'unsupported' });
  const dialog: SignInDialog = {
    ask: (fields, text) => {
      shown.push(text, ...fields.map(({ name }) => name));
      return Promise.resolve({ code: ' 1234 ' });
    },
    show: (text) => shown.push(text),
  };
  expect(await signUp(stage, { server: 'a' }, dialog)).toMatchObject({ key: 'a' });
  expect(shown).toEqual(['A code was sent.', 'code', 'Open "1234"']);
});

test('a dialog that is never answered ends with its time', async () => {
  const stage = new BridgeStage();
  stage.network.nextStep = () => ({
    kind: 'ask',
    fields: [],
    text: '?',
    next: () => Promise.reject(new Error('unasked')),
  });
  const abort = new AbortController();
  const dialog = { ask: () => Promise.withResolvers<Answers>().promise, show: () => {} };
  const done = stage.bridge.desk.signUp(ROMEO, { server: 'a' }, abort.signal, dialog);
  const caught = expect(done).rejects.toMatchObject({ code: 'timeout' });
  await settled();
  abort.abort();
  await caught;
  expect(stage.records.records.size).toBe(0);
});

test('with an account, a conversation of another server still needs one where there are no guests', () => {
  const stage = new BridgeStage();
  stage.network.guests = false;
  stage.submit(
    { kind: 'say', conversation: conversationId('tybalt@b'), body: { kind: 'text', text: 'x' } },
    HOME,
    'm1',
  );
  expect(stage.presenter.heard()).toEqual(['not-registered > home m1']);
  expect(stage.bridge.accountStates(ROMEO)).toEqual([]);
  expect(ACCOUNT).toBe('a');
});

const FIELDS = {
  text: { name: 'x', label: 'X', type: 'text', pattern: /^\w+$/ },
  secret: { name: 'x', label: 'X', type: 'secret' },
  lines: { name: 'x', label: 'X', type: 'lines' },
  number: { name: 'x', label: 'X', type: 'number', min: 1, max: 9 },
  boolean: { name: 'x', label: 'X', type: 'boolean' },
  choice: { name: 'x', label: 'X', type: 'choice', choices: [{ value: 'a', label: 'A' }] },
  list: { name: 'x', label: 'X', type: 'list' },
  map: { name: 'x', label: 'X', type: 'map', of: [] },
} as const satisfies { readonly [T in Field['type']]: Field & { type: T } };

const WRONG = Symbol('wrong');

test.for<[keyof typeof FIELDS, Answer, Answer | undefined | typeof WRONG]>([
  ['text', ' abc ', 'abc'],
  ['text', '', undefined],
  ['text', 'a b', WRONG],
  ['text', 'a\nb', WRONG],
  ['text', true, WRONG],
  ['text', 7, '7'],
  ['text', 'x'.repeat(10_001), WRONG],
  ['secret', ' abc ', ' abc '],
  ['secret', 'a\0b', WRONG],
  ['lines', 'a\nb', 'a\nb'],
  ['lines', ['a', 'b'], 'a\nb'],
  ['number', '7', 7],
  ['number', 7, 7],
  ['number', '', undefined],
  ['number', '10', WRONG],
  ['number', '0', WRONG],
  ['number', 'seven', WRONG],
  ['number', Number.NaN, WRONG],
  ['boolean', '1', true],
  ['boolean', 'false', false],
  ['boolean', '', false],
  ['boolean', 'maybe', WRONG],
  ['choice', 'a', 'a'],
  ['choice', '', undefined],
  ['choice', 'b', WRONG],
  ['list', 'a\n b \n\n', ['a', 'b']],
  ['list', ['a'], ['a']],
  ['list', true, WRONG],
  ['map', {}, WRONG],
])('a %s answered with %j', ([type, answer, expected]) => {
  const check = (): Answers => checkedAnswers([FIELDS[type]], { x: answer });
  if (expected === WRONG) expect(check).toThrow(BridgeError);
  else expect(check()['x']).toEqual(expected);
});

test('defaults stand in for what was never answered, and never for what was', () => {
  const fields = [{ name: 'n', label: 'N', type: 'number', default: 5 }] as const satisfies readonly Field[];
  expect(checkedAnswers(fields, {})).toEqual({ n: 5 });
  expect(checkedAnswers(fields, {}, { n: 6 })).toEqual({ n: 6 });
  expect(checkedAnswers(fields, { n: 7 }, { n: 6 })).toEqual({ n: 7 });
});

test('an error never repeats the answer', () => {
  const fields = [{ name: 'x', label: 'X', type: 'text', pattern: /^\d$/ }] as const satisfies readonly Field[];
  expect(() => checkedAnswers(fields, { x: 'hunter2' })).toThrow(expect.not.stringContaining('hunter2'));
});

test('secrets are left out by their type', () => {
  expect(withoutSecrets([FIELDS.secret], { x: 's', y: 'open' })).toEqual({ y: 'open' });
});
