// A private Redis for tests: never the one that may be running on the machine.

import { type OwnedServer, ownServer } from './owned-server.ts';
import { freePort, privateFolder, startServer } from './processes.ts';
import { ensurePrograms, programPath } from './programs.ts';

export interface RedisServer extends OwnedServer {
  readonly port: number;
  readonly url: string;
}

/** Starts Redis with every write synced to its append-only file; `settings` are further lines of redis.conf. */
export async function startRedis(settings: readonly string[] = []): Promise<RedisServer> {
  await ensurePrograms(['redis-server']);
  const folder = privateFolder('redis');
  const port = await freePort();
  const defaults = ['save ""', 'appendonly yes', 'appendfsync always', 'maxmemory-policy noeviction', 'daemonize no'];
  const lines = [`port ${port}`, 'bind 127.0.0.1', `dir ${folder.path}`, ...defaults, ...settings];
  const config = folder.write('redis.conf', `${lines.join('\n')}\n`);
  const plan = { program: programPath('redis-server'), args: [config], unprivileged: true, cwd: folder.path };
  const start = () => startServer(plan, (server) => server.untilLog(/Ready to accept connections/, 20_000));
  const owned = await ownServer({ folder, start });
  return Object.assign(owned, { port, url: `redis://127.0.0.1:${port}/0` });
}
