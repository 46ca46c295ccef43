// The papers say what the code does.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { adapters } from '../../src/gateway-adapters.ts';
import { loadConfig } from '../../src/config.ts';
import { coreSchema, gatewaySchema } from '../../src/config-schema.ts';
import { generatedFiles } from '../support/docs.ts';

const ROOT = new URL('../../', import.meta.url);

test('what is made of the code is as the code is (npm run docs)', async () => {
  for (const [path, content] of await generatedFiles()) {
    expect(readFileSync(new URL(path, ROOT), 'utf8'), path).toBe(content);
  }
});

test('config/example.yaml loads as it is, and has every key', async () => {
  const file = new URL('config/example.yaml', ROOT).pathname;
  const config = await loadConfig({ file, env: {}, adapters });
  for (const gateway of config.gateways) {
    expect(adapters.names).toContain(gateway.network);
  }
  const text = readFileSync(file, 'utf8');
  for (const key of [...keysOf(coreSchema), ...keysOf(gatewaySchema)]) expect(text).toMatch(new RegExp(`\\b${key}:`));
});

function keysOf(schema: object): readonly string[] {
  return 'shape' in schema && typeof schema.shape === 'object' && schema.shape !== null
    ? Object.keys(schema.shape)
    : [];
}

test('the commands of the README are those of package.json', () => {
  const readme =
    readFileSync(new URL('README.md', ROOT), 'utf8') + readFileSync(new URL('CONTRIBUTING.md', ROOT), 'utf8');
  const manifest: unknown = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'));
  const scripts = Object.keys(Object(Reflect.get(Object(manifest), 'scripts')));
  const named = [...readme.matchAll(/`npm (?:run )?([a-z:]+)/g)]
    .map(([, name]) => name)
    .filter((name) => name !== 'ci' && name !== 'run');
  expect(named.length).toBeGreaterThan(3);
  for (const name of named) expect(scripts).toContain(name);
});

const lockFile = (): unknown => JSON.parse(readFileSync(new URL('package-lock.json', ROOT), 'utf8'));

/** Every text in a JSON value with the names that lead to it. */
function textsOf(
  value: unknown,
  path: readonly string[] = [],
): readonly (readonly [path: readonly string[], text: string])[] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inside]) => textsOf(inside, [...path, name]));
}

test('the lock file says which packages, and not whence: whoever installs has a registry of her own', () => {
  const texts = textsOf(lockFile());
  expect(texts.length).toBeGreaterThan(1_000);
  const resolved = texts.filter(([path]) => path.at(-1) === 'resolved');
  expect(resolved.map(([, text]) => text)).toEqual(['node_modules/converse.js/src/log']);
  const addresses = texts.filter(([, text]) => /^(https?|git|git\+\w+|ssh):|^(github|gitlab|bitbucket):/i.test(text));
  expect(addresses.length).toBeGreaterThan(0);
  expect(addresses.filter(([path]) => !path.includes('funding'))).toEqual([]);
});

/** Hosts of registries, packages at one, and settings that choose one. */
const REGISTRY =
  /\b(registry\.(npmjs|yarnpkg|npmmirror)\.\w+|npm\.pkg\.github\.com|pypi\.org\/simple|files\.pythonhosted\.org)\b|\/-\/[^\s'"]+\.tgz\b|\bregistry\s*=\s*["']?(https?:)?\/\/|--(registry|index-url)\b/i;

test.each([
  ['https://registry', '.npmjs.org/left-pad'],
  ['https://packages.example/left-pad/', '-/left-pad-1.3.0.tgz'],
  ['@scope:registry', '=https://packages.example'],
  ['pip install --index', '-url https://packages.example'],
])('%s%s would be found', (...parts) => {
  expect(parts.join('')).toMatch(REGISTRY);
});

test.skipIf(!existsSync(new URL('.git', ROOT)))('no file names a registry', () => {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { stdout } = spawnSync('git', list, { cwd: ROOT.pathname, encoding: 'utf8' });
  const files = stdout
    .split('\0')
    .filter((file) => statSync(new URL(file, ROOT), { throwIfNoEntry: false })?.isFile() === true);
  expect(files).toContain('package-lock.json');
  const named = files.filter((file) => REGISTRY.test(readFileSync(new URL(file, ROOT), 'latin1')));
  expect(named).toEqual([]);
});
