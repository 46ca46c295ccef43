// Signatures of webhooks: each way in which they go wrong in practice. Signed here by hand, as the documentation says.

import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { checked } from '../../adapters/sms/signature.ts';

const URL = 'https://mycompany.com/myapp.php?foo=1&bar=2';
const TOKEN = '12345';
const FORM = 'application/x-www-form-urlencoded; charset=utf-8';

function signed(url: string, pairs: readonly (readonly [string, string])[], token = TOKEN): string {
  const text = [...pairs]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .reduce((all, [name, value]) => all + name + value, url);
  return createHmac('sha1', token).update(text).digest('base64');
}

interface Asked {
  readonly url?: string;
  readonly body?: string | URLSearchParams;
  readonly signature?: string | undefined;
  readonly tokens?: readonly string[];
  readonly type?: string;
}
function verdictOf({ url = URL, body = '', signature, tokens = [TOKEN], type = FORM }: Asked) {
  const headers = { 'x-twilio-signature': signature, 'content-type': type };
  return checked({ headers, body: Buffer.from(body.toString()) }, url, tokens);
}
const genuine = expect.objectContaining({ verdict: 'genuine' });
const forged = { verdict: 'forged', fields: {} };

const PAIRS = [
  ['Digits', '1234'],
  ['To', '+18005551212'],
  ['From', '+14158675309'],
  ['Caller', '+14158675309'],
  ['CallSid', 'CA1234567890ABCDE'],
] as const;
const BODY = new URLSearchParams(PAIRS.map(([name, value]) => [name, value] as [string, string]));

test('the example of the documentation', async () => {
  const signature = 'RSOYDt4T1cUTdK1PDd93/VVr8B8=';
  expect(signed(URL, PAIRS)).toBe(signature);
  expect(await verdictOf({ body: BODY, signature })).toEqual({ verdict: 'genuine', fields: Object.fromEntries(PAIRS) });
});

test('none, an empty one, a wrong one, and one of another token', async () => {
  expect(await verdictOf({ body: BODY })).toEqual({ verdict: 'unsigned', fields: {} });
  expect(await verdictOf({ body: BODY, signature: '' })).toEqual({ verdict: 'unsigned', fields: {} });
  expect(await verdictOf({ body: BODY, signature: 'bm8=' })).toEqual(forged);
  expect(await verdictOf({ body: BODY, signature: signed(URL, PAIRS, 'other') })).toEqual(forged);
});

test('either token while the operator changes them', async () => {
  const signature = signed(URL, PAIRS, 'new');
  expect(await verdictOf({ body: BODY, signature, tokens: [TOKEN, 'new'] })).toEqual(genuine);
  expect(await verdictOf({ body: BODY, signature, tokens: [TOKEN, 'old'] })).toEqual(forged);
});

test.each([
  ['another scheme', URL.replace('https', 'http')],
  ['another host', URL.replace('mycompany', 'yourcompany')],
  ['another path', URL.replace('myapp', 'app')],
  ['a slash more', URL.replace('?', '/?')],
  ['no query', URL.replace(/\?.*/, '')],
  ['another query', URL.replace('foo=1', 'foo=2')],
])('%s', async (_what, url) => {
  expect(await verdictOf({ url, body: BODY, signature: signed(URL, PAIRS) })).toEqual(forged);
});

test('a port makes no difference, and the fragment that tells Twilio how to retry is not signed', async () => {
  const signature = signed(URL, PAIRS);
  expect(await verdictOf({ url: URL.replace('.com', '.com:443'), body: BODY, signature })).toEqual(genuine);
  expect(await verdictOf({ url: `${URL}#rc=5&rp=all`, body: BODY, signature })).toEqual(genuine);
});

test('a blank parameter is signed too; one that is dropped, added or changed is noticed', async () => {
  const pairs = [...PAIRS, ['FromCity', '']] as const;
  const signature = signed(URL, pairs);
  expect(await verdictOf({ body: `${BODY.toString()}&FromCity=`, signature })).toEqual(genuine);
  const named = [...PAIRS, ['FromCity', 'Verona']] as const;
  expect(await verdictOf({ body: BODY, signature: signed(URL, named) })).toEqual(forged);
  expect(await verdictOf({ body: `${BODY.toString()}&New=1`, signature: signed(URL, PAIRS) })).toEqual(forged);
  expect(await verdictOf({ body: BODY.toString().replace('1234', '1235'), signature: signed(URL, PAIRS) })).toEqual(
    forged,
  );
});

test('parameters that nobody has heard of yet count', async () => {
  const pairs = [...PAIRS, ['SomethingNew', 'x[1]=y&z']] as const;
  const body = new URLSearchParams(pairs.map(([name, value]) => [name, value] as [string, string]));
  expect(await verdictOf({ body, signature: signed(URL, pairs) })).toEqual(genuine);
});

test('repeated ones count once each, sorted; brackets in names mean nothing', async () => {
  const signature = signed(URL, [
    ['A[b]', '1'],
    ['MediaUrl', 'a'],
    ['MediaUrl', 'b'],
  ]);
  expect(await verdictOf({ body: 'MediaUrl=b&MediaUrl=a&MediaUrl=b&A%5Bb%5D=1', signature })).toEqual(genuine);
});

test('text is UTF-8, and a plus is a space', async () => {
  const pairs = [['Body', 'Ade\u0301 👋 zażółć + 1']] as const;
  const body = new URLSearchParams(pairs.map(([name, value]) => [name, value] as [string, string]));
  expect(await verdictOf({ body, signature: signed(URL, pairs) })).toEqual({
    verdict: 'genuine',
    fields: { Body: 'Ade\u0301 👋 zażółć + 1' },
  });
});

test('names that mean something to JavaScript', async () => {
  const pairs = [
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ] as const;
  const body = '__proto__=x&constructor=y';
  expect(await verdictOf({ body, signature: signed(URL, pairs) })).toEqual(genuine);
});

test('a body that is no form is signed by its hash in the URL, and else not at all', async () => {
  const body = '{"a":1}';
  const type = 'application/json';
  const url = `${URL}&bodySHA256=${createHash('sha256').update(body).digest('hex')}`;
  expect(await verdictOf({ url, body, type, signature: signed(url, []) })).toEqual(genuine);
  expect(await verdictOf({ url, body: '{"a":2}', type, signature: signed(url, []) })).toEqual(forged);
  expect(await verdictOf({ url: URL, body, type, signature: signed(URL, []) })).toEqual(forged);
});
