// Debian's biboumi 9.0 as the subject: the widespread IRC gateway in C++, set up for its best case (no throttle, no archive, no TLS).

import { DatabaseSync } from 'node:sqlite';
import { findProgram, privateFolder, startProcess, until } from '../support/processes.ts';
import { SECRET } from './component-side.ts';
import type { Ports, RunningSubject, Subject } from './subject.ts';

const DOMAIN = 'irc.localhost';
const IRC_HOST = '127.0.0.1';

export const biboumi: Subject = {
  name: 'biboumi',
  domain: DOMAIN,
  unavailable: () => (findProgram('biboumi') ? undefined : 'not installed (Debian package: biboumi)'),
  channel: (name) => name,
  person: (nick) => nick,
  start,
};

async function start(ports: Ports, users: readonly string[]): Promise<RunningSubject> {
  const folder = privateFolder('bench-biboumi');
  const database = `${folder.path}/biboumi.sqlite`;
  await makeDatabase(folder.write('first.cfg', config(1, database)), database);
  setOptions(database, ports.irc, users);
  const process = run(folder.write('biboumi.cfg', config(ports.component, database)));
  return {
    process,
    ready: Promise.resolve(),
    async stop() {
      await process.stop();
      folder.remove();
    },
  };
}

function run(file: string): ReturnType<typeof startProcess> {
  return startProcess({ program: findProgram('biboumi') ?? 'biboumi', args: [file] });
}

function config(port: number, database: string): string {
  return [
    `hostname=${DOMAIN}`,
    `password=${SECRET}`,
    'xmpp_server_ip=127.0.0.1',
    `port=${port}`,
    `db_name=${database}`,
    `fixed_irc_server=${IRC_HOST}`,
    'identd_port=0',
    'log_level=3',
    '',
  ].join('\n');
}

/** It makes its tables when it starts; nothing listens on port 1, so nothing else happens. */
async function makeDatabase(file: string, database: string): Promise<void> {
  const process = run(file);
  const ready = (): boolean => {
    try {
      const db = new DatabaseSync(database, { readOnly: true });
      const found = db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'after_connection_commands_'").get();
      db.close();
      return found !== undefined;
    } catch {
      return false;
    }
  };
  await until('the database of biboumi', ready);
  await process.stop();
}

function setOptions(database: string, ircPort: number, users: readonly string[]): void {
  const db = new DatabaseSync(database);
  const server = db.prepare(
    `INSERT INTO ircserveroptions_ (owner_, server_, pass_, tlsports_, ports_, username_, realname_, verifycert_,
       trustedfingerprint_, encodingout_, encodingin_, maxhistorylength_, address_, nick_, saslpassword_, throttlelimit_)
     VALUES (?, ?, '', '', ?, '', '', 0, '', '', '', 0, '', '', '', -1)`,
  );
  const global = db.prepare(
    'INSERT INTO globaloptions_ (owner_, maxhistorylength_, recordhistory_, persistent_) VALUES (?, 0, 0, 0)',
  );
  db.exec('BEGIN');
  for (const user of users) {
    server.run(user, IRC_HOST, String(ircPort));
    global.run(user);
  }
  db.exec('COMMIT');
  db.close();
}
