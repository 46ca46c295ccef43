// Self-signed certificates for servers on the loopback.

import { spawnSync } from 'node:child_process';
import type { PrivateFolder } from './processes.ts';
import { ensurePrograms, programPath } from './programs.ts';

export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** Makes `certificate.pem` and `key.pem` in the folder, for localhost, 127.0.0.1 and the given names. */
export async function selfSigned(folder: PrivateFolder, names: readonly string[] = []): Promise<Certificate> {
  await ensurePrograms(['openssl']);
  const certificate = folder.write('certificate.pem', '');
  const key = folder.write('key.pem', '');
  const alternatives = ['DNS:localhost', 'IP:127.0.0.1', ...names.map((name) => `DNS:${name}`)].join(',');
  const args =
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -batch`.split(' ');
  const made = spawnSync(
    programPath('openssl'),
    [...args, '-addext', `subjectAltName=${alternatives}`, '-keyout', key, '-out', certificate],
    { encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`openssl made no certificate: ${made.stderr}`);
  return { certificate, key };
}
