// Viaduct as the subject: its own process with a config file, compiled as the image is.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { privateFolder, startProcess } from '../support/processes.ts';
import { SECRET, SERVER } from './component-side.ts';
import type { Ports, RunningSubject, Subject } from './subject.ts';

const DOMAIN = 'irc.localhost';
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export const viaduct: Subject = {
  name: 'viaduct',
  domain: DOMAIN,
  unavailable: () => undefined,
  channel: (name) => name,
  person: (nick) => nick,
  start,
};

let program: string | undefined;

/** Compiles once a run, where the packages are found. @returns the file to run. */
function compiled(): string {
  if (program !== undefined) return program;
  const folder = `${ROOT}node_modules/.cache/viaduct-bench-${process.pid}`;
  mkdirSync(folder, { recursive: true });
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const args = [`${ROOT}node_modules/typescript/bin/tsc`, '-p', `${ROOT}tsconfig.build.json`, '--outDir', folder];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`Viaduct does not compile:\n${stdout}`);
  copyFileSync(`${ROOT}package.json`, `${folder}/package.json`);
  program = `${folder}/src/main.js`;
  return program;
}

async function start(ports: Ports): Promise<RunningSubject> {
  const folder = privateFolder('bench-viaduct');
  const file = folder.write('viaduct.yaml', config(ports, folder.path));
  const gateway = startProcess({
    program: process.execPath,
    args: [compiled(), 'run', '--config', file],
    cwd: folder.path,
    env: { NODE_OPTIONS: undefined },
  });
  return {
    process: gateway,
    ready: gateway.untilLog(/ready/, 20_000),
    async stop() {
      await gateway.stop(6_000);
      folder.remove();
    },
  };
}

function config(ports: Ports, folder: string): string {
  return `xmpp:
  server: xmpp://127.0.0.1:${ports.component}
  domain: ${SERVER}
  allow: ['*']
store: file:${folder}/viaduct.db
http:
  public: { listen: 127.0.0.1:0 }
  private: { listen: 127.0.0.1:0 }
gateways:
  - domain: ${DOMAIN}
    secret: ${SECRET}
    network: irc
    connectsPerSecond: 10000
    settings:
      servers: { bench: { host: 127.0.0.1, port: ${ports.irc}, tls: false, linesPerSecond: 0 } }
      fixedServer: bench
`;
}
