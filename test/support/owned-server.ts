// A server of the tests' own that can be stopped, killed and had again with what it has written.

import type { OwnedProcess, PrivateFolder } from './processes.ts';

export interface OwnedServer {
  readonly pid: number;
  logs(): string;
  signal(name: NodeJS.Signals): void;
  /** Ends it in good order and removes its folder. */
  stop(): Promise<void>;
  /** SIGKILL; its folder stays, so that `restart` finds it as a crash left it. */
  kill(): Promise<void>;
  /** Same ports, same data; also after `kill`. */
  restart(): Promise<void>;
}

export interface OwnedServerPlan {
  readonly folder: PrivateFolder;
  /** Resolves when it can be used: called at once, and for each restart. */
  start(): Promise<OwnedProcess>;
  /** How long it has for its end, until it is killed. */
  readonly graceMs?: number;
  /** What it writes elsewhere than to its outputs. */
  log?(): string;
  /** Called before it ends, however it is ended here. */
  ending?(): void;
}

/** Starts it. To be completed with `Object.assign`, since its `pid` changes. @throws Error from `start`. */
export async function ownServer(plan: OwnedServerPlan): Promise<OwnedServer> {
  let server = await plan.start();
  const end = async (): Promise<void> => {
    plan.ending?.();
    await server.stop(plan.graceMs);
  };
  return {
    get pid() {
      return server.pid;
    },
    logs: () => `${plan.log?.() ?? ''}${server.logs()}`,
    signal: (name) => server.signal(name),
    async stop() {
      await end();
      plan.folder.remove();
    },
    async kill() {
      plan.ending?.();
      await server.kill();
    },
    async restart() {
      await end();
      server = await plan.start();
    },
  };
}
