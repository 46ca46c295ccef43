// A configuration of noise: always a ConfigError with file and line, or a configuration; never anything else.

import fc from 'fast-check';
import { stringify } from 'yaml';
import { expect, test, vi } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { ConfigError } from '../../src/config-error.ts';
import { fakeAdapters } from '../support/config-adapters.ts';

const SOUND = `# a comment
xmpp: { server: 'xmpp://127.0.0.1:5347', domain: example.org, allow: [example.org, '*'], admins: [a@example.org] }
store: file:./data/viaduct.db
http:
  public: { listen: 127.0.0.1:1, url: 'https://example.org' }
log: { level: debug }
gateways:
  - &one
    domain: irc.example.org
    secret: hushhush
    network: harbour
    settings: { color: red, berths: 3, tides: [low, high], piers: { north: { key: 'x' } } }
  - { domain: sms.example.org, network: harbour, secret: { env: SMS } }
`;

vi.setConfig({ testTimeout: 60_000 });

async function judge(bytes: Uint8Array): Promise<void> {
  try {
    await parseConfig(bytes, { file: 'noise.yaml', env: { SMS: 'hushhush' }, adapters: fakeAdapters });
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    if (!(error instanceof ConfigError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const problem of error.problems) {
      expect(problem.file).toBe('noise.yaml');
      expect(problem.line).toBeGreaterThan(0);
      expect(problem.text).not.toBe('');
    }
    for (const line of error.message.split('\n').slice(0, 1)) expect(line).toMatch(/^noise\.yaml:\d+: /);
  }
}

const runs = (numRuns: number): fc.Parameters<unknown> => ({ numRuns });

test('bytes', () => fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), judge), runs(500)));

test('text out of the characters that YAML gives a meaning', () => {
  const character = fc.constantFrom(
    ...'-:?[]{},&*#!|>\'"%@` \n\t\r.\\0a~<='.split(''),
    '\u0000',
    '\u2028',
    '\ud800',
    '\ufeff',
    '---\n',
    '<<: ',
    '__proto__: ',
  );
  return fc.assert(
    fc.asyncProperty(fc.string({ unit: character, maxLength: 80 }), (text) => judge(Buffer.from(text))),
    runs(1000),
  );
});

test('a sound file with something cut out, put in or turned round', () => {
  const cut = fc.tuple(fc.nat(SOUND.length), fc.nat(30), fc.string({ maxLength: 12, unit: 'binary' }));
  return fc.assert(
    fc.asyncProperty(fc.array(cut, { minLength: 1, maxLength: 4 }), (cuts) => {
      let text = SOUND;
      for (const [at, length, put] of cuts) text = text.slice(0, at) + put + text.slice(at + length);
      return judge(Buffer.from(text));
    }),
    runs(600),
  );
});

test('sound YAML of the wrong shape', () => {
  const key = fc.constantFrom(
    'xmpp',
    'server',
    'store',
    'http',
    'public',
    'gateways',
    'domain',
    'secret',
    'network',
    'settings',
    'piers',
    'log',
    '__proto__',
    'constructor',
    '',
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom<unknown>(null, true, 0, Number.NaN, '', 'harbour', 'irc.example.org', '127.0.0.1:0', new Date(0)),
      fc.string(),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 6 }),
    ),
  }));
  return fc.assert(
    fc.asyncProperty(tree, (value) => judge(Buffer.from(stringify({ gateways: [value], ...Object(value) })))),
    runs(500),
  );
});

test.each([
  ['deep lists', '['.repeat(50_000)],
  ['deep blocks', Array.from({ length: 400 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  [
    'aliases that multiply',
    `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
      .split('')
      .map((c, i) => `${c}: &${c} [${`*${'abcdefghi'[i]},`.repeat(9)}]`)
      .join('\n')}\n`,
  ],
  ['an alias of itself', 'a: &a [*a]\ngateways: *a\n'],
  ['a megabyte', 'x'.repeat(1 << 20)],
  ['many keys', Array.from({ length: 15_000 }, (_, i) => `k${i}: 1`).join('\n')],
  ['many mistakes', 'a: "\\q"\n'.repeat(2000)],
  ['two documents', `${SOUND}---\n${SOUND}`],
  ['a merge', `${SOUND}  - <<: *one\n    domain: x.example.org\n`],
])('%s', (_, text) => judge(Buffer.from(text)));
