// The gateway as a process of its own, with a config file in a folder that goes with it: what `viaduct run` does for an operator.

import { fileURLToPath } from 'node:url';
import { type OwnedProcess, type PrivateFolder, privateFolder, startProcess } from './processes.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface GatewayPlan {
  /** Component port of the XMPP server. */
  readonly componentPort: number;
  readonly serverDomain?: string;
  readonly allow?: readonly string[];
  readonly admins?: readonly string[];
  /** Default: an embedded one in the folder. */
  readonly store?: string;
  readonly gateways: readonly {
    readonly domain: string;
    readonly secret: string;
    readonly network: string;
    readonly settings?: Readonly<Record<string, unknown>>;
  }[];
  /** Where webhooks come in. Default: any, and nobody knows which. */
  readonly publicPort?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly logLevel?: string;
}

export interface GatewayProcess {
  readonly process: OwnedProcess;
  readonly folder: PrivateFolder;
  readonly configFile: string;
  /** SIGTERM; the folder stays. */
  stop(): Promise<void>;
  /** The same gateway again, with the same store. */
  restart(): Promise<void>;
  /** SIGKILL, and the same gateway again. */
  crash(): Promise<void>;
  remove(): Promise<void>;
}

/** Resolves when every gateway is online. @throws Error with the log when it is not in time. */
export async function startGateway(plan: GatewayPlan): Promise<GatewayProcess> {
  const folder = privateFolder('gateway');
  const configFile = folder.write('viaduct.yaml', JSON.stringify(configOf(plan, folder.path), undefined, 2));
  const start = async (): Promise<OwnedProcess> => {
    const started = startProcess({
      program: process.execPath,
      args: [MAIN, 'run', '--config', configFile],
      cwd: folder.path,
      env: { NODE_OPTIONS: undefined, ...plan.env },
    });
    await started.untilLog(/"ready"|\bready\b/, 30_000);
    return started;
  };
  let current = await start();
  const stop = async (): Promise<void> => {
    await current.stop(8_000);
  };
  return {
    get process() {
      return current;
    },
    folder,
    configFile,
    stop,
    async restart() {
      await stop();
      current = await start();
    },
    async crash() {
      await current.kill();
      current = await start();
    },
    async remove() {
      await stop();
      folder.remove();
    },
  };
}

/** YAML takes JSON as it is. */
function configOf(plan: GatewayPlan, folder: string): unknown {
  const { publicPort } = plan;
  return {
    xmpp: {
      server: `xmpp://127.0.0.1:${plan.componentPort}`,
      domain: plan.serverDomain ?? 'localhost',
      allow: plan.allow ?? ['*'],
      ...(plan.admins !== undefined && { admins: plan.admins }),
    },
    store: plan.store ?? `file:${folder}/viaduct.db`,
    http: {
      public:
        publicPort === undefined
          ? { listen: '127.0.0.1:0' }
          : { listen: `127.0.0.1:${publicPort}`, url: `http://127.0.0.1:${publicPort}` },
      private: { listen: '127.0.0.1:0' },
    },
    log: { level: plan.logLevel ?? 'info' },
    gateways: plan.gateways,
  };
}
