// Viaduct as the subject: its own process with a config file, as `npm start` would run it.

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

async function start(ports: Ports): Promise<RunningSubject> {
  const folder = privateFolder('bench-viaduct');
  const file = folder.write('viaduct.yaml', config(ports, folder.path));
  const gateway = startProcess({
    program: process.execPath,
    args: [`${ROOT}src/main.ts`, 'run', '--config', file],
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
