// The papers say what the code does.

import { readFileSync } from 'node:fs';
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
