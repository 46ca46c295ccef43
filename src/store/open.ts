// Opens what the configuration's `store` and `secretsKey` name.

import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Log } from '../model/ports.ts';
import type { Store } from '../model/stores.ts';
import { openEmbedded } from './embedded.ts';
import { notOpened } from './errors.ts';
import { openMemory } from './memory.ts';
import { openRedis, RedisStore } from './redis.ts';
import type { Finding } from './redis-check.ts';
import { KEY_BYTES, parseKeys, type Secrets, secretsWith } from './secrets.ts';
import type { OnStoreAnswer } from './timed-engine.ts';

export type { Finding };

export interface StoreOptions {
  readonly log: Log;
  /** A look at an embedded store that a running gateway has open: reads work, writes are refused. */
  readonly readOnly?: boolean;
  /** After each answer of the store. */
  readonly onAnswer?: OnStoreAnswer;
}

/**
 * @param address `memory:`, `file:./path`, `redis://...`, `rediss://...`, or a list of the last two: the hosts of a cluster.
 * @throws BridgeError by rejection, with a text for the operator.
 */
export async function openStore(address: string | readonly string[], options: StoreOptions): Promise<Store> {
  const { log, onAnswer, readOnly = false } = options;
  if (typeof address !== 'string') return openRedis(address, log, onAnswer);
  if (address === 'memory:') return openMemory(onAnswer);
  if (address.startsWith('file:')) return openEmbedded({ path: pathOf(address), readOnly }, onAnswer);
  if (/^rediss?:/.test(address)) return openRedis(address, log, onAnswer);
  throw notOpened('The address of the store begins with `file:`, `redis://`, `rediss://` or `memory:`.');
}

/** How a Redis behind the store is set up, for `viaduct check`; nothing for other stores. @throws BridgeError by rejection. */
export async function checkRedis(store: Store): Promise<readonly Finding[]> {
  return store instanceof RedisStore ? store.findings() : [];
}

/**
 * The sealing that belongs to a store. Without configured keys an embedded store has one beside it (`<file>.key`, mode 0600), made
 * when it is first needed.
 * @param configured the `secretsKey`: one key, or several parted by commas or white space, the current one first.
 * @throws BridgeError where a key is malformed, missing for Redis, or its file can't be read or made.
 */
export function openSecrets(address: string | readonly string[], configured: string | undefined): Secrets {
  if (configured !== undefined) return withKeys(parseKeys(configured), '`secretsKey` is empty');
  if (address === 'memory:') return secretsWith([randomBytes(KEY_BYTES)]);
  if (typeof address !== 'string' || !address.startsWith('file:')) {
    throw notOpened('With Redis, `secretsKey` must be set to 32 bytes in base64; `openssl rand -base64 32` makes one.');
  }
  return withKeys(keysBeside(pathOf(address)), `${pathOf(address)}.key is empty`);
}

function withKeys([first, ...others]: readonly Buffer[], otherwise: string): Secrets {
  if (first === undefined) throw notOpened(`There is no key for the store's secrets: ${otherwise}.`);
  return secretsWith([first, ...others]);
}

function pathOf(address: string): string {
  if (address.startsWith('file://')) {
    if (!URL.canParse(address) || new URL(address).host !== '') {
      throw notOpened(
        'The address of an embedded store looks like file:./data/viaduct.db or file:///var/lib/viaduct.db.',
      );
    }
    return fileURLToPath(address);
  }
  const path = address.slice('file:'.length);
  if (path === '') throw notOpened('The address of the store names no file: file:./data/viaduct.db');
  return path;
}

/** Where an embedded store's key lies; undefined for other stores. @throws BridgeError where the address is none. */
export function keyFileOf(address: string | readonly string[]): string | undefined {
  return typeof address === 'string' && address.startsWith('file:') ? `${pathOf(address)}.key` : undefined;
}

function keysBeside(path: string): readonly Buffer[] {
  const file = `${path}.key`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    if (!existsSync(file)) makeOnce(file, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
    chmodSync(file, 0o600);
    return parseKeys(readFileSync(file, 'utf8'));
  } catch (error) {
    throw notOpened(
      `The key of the store, ${file}, can't be used: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
}

/** Leaves a file that is there alone; never leaves half of one. On the disk when it returns: what gets sealed must stay readable. */
function makeOnce(file: string, content: string): void {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = openSync(draft, 'wx', 0o600);
  try {
    writeSync(handle, content);
    fsyncSync(handle);
    linkSync(draft, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    closeSync(handle);
    rmSync(draft);
  }
  const folder = openSync(dirname(file), 'r');
  fsyncSync(folder);
  closeSync(folder);
}
