// Every numeric of conformance section 23.2, and which request a refusal is for.

import { describe, expect, test } from 'vitest';
import { foldOf } from '../../adapters/irc/casemapping.ts';
import {
  closingError,
  connectionError,
  isErrorNumeric,
  numericError,
  standardReplyError,
} from '../../adapters/irc/errors.ts';
import { type Question, Requests } from '../../adapters/irc/requests.ts';
import { BridgeError, type ErrorCode } from '../../src/model/errors.ts';
import { type ErrorContext, stanzaError } from '../../src/xmpp/errors.ts';
import { systemClock } from '../support/irc-world.ts';

type Row = readonly [numeric: string, answered: string, context: ErrorContext, error: string];

const ROWS: readonly Row[] = [
  ['401', 'PRIVMSG', 'message', 'cancel/item-not-found'],
  ['401', 'KICK', 'iq', 'cancel/item-not-found'],
  ['402', '', 'join', 'cancel/remote-server-not-found'],
  ['403', 'JOIN', 'join', 'cancel/item-not-found'],
  ['403', 'PRIVMSG', 'message', 'cancel/item-not-found'],
  ['404', 'PRIVMSG', 'message', 'auth/forbidden'],
  ['405', 'JOIN', 'join', 'cancel/resource-constraint'],
  ['406', '', 'iq', 'cancel/item-not-found'],
  ['407', 'PRIVMSG', 'message', 'modify/not-acceptable'],
  ['411', 'PRIVMSG', 'message', 'modify/bad-request'],
  ['417', 'PRIVMSG', 'message', 'modify/policy-violation'],
  ['432', 'NICK', 'join', 'cancel/not-acceptable'],
  ['433', 'NICK', 'join', 'cancel/conflict'],
  ['436', 'NICK', 'join', 'cancel/conflict'],
  ['437', 'JOIN', 'message', 'wait/resource-constraint'],
  ['438', 'NICK', 'message', 'wait/policy-violation'],
  ['441', 'KICK', 'iq', 'cancel/item-not-found'],
  ['442', 'PRIVMSG', 'message', 'modify/not-acceptable'],
  ['443', 'INVITE', 'iq', 'cancel/conflict'],
  ['464', '', 'join', 'auth/not-authorized'],
  ['465', '', 'join', 'auth/forbidden'],
  ['470', 'JOIN', 'join', 'cancel/gone'],
  ['471', 'JOIN', 'join', 'cancel/service-unavailable'],
  ['472', 'MODE', 'iq', 'cancel/not-allowed'],
  ['473', 'JOIN', 'join', 'auth/registration-required'],
  ['474', 'JOIN', 'join', 'auth/forbidden'],
  ['475', 'JOIN', 'join', 'auth/not-authorized'],
  ['476', 'JOIN', 'join', 'modify/jid-malformed'],
  ['477', 'JOIN', 'join', 'auth/registration-required'],
  ['477', 'PRIVMSG', 'message', 'auth/forbidden'],
  ['481', '', 'iq', 'auth/forbidden'],
  ['482', 'TOPIC', 'message', 'auth/forbidden'],
  ['484', '', 'iq', 'auth/forbidden'],
  ['485', '', 'iq', 'auth/forbidden'],
  ['486', 'PRIVMSG', 'message', 'auth/forbidden'],
  ['716', 'PRIVMSG', 'message', 'auth/forbidden'],
  ['489', 'JOIN', 'join', 'auth/forbidden'],
  ['520', 'JOIN', 'join', 'auth/forbidden'],
  ['524', '', 'iq', 'wait/resource-constraint'],
  ['263', 'LIST', 'iq', 'wait/resource-constraint'],
  ['461', 'MODE', 'iq', 'modify/bad-request'],
  ['902', '', 'join', 'auth/not-authorized'],
  ['904', '', 'join', 'auth/not-authorized'],
  ['905', '', 'join', 'auth/not-authorized'],
  ['906', '', 'join', 'auth/not-authorized'],
  ['908', '', 'join', 'auth/not-authorized'],
];

test.each(ROWS)('%s after %s in a %s is %s', (numeric, answered, context, expected) => {
  const error = numericError(numeric, 'As the server says.', answered);
  expect(error.message).toBe('As the server says.');
  expect(error.details.networkCode).toBe(numeric);
  expect(isErrorNumeric(numeric)).toBe(true);
  expect(stanzaError(error.code, context)).toBe(expected);
});

test('a server that nobody knows is a person where WHOIS named one in its place', () => {
  const absent = numericError('402', 'No such server', 'WHOIS');
  expect([absent.code, absent.message]).toEqual(['not-found', 'There is nobody of that name.']);
});

test('a numeric that nobody knows, and one without words', () => {
  expect(numericError('599', '').code).toBe('forbidden');
  expect(numericError('474', ' ').message).toBe('You are banned from the channel.');
});

test.each([
  ['NEED_REGISTRATION', 'members-only'],
  ['INVALID_UTF8', 'malformed'],
  ['RATE_LIMITED', 'rate-limited'],
  ['MULTILINE_MAX_BYTES', 'too-long'],
  ['NO_SUCH_CHANNEL', 'not-found'],
  ['WHATEVER', 'forbidden'],
])('FAIL %s', (code, expected) => {
  expect(standardReplyError(code, 'said').code).toBe(expected);
});

test.each([
  ['401', 'No such nick or channel name', 'There is nobody of that name.'],
  ['401', 'No such nick/channel', 'There is nobody of that name.'],
  ['433', 'Nickname is already in use.', 'The nick is in use.'],
  ['473', 'Cannot join channel (+i) - you must be invited', 'The channel is for invited people only.'],
  ['473', 'Cannot join channel (+i) - ask the nurse', 'Cannot join channel (+i) - ask the nurse'],
  ['432', 'Erroneous Nickname: reserved', 'Erroneous Nickname: reserved'],
  ['482', 'No such nick', 'No such nick'],
  ['599', ' ', 'The server refused.'],
])('%s, said as “%s”, is read as “%s”', (numeric, said, read) => {
  expect(numericError(numeric, said).message).toBe(read);
});

test.each([
  ['ENOTFOUND', 'host-unknown'],
  ['ECONNREFUSED', 'network-down'],
  ['ETIMEDOUT', 'timeout'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'bad-credentials'],
  ['CERT_HAS_EXPIRED', 'bad-credentials'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'bad-credentials'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'network-down'],
  ['ECONNRESET', 'network-down'],
])('connecting: %s', (code, expected) => {
  const error = connectionError('irc.example.org', Object.assign(new Error('x'), { code }));
  expect(error.code).toBe(expected);
  expect(error.message).toContain('irc.example.org');
});
test('connecting: an error of ours stays what it is', () => {
  const own = new BridgeError('timeout', 'x');
  expect(connectionError('h', own)).toBe(own);
});

test.each([
  ['Closing Link: n[h] (K-Lined)', 'banned', true],
  ['Closing Link: You are banned from this server', 'banned', true],
  ['Access denied! Bad password?', 'bad-credentials', true],
  ['Trying to reconnect too fast.', 'rate-limited', false],
  ['Closing Link: n[h] (Ping timeout)', 'network-down', false],
  ['', 'network-down', false],
])('ERROR %j', (said, code, final) => {
  const closing = closingError(said);
  expect([closing.error.code, closing.final]).toEqual([code, final]);
});

describe('a refusal is for', () => {
  const fold = foldOf('rfc1459');
  function asked(...questions: readonly (readonly [command: string, target: string, other?: string])[]) {
    const requests = new Requests({ ...systemClock, after: () => () => {} });
    const outcomes: string[] = [];
    for (const [command, target, other] of questions) {
      const question: Question = { command, target, timeoutMs: 1000, ...(other === undefined ? {} : { other }) };
      requests.ask<never>(question).promise.catch((error: BridgeError) => outcomes.push(`${command} ${error.code}`));
    }
    return { requests, outcomes };
  }
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

  const cases: readonly (readonly [string, string, string[], readonly [string, ErrorCode] | undefined])[] = [
    ['the channel named', '474', ['me', '#B', 'Banned'], ['JOIN', 'banned']],
    ['nobody where nothing fits', '474', ['me', '#c', 'Banned'], undefined],
    ['the person named', '443', ['me', 'Nick{', '#a', 'is on channel'], ['INVITE', 'conflict']],
    ['the nick asked for', '433', ['me', 'other', 'in use'], ['NICK', 'nick-taken']],
    ['the only nick change, whatever is named', '438', ['me', 'Too fast'], ['NICK', 'rate-limited']],
    ['the command named', '421', ['me', 'topic', 'Unknown command'], ['TOPIC', 'not-implemented']],
    ['no topic, if it is about a message', '404', ['me', '#t', 'Cannot send'], undefined],
    [
      'the modes, if a letter is unknown',
      '472',
      ['me', 'x', 'is unknown mode char to me for #m'],
      ['MODE', 'unsupported'],
    ],
    ['no message, where none waits', '411', ['me', 'No recipient given (PRIVMSG)'], undefined],
  ];
  test.each(cases)('%s', async (_, numeric, params, expected) => {
    const { requests, outcomes } = asked(
      ['JOIN', '#b'],
      ['TOPIC', '#t'],
      ['INVITE', '#i', fold('nick[')],
      ['NICK', 'new'],
      ['MODE', '#m', 'b'],
    );
    expect(requests.refuse(numeric, params, fold)).toBe(expected !== undefined);
    await settled();
    expect(outcomes).toEqual(expected === undefined ? [] : [`${expected[0]} ${expected[1]}`]);
  });
});
