// The star of imports as a table, and the reading of sources that holds them to it: who may import whom, and habits a type can't say.

import { posix } from 'node:path';

export interface SourceFile {
  /** From the root of the project, with slashes. */
  readonly path: string;
  readonly text: string;
}

interface Zone {
  readonly name: string;
  readonly has: RegExp;
  /** Files of ours that it may import. */
  readonly ours: readonly RegExp[];
  /** Packages of npm; where only some files may, those files. */
  readonly packages: Readonly<Record<string, RegExp>>;
  readonly builtins: (name: string, path: string) => boolean;
}

const ANY = /./;
const MODEL = /^src\/model\//;
const OBSERVE = /^src\/observe\//;
/** Calculation only: no file, no network, no process. */
const PURE = new Set('buffer crypto events perf_hooks string_decoder url util'.split(' '));
const pure = (name: string): boolean => PURE.has(name);
const NETWORK = new Set('dgram dns dns/promises http http2 https net tls'.split(' '));
const ROOMS = /^src\/xmpp\/features\/muc\//;
const FEATURE_BASE =
  /^src\/xmpp\/((affiliation-versions|account-(choice|words)|bookmarks|command-sessions|farewell|feature|fitting|xml|jid|occupant-list|occupant-presence|stanza|forms|invitation|paging|performing|profiles|refused-subscription|shown-pictures|sign-ups?|typed-place)|contacts\/(index|probing|standing)|talk\/talks)\.ts$/;
const SDKS: Readonly<Record<string, readonly string[]>> = {
  irc: ['irc-framework'],
  matrix: ['matrix-js-sdk'],
  sms: ['twilio', 'libphonenumber-js'],
  echo: [],
  gone: [],
};

/** First match wins. */
const ZONES: readonly Zone[] = [
  { name: 'launch.cjs', has: /^src\/launch\.cjs$/, ours: [], packages: {}, builtins: () => true },
  { name: 'model', has: MODEL, ours: [MODEL], packages: {}, builtins: () => false },
  {
    name: 'observe',
    has: OBSERVE,
    ours: [MODEL, OBSERVE],
    packages: { pino: ANY, 'prom-client': ANY },
    builtins: (name) => !NETWORK.has(name),
  },
  {
    name: 'store',
    has: /^src\/store\//,
    ours: [MODEL, OBSERVE, /^src\/store\//],
    packages: { ioredis: /\/redis[^/]*\.ts$/ },
    builtins: (name, path) => (name === 'sqlite' ? /\/embedded[^/]*\.ts$/.test(path) : !name.startsWith('http')),
  },
  {
    name: 'bridge',
    has: /^src\/bridge\//,
    ours: [MODEL, OBSERVE, /^src\/bridge\//],
    packages: { 'lru-cache': ANY },
    builtins: pure,
  },
  {
    name: 'the list of features',
    has: /^src\/xmpp\/features\/(muc\/)?index\.ts$/,
    ours: [FEATURE_BASE, /^src\/xmpp\/features\//],
    packages: {},
    builtins: () => false,
  },
  { name: 'rooms', has: ROOMS, ours: [MODEL, FEATURE_BASE], packages: {}, builtins: pure },
  { name: 'a feature', has: /^src\/xmpp\/features\//, ours: [MODEL, FEATURE_BASE], packages: {}, builtins: pure },
  {
    name: 'xmpp',
    has: /^src\/xmpp\//,
    ours: [MODEL, OBSERVE, /^src\/xmpp\/(?!features\/(?!index\.ts$))/],
    packages: { saxes: /\/(xml|stream-parser)\.ts$/, '@xmpp/component': /\/link[^/]*\.ts$/ },
    builtins: (name, path) => pure(name) || (name === 'net' && /\/(link[^/]*|xmpp-component\.d)\.ts$/.test(path)),
  },
  {
    name: 'languages',
    has: /^src\/languages\//,
    ours: [MODEL],
    packages: {},
    builtins: (name) => pure(name) || name === 'fs',
  },
  {
    name: 'http',
    has: /^src\/http\//,
    ours: [MODEL, OBSERVE, /^src\/http\//],
    packages: {},
    builtins: () => true,
  },
  {
    name: 'the list of adapters',
    has: /^adapters\/index\.ts$/,
    ours: [MODEL, /^adapters\//],
    packages: {},
    builtins: pure,
  },
  ...Object.entries(SDKS).map(
    ([name, packages]): Zone => ({
      name: `adapters/${name}`,
      has: new RegExp(`^adapters/${name}/`),
      ours: [MODEL, new RegExp(`^adapters/${name}/`)],
      packages: Object.fromEntries(packages.map((one) => [one, ANY])),
      builtins: (builtin) => !/^(https?|http2|dns|fs|child_process)(\/|$)/.test(builtin),
    }),
  ),
  {
    name: 'the composition root',
    has: /^src\/[^/]+\.ts$/,
    ours: [ANY],
    packages: { commander: ANY, yaml: ANY, zod: ANY },
    builtins: () => true,
  },
];

/** Everything in the sources that breaks the table or the habits, one line each. */
export function violations(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    [...brokenImports(file), ...brokenHabits(file)].map((what) => `${file.path}: ${what}`),
  );
}

function brokenImports(file: SourceFile): string[] {
  const zone = ZONES.find(({ has }) => has.test(file.path));
  if (zone === undefined) return ['belongs to no layer'];
  return importsOf(file.text).flatMap((specifier) => {
    const why = forbidden(zone, file.path, specifier);
    return why === undefined ? [] : [`${zone.name} must not import ${why}`];
  });
}

function forbidden(zone: Zone, path: string, specifier: string | undefined): string | undefined {
  // Adapters of third parties are named in the configuration: only the composition root may load what it does not know.
  if (specifier === undefined) return zone.name === 'the composition root' ? undefined : 'a computed name';
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(path), specifier);
    return zone.ours.some((allowed) => allowed.test(target)) ? undefined : target;
  }
  if (specifier.startsWith('node:')) return zone.builtins(specifier.slice(5), path) ? undefined : specifier;
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  if (zone.name === 'launch.cjs') return undefined;
  return zone.packages[name]?.test(path) ? undefined : `the package ${name}`;
}

const TOKENS = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;
const STATIC = /^\s*(?:import|export)\b(?:[^'";]*?\bfrom)?\s*['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\s*\(\s*(?:(['"`])([^'"`$]+)\1)?/g;
const WORKER = /\bnew URL\(\s*['"](\.[^'"]+\.ts)['"]\s*,\s*import\.meta\.url/g;

const withoutComments = (text: string): string =>
  text.replaceAll(TOKENS, (token) => (token.startsWith('/') ? token.replaceAll(/[^\n]/g, ' ') : token));

/** What a source imports, by any way; undefined stands for a computed name. */
export function importsOf(source: string): (string | undefined)[] {
  const text = withoutComments(source);
  return [
    ...[...text.matchAll(STATIC)].map((match) => match[1]),
    ...[...text.matchAll(DYNAMIC)].map((match) => match[2]),
    ...[...text.matchAll(WORKER)].map((match) => match[1]),
  ];
}

const NETWORK_NAME = String.raw`['"](?:irc|matrix|sms|twilio|echo)['"]`;
const COMPARED = new RegExp(String.raw`[!=]==?\s*${NETWORK_NAME}|${NETWORK_NAME}\s*[!=]==?|\bcase\s+${NETWORK_NAME}`);
const VAGUE_NAME = /(^|[-/])(utils?|helpers?|common|manager|misc)([-.]|$)/;
const SPARE_WORDS = /\b(fixme|hack|stub|placeholder|for now|not implemented)\b/i;
const MAX_LINES = 300;

function brokenHabits({ path, text }: SourceFile): string[] {
  const code = withoutComments(text);
  const lines = text.split('\n').length - 1;
  const word = SPARE_WORDS.exec(text)?.[0];
  const broken: (string | false)[] = [
    !path.startsWith('adapters/') && COMPARED.test(code) && 'asks which network it is; let a capability say it',
    /^export\s+default\b|\bas default\b/m.test(code) && 'has a default export',
    lines > MAX_LINES && `has ${lines} lines, more than ${MAX_LINES}`,
    VAGUE_NAME.test(path) && 'is not named for what it owns',
    !/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(posix.basename(path)) && 'is not named in kebab-case',
    word !== undefined && `says "${word}"`,
  ];
  return broken.filter((what) => what !== false);
}
