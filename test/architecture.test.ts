// The star of imports and the habits of the sources, held against every file; and against made-up ones that must be caught.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importsOf, violations } from './support/architecture.ts';

const ROOT = new URL('..', import.meta.url).pathname;

function sources(): { path: string; text: string }[] {
  return ['src', 'adapters'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.c?ts$|\.cjs$/.test(name))
      .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(ROOT, folder, name), 'utf8') })),
  );
}

test('every source keeps the star', () => {
  const files = sources();
  expect(files.length).toBeGreaterThan(50);
  expect(violations(files)).toEqual([]);
});

const caught: readonly (readonly [path: string, text: string, what: string | undefined])[] = [
  ['src/model/ids.ts', "import { x } from './errors.ts';", undefined],
  ['src/model/ids.ts', "import { createHash } from 'node:crypto';", 'model must not import node:crypto'],
  ['src/model/ids.ts', "import type { Log } from '../observe/log.ts';", 'model must not import src/observe/log.ts'],
  ['src/bridge/bridge.ts', "import { el } from '../xmpp/xml.ts';", 'bridge must not import src/xmpp/xml.ts'],
  ['src/bridge/bridge.ts', "import { connect } from 'node:net';", 'bridge must not import node:net'],
  ['src/bridge/bridge.ts', "import { LRUCache } from 'lru-cache';", undefined],
  ['src/xmpp/router.ts', "import { SaxesParser } from 'saxes';", 'xmpp must not import the package saxes'],
  ['src/xmpp/stream-parser.ts', "import { SaxesParser } from 'saxes';", undefined],
  [
    'src/xmpp/router.ts',
    "import { ping } from './features/ping.ts';",
    'xmpp must not import src/xmpp/features/ping.ts',
  ],
  ['src/xmpp/features/ping.ts', "import { disco } from './disco.ts';", 'must not import src/xmpp/features/disco.ts'],
  ['src/xmpp/features/ping.ts', "import { Router } from '../router.ts';", 'must not import src/xmpp/router.ts'],
  [
    'src/xmpp/features/muc/join.ts',
    "export { x } from './moves.ts';",
    'must not import src/xmpp/features/muc/moves.ts',
  ],
  ['src/xmpp/features/index.ts', "import { ping } from './ping.ts';", undefined],
  ['src/store/open.ts', "import { Redis } from 'ioredis';", 'store must not import the package ioredis'],
  ['src/store/redis.ts', "import { DatabaseSync } from 'node:sqlite';", 'store must not import node:sqlite'],
  ['src/http/health.ts', "import { x } from '../store/open.ts';", 'http must not import src/store/open.ts'],
  ['adapters/irc/wire.ts', "import { readFile } from 'node:fs/promises';", 'must not import node:fs/promises'],
  ['adapters/irc/wire.ts', "import { x } from '../echo/echo.ts';", 'must not import adapters/echo/echo.ts'],
  ['adapters/irc/wire.ts', "import { x } from '../../src/xmpp/jid.ts';", 'must not import src/xmpp/jid.ts'],
  ['adapters/irc/wire.ts', "const twilio = await import('twilio');", 'must not import the package twilio'],
  ['adapters/irc/wire.ts', 'const { Client } = await import("irc-framework");', undefined],
  ['adapters/irc/wire.ts', 'await import(name);', 'must not import a computed name'],
  ['src/gateway.ts', 'await import(name);', undefined],
  [
    'src/store/embedded.ts',
    "new Worker(new URL('../bridge/x.ts', import.meta.url))",
    'must not import src/bridge/x.ts',
  ],
  ['src/elsewhere/x.ts', '', 'belongs to no layer'],
  ['src/bridge/room.ts', "if (network === 'irc') return;", 'asks which network it is'],
  ['src/bridge/room.ts', "switch (x) { case 'matrix': }", 'asks which network it is'],
  ['adapters/irc/room.ts', "if (scheme === 'irc') return;", undefined],
  ['src/bridge/room.ts', 'export default class {}', 'default export'],
  ['src/bridge/room.ts', '\n'.repeat(301), 'has 301 lines'],
  ['src/bridge/utils.ts', '', 'not named for what it owns'],
  ['src/bridge/room-manager.ts', '', 'not named for what it owns'],
  ['src/bridge/RoomState.ts', '', 'kebab-case'],
  ['src/bridge/room.ts', '// good enough for now', 'says "for now"'],
];

test.each(caught)('%s: %s', (path, text, what) => {
  const found = violations([{ path, text }]);
  if (what === undefined) expect(found).toEqual([]);
  else expect(found.join('\n')).toContain(what);
});

test('imports are found in every form, and not in comments', () => {
  const source = `import a from './a.ts';
import type {
  B,
  C,
} from "./b.ts";
export * from './c.ts';
import './d.ts';
// import e from './e.ts';
/* import f from './f.ts'; */
const g = await import('./g.ts');
type H = import('./h.ts').H;
const url = 'http://not-a-comment';
`;
  expect(importsOf(source)).toEqual(['./a.ts', './b.ts', './c.ts', './d.ts', './g.ts', './h.ts']);
});
