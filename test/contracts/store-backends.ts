// The storage backends that the contract is run against, each started for itself and able to be opened again.

import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe } from 'vitest';
import type { Log } from '../../src/model/ports.ts';
import type { Store } from '../../src/model/stores.ts';
import { openStore } from '../../src/store/open.ts';
import { freePort, privateFolder, until } from '../support/processes.ts';
import { startRedis } from '../support/servers.ts';

export const silentLog: Log = {
  debugging: false,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};

/** A log that remembers its lines as `level text`. */
export function listeningLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const log: Log & { readonly lines: string[] } = {
    lines,
    debugging: true,
    debug: (text) => void lines.push(`debug ${text}`),
    info: (text) => void lines.push(`info ${text}`),
    warn: (text) => void lines.push(`warn ${text}`),
    error: (text) => void lines.push(`error ${text}`),
    child: () => log,
  };
  return log;
}

export interface Backend {
  /** Undefined: what it keeps goes with the process. */
  readonly address: string | readonly string[];
  stop(): Promise<void>;
}

export interface BackendKind {
  readonly name: string;
  /** What was stored is there when it is opened again. */
  readonly keeps: boolean;
  start(): Promise<Backend>;
}

export const BACKENDS: readonly BackendKind[] = [
  { name: 'memory', keeps: false, start: async () => ({ address: 'memory:', stop: async () => undefined }) },
  { name: 'embedded', keeps: true, start: async () => embedded() },
  { name: 'redis', keeps: true, start: redis },
  { name: 'redis cluster of one node', keeps: true, start: cluster },
];

export const open = (backend: Backend): Promise<Store> => openStore(backend.address, { log: silentLog });

function embedded(): Backend {
  const folder = privateFolder('store');
  return { address: `file:${join(folder.path, 'viaduct.db')}`, stop: async () => folder.remove() };
}

async function redis(): Promise<Backend> {
  const server = await startRedis();
  return { address: server.url, stop: () => server.stop() };
}

async function cluster(): Promise<Backend> {
  const bus = `cluster-port ${await freePort()}`;
  const server = await startRedis(['cluster-enabled yes', 'cluster-announce-ip 127.0.0.1', bus]);
  const client = new Redis(server.url);
  try {
    await client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await client.call('CLUSTER', 'SAVECONFIG');
    await until('the cluster', async () => String(await client.cluster('INFO')).includes('cluster_state:ok'));
  } finally {
    client.disconnect();
  }
  return { address: [server.url], stop: () => server.stop() };
}

/** Defines the tests once for each backend, with its store open around them. */
export function onEveryBackend(
  define: (given: { readonly store: Store }, kind: BackendKind) => void,
  kinds = BACKENDS,
): void {
  describe.each(kinds)('$name', (kind) => {
    let backend: Backend | undefined;
    let store: Store | undefined;
    beforeAll(async () => {
      backend = await kind.start();
      store = await open(backend);
    }, 60_000);
    afterAll(async () => {
      await store?.close();
      await backend?.stop();
    });
    const given = {
      get store(): Store {
        if (store === undefined) throw new Error('the store is open only while tests run');
        return store;
      },
    };
    define(given, kind);
  });
}
