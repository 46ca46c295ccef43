// Whether a webhook comes from Twilio: its own check, on the URL that Twilio was told and never on what a proxy makes of it.

import type { HttpRequest } from '../../src/model/network.ts';

export type Fields = Readonly<Record<string, string>>;
export type Verdict = 'genuine' | 'unsigned' | 'forged';

/** All values of a name, the blank ones too: each of them is signed. */
type Values = Record<string, string | string[]>;

export interface Signed {
  readonly verdict: Verdict;
  /** Of a genuine one: the last value of each name. */
  readonly fields: Fields;
}

/** `tokens`: two of them while the operator changes them. `url`: as the world calls it, with the query. */
export async function checked(
  { headers, body }: Pick<HttpRequest, 'headers' | 'body'>,
  url: string,
  tokens: readonly string[],
): Promise<Signed> {
  const signature = headers['x-twilio-signature'];
  if (signature === undefined || signature === '') return { verdict: 'unsigned', fields: {} };
  const { validateRequest, validateRequestWithBody } = (await import('twilio/lib/webhooks/webhooks.js')).default;
  const [signed = ''] = url.split('#');
  const text = Buffer.from(body).toString();
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '');
  const values = isForm ? valuesIn(text) : {};
  const isGenuine = tokens.some((token) =>
    isForm
      ? validateRequest(token, signature, signed, values)
      : /[?&]bodySHA256=/.test(signed) && validateRequestWithBody(token, signature, signed, text),
  );
  return isGenuine ? { verdict: 'genuine', fields: lastOf(values) } : { verdict: 'forged', fields: {} };
}

function valuesIn(text: string): Values {
  const values = Object.create(null) as Values;
  for (const [name, value] of new URLSearchParams(text)) {
    const before = values[name];
    if (before === undefined) values[name] = value;
    else values[name] = [...(Array.isArray(before) ? before : [before]), value];
  }
  return values;
}

function lastOf(values: Values): Fields {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Array.isArray(value) ? (value.at(-1) ?? '') : value]),
  );
}
