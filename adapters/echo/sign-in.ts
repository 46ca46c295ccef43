// Linking an account: any name and password will do but `wrong`; the password `code` asks for a code (1234) in a second step, and
// `elsewhere` waits as for a link that is opened in a browser. The password `stale` is good for linking and for nothing else, and
// with `slow` linking takes a while. The name `taken` is somebody else's.

import { BridgeError } from '../../src/model/errors.ts';
import type { Answers, Field } from '../../src/model/form.ts';
import { accountKey } from '../../src/model/ids.ts';
import type { SignInStep } from '../../src/model/network.ts';
import type { Clock } from '../../src/model/ports.ts';
import { words } from '../../src/model/words.ts';
import { malformed } from './errors.ts';
import { isName, nickProblem } from './names.ts';

export const ONLY_ACCOUNT = accountKey('');

export const SIGN_IN_FORM = [
  {
    name: 'username',
    label: words`Name`,
    help: words`Any name of lower-case letters and digits.`,
    type: 'text',
    required: true,
    legacy: 'username',
  },
  {
    name: 'password',
    label: words`Password`,
    help: words`Anything but the word “wrong”.`,
    type: 'secret',
    required: true,
    legacy: 'password',
  },
] as const satisfies readonly Field[];

export const PREFERENCES = [
  {
    name: 'nick',
    label: words`Nick in rooms`,
    help: words`Left empty: the name.`,
    type: 'text',
    legacy: 'nick',
    check: nickProblem,
  },
  { name: 'stayConnected', label: words`Stay connected while I am offline`, type: 'boolean', default: false },
] as const satisfies readonly Field[];

const CODE_FORM = [
  { name: 'code', label: words`Code`, type: 'text', required: true },
] as const satisfies readonly Field[];
/** `echo:sign-in/1234` as a QR code. */
const LINK_TO_SCAN = {
  mediaType: 'image/png',
  bytes: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAIQAAACEAQAAAAB5P74KAAAAyUlEQVR42u1WwQnDQAwTXUD7b6kNXMn3aqBQqjxzccJhiLAl+RLMZQlP5jMDgHQwm9EL1/VLxjh0yMFsGpythWfT4ozEG3' +
      'AGvloch9mp+Vm92OuVRRuAxwl/40ja9gRV/MC1mB57Ul1fUWpAGarjJ+y4pulwEAuu9J3uedm3Ze/qYUoK06t9oXtaCsthqNM9z/i69vPpr5vTlGH3ZMhanq2VxZ9MfHf+WKuMu9pzbL24' +
      'n4GynolW/XmIBWLnn7XNoqj1z/NX8CXzBuDKBiVw48jdAAAAAElFTkSuQmCC',
    'base64',
  ),
} as const;
const ELSEWHERE_MS = 100;
/** Longer than one waits for an answer. */
const SLOW_MS = 15_000;

export function signIn(answers: Answers, clock: Clock): SignInStep | Promise<SignInStep> {
  const { username, password } = credentials(answers);
  if (username === 'taken')
    throw new BridgeError('conflict', words`Somebody else has linked that name.`, { field: 'username' });
  if (password === 'slow') {
    const { promise, resolve } = Promise.withResolvers<SignInStep>();
    clock.after(SLOW_MS, () => resolve(done(username, answers)));
    return promise;
  }
  if (password === 'code') return codeStep(username, answers);
  if (password === 'elsewhere') {
    const { promise, resolve } = Promise.withResolvers<SignInStep>();
    clock.after(ELSEWHERE_MS, () => resolve(done(username, answers)));
    return { kind: 'wait', show: words`Open echo:sign-in/1234 to go on.`, picture: LINK_TO_SCAN, done: promise };
  }
  return done(username, answers);
}

/** @throws BridgeError `malformed`, `bad-credentials`. */
export function credentials(answers: Answers): { readonly username: string; readonly password: string } {
  const { username, password } = answers;
  if (typeof username !== 'string' || !isName(username))
    throw malformed(words`Such a name is not possible here.`, 'username');
  if (typeof password !== 'string' || password === '') throw malformed(words`A password is needed.`, 'password');
  if (password === 'wrong') {
    throw new BridgeError('bad-credentials', words`The name or the password is wrong.`, { field: 'password' });
  }
  return { username, password };
}

function codeStep(username: string, answers: Answers): SignInStep {
  return {
    kind: 'ask',
    fields: CODE_FORM,
    text: words`A code was sent to you. It is 1234.`,
    next: (given) =>
      given['code'] === '1234'
        ? Promise.resolve(done(username, answers))
        : Promise.reject(new BridgeError('bad-credentials', words`That is not the code.`, { field: 'code' })),
  };
}

function done(username: string, settings: Answers): SignInStep {
  return { kind: 'done', account: ONLY_ACCOUNT, settings, title: `${username} (echo)` };
}
