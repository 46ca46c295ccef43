// Where the networks come from: those that come with Viaduct, and packages of others, named in the configuration.

import { BUILT_IN } from '../adapters/index.ts';
import { type Adapters, UnknownAdapter } from './config.ts';
import type { Adapter } from './model/network.ts';

/** A package's name as npm allows it. */
const PACKAGE = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

export const adapters: Adapters = { names: Object.keys(BUILT_IN), load: loadAdapter };

/** @throws UnknownAdapter by rejection, or what the package throws when it is loaded. */
async function loadAdapter(name: string): Promise<Adapter> {
  const builtIn = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name] : undefined;
  if (builtIn !== undefined) return (await builtIn()).adapter;
  if (!PACKAGE.test(name)) throw new UnknownAdapter(name);
  const found: unknown = await import(name).catch((error: unknown) => {
    throw isMissing(error, name) ? new UnknownAdapter(name) : error;
  });
  const adapter: unknown = typeof found === 'object' && found !== null ? Reflect.get(found, 'adapter') : undefined;
  if (!isAdapter(adapter)) throw new Error(`the package ${name} exports no adapter`);
  return adapter;
}

/** The package itself, not one that it needs. */
function isMissing(error: unknown, name: string): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    error.message.includes(`'${name}'`)
  );
}

function isAdapter(value: unknown): value is Adapter {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'settings' in value && Array.isArray(value.settings) && 'create' in value && typeof value.create === 'function'
  );
}
