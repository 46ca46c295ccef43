// The operator's block of the config, and what it means.

import { BridgeError, wrongSetting } from '../../src/model/errors.ts';
import type { Answers, ConfigField } from '../../src/model/form.ts';
import { type CountryCode, countryOf, parse } from './numbers.ts';

const LOOK_EVERY_S = 300;

export const SETTINGS = [
  {
    type: 'choice',
    name: 'provider',
    label: 'Who carries the texts',
    choices: [{ value: 'twilio', label: 'Twilio' }],
    default: 'twilio',
  },
  { type: 'text', name: 'accountSid', label: 'Account SID', help: 'Begins with AC.', required: true },
  { type: 'secret', name: 'authToken', label: 'Auth token', required: true },
  {
    type: 'secret',
    name: 'otherAuthToken',
    label: 'Second auth token',
    help: 'While tokens are changed: webhooks signed with either are taken.',
  },
  {
    type: 'list',
    name: 'numbers',
    label: 'Numbers for users',
    help: 'Numbers of the account in full, such as +15551234567. Each user chooses one that is free.',
    required: true,
  },
  {
    type: 'text',
    name: 'country',
    label: 'Country of numbers written without +',
    help: 'Two letters, such as US. Left out: that of each user, and of her number.',
  },
  {
    type: 'text',
    name: 'apiUrl',
    label: 'Base URL of the API',
    help: 'Instead of https://api.twilio.com.',
  },
  {
    type: 'number',
    name: 'lookEvery',
    label: 'Seconds between looks for texts that no webhook brought',
    default: LOOK_EVERY_S,
    min: 10,
    max: 86_400,
  },
] as const satisfies readonly ConfigField[];

export interface SmsSettings {
  readonly accountSid: string;
  /** The first one is for requests. */
  readonly authTokens: readonly [string, ...string[]];
  readonly numbers: readonly string[];
  readonly country: CountryCode | undefined;
  readonly apiUrl: string | undefined;
  readonly lookEveryMs: number;
}

/** @throws BridgeError `malformed` with `field`. */
export function readSettings(answers: Answers): SmsSettings {
  const accountSid = textIn(answers, 'accountSid');
  if (!/^AC[0-9a-fA-F]{32}$/.test(accountSid)) {
    throw wrongSetting('accountSid', 'accountSid is AC and 32 hexadecimal digits; the console of Twilio shows it.');
  }
  const authToken = textIn(answers, 'authToken');
  if (authToken === '') throw wrongSetting('authToken', 'authToken is empty.');
  const other = textIn(answers, 'otherAuthToken');
  const country = textIn(answers, 'country');
  if (country !== '' && countryOf(country) === undefined) {
    throw wrongSetting('country', `country "${country}" is none: two letters, such as US.`);
  }
  return {
    accountSid,
    authTokens: other === '' ? [authToken] : [authToken, other],
    numbers: numbersIn(answers),
    country: countryOf(country),
    apiUrl: apiUrlIn(answers),
    lookEveryMs: Number(answers['lookEvery'] ?? LOOK_EVERY_S) * 1_000,
  };
}

function textIn(answers: Answers, name: string): string {
  const answer = answers[name];
  return typeof answer === 'string' ? answer.trim() : '';
}

function numbersIn(answers: Answers): readonly string[] {
  const { numbers } = answers;
  const written = Array.isArray(numbers) ? numbers.map(String) : [];
  if (written.length === 0) throw wrongSetting('numbers', 'numbers is empty: nobody could be given one.');
  const pool = new Set<string>();
  for (const one of written) {
    const number = numberIn(one);
    if (pool.has(number)) throw wrongSetting('numbers', `${number} stands under numbers twice.`);
    pool.add(number);
  }
  return [...pool];
}

function numberIn(written: string): string {
  const expected = 'a number of the pool is written in full, such as +15551234567';
  if (!written.trim().startsWith('+')) throw wrongSetting('numbers', `"${written}": ${expected}.`);
  try {
    return parse(written, undefined).conversation;
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    throw wrongSetting('numbers', `"${written}": ${expected}. ${error.message}`);
  }
}

function apiUrlIn(answers: Answers): string | undefined {
  const written = textIn(answers, 'apiUrl');
  if (written === '') return undefined;
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.username !== '') {
    throw wrongSetting('apiUrl', 'apiUrl is http(s)://host:port, without a path.');
  }
  return url.origin;
}
