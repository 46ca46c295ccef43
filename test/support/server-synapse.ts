// A private Synapse for tests: one process, SQLite in a temporary folder, nobody to federate with.

import { createHmac, randomBytes } from 'node:crypto';
import { type OwnedServer, ownServer } from './owned-server.ts';
import { freePort, type PrivateFolder, privateFolder, type ProcessPlan, startServer, until } from './processes.ts';
import { matrixCall, text } from './matrix-http.ts';
import { MatrixPerson } from './matrix-person.ts';
import { SYNAPSE } from './programs-python.ts';

/** What people's addresses end with; nothing resolves it. */
const NAME = 'synapse.localhost';
const LOG = 'synapse.log';
const MUCH = { per_second: 10_000, burst_count: 100_000 };
const LIMITS = {
  rc_message: MUCH,
  rc_registration: MUCH,
  rc_login: { address: MUCH, account: MUCH, failed_attempts: MUCH },
  rc_joins: { local: MUCH, remote: MUCH },
  rc_joins_per_room: MUCH,
  rc_invites: { per_room: MUCH, per_user: MUCH, per_issuer: MUCH },
  rc_presence: { per_user: MUCH },
  rc_room_creation: MUCH,
  rc_user_directory: MUCH,
  rc_profile: MUCH,
  rc_media_create: MUCH,
  rc_admin_redaction: MUCH,
};

export interface SynapseOptions {
  /** Goes over the configuration made here, key by key (`rc_message: { per_second: 1, burst_count: 3 }`). */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export interface SynapseServer extends OwnedServer {
  /** The part of addresses after the colon. */
  readonly name: string;
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly url: string;
  /** Makes an account and signs a device of it in. */
  person(name: string, password?: string): Promise<MatrixPerson>;
  /** From now on this person may send so many messages; `undefined`: as many as everybody. */
  limit(userId: string, rate: { readonly perSecond: number; readonly burst: number } | undefined): Promise<void>;
}

export async function startSynapse(options: SynapseOptions = {}): Promise<SynapseServer> {
  const python = await SYNAPSE.ensure();
  const folder = privateFolder('synapse');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const secret = randomBytes(16).toString('hex');
  const config = writeConfig(folder, { port, secret, settings: options.settings ?? {} });
  // Not as somebody else: the Python that runs it may be one that only we can read.
  const plan: ProcessPlan = {
    program: python,
    args: ['-m', 'synapse.app.homeserver', '--config-path', config],
    cwd: folder.path,
    env: { PYTHONDONTWRITEBYTECODE: '1' },
  };
  const start = () =>
    startServer(plan, (server) =>
      untilAnswering(
        url,
        () => server.running,
        () => `${logs(folder)}\n${server.logs()}`,
      ),
    );
  const owned = await ownServer({ folder, start, log: () => logs(folder) });
  let admin: Promise<MatrixPerson> | undefined;
  const more: Omit<SynapseServer, keyof OwnedServer> = {
    name: NAME,
    host: '127.0.0.1',
    port,
    url,
    person: (name, password = 'secret') => MatrixPerson.register(url, { name, password }),
    async limit(userId, rate) {
      admin ??= registerAdmin(url, secret);
      const path = ['_synapse/admin/v1/users', userId, 'override_ratelimit'];
      const by = await admin;
      if (rate === undefined) await by.call('DELETE', path);
      else await by.call('POST', path, { messages_per_second: rate.perSecond, burst_count: rate.burst });
    },
  };
  return Object.assign(owned, more);
}

/** The only way to the first administrator, by the secret of the configuration. */
async function registerAdmin(url: string, secret: string): Promise<MatrixPerson> {
  const path = ['_synapse/admin/v1/register'];
  const nonce = text((await matrixCall(url, { method: 'GET', path }))['nonce']);
  const login = { name: 'admin', password: secret };
  const signed = [nonce, login.name, login.password, 'admin'].join('\0');
  const mac = createHmac('sha1', secret).update(signed).digest('hex');
  const body = { nonce, username: login.name, password: login.password, admin: true, mac };
  return new MatrixPerson(url, login, await matrixCall(url, { method: 'POST', path, body }));
}

async function untilAnswering(url: string, isRunning: () => boolean, log: () => string): Promise<void> {
  const answers = async (): Promise<boolean> => {
    if (!isRunning()) throw new Error('Synapse ended before it answered');
    return await matrixCall(url, { method: 'GET', path: ['_matrix/client/versions'] }).then(
      () => true,
      () => false,
    );
  };
  await until('Synapse', answers, { deadlineMs: 60_000 }).catch((error: unknown) => {
    throw new Error(`${String(error)}; its log:\n${log()}`, { cause: error });
  });
}

function logs(folder: PrivateFolder): string {
  try {
    return folder.read(LOG).slice(-40_000);
  } catch {
    return '';
  }
}

interface ConfigParts {
  readonly port: number;
  readonly secret: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** YAML takes JSON as it is. @returns the path. */
function writeConfig(folder: PrivateFolder, { port, secret, settings }: ConfigParts): string {
  const at = (name: string): string => `${folder.path}/${name}`;
  const log = {
    version: 1,
    formatters: { line: { format: '%(asctime)s %(levelname)s %(name)s %(message)s' } },
    handlers: { file: { class: 'logging.FileHandler', filename: at(LOG), formatter: 'line' } },
    root: { level: 'WARNING', handlers: ['file'] },
    // Each request is one line of this.
    loggers: { 'synapse.access': { level: 'INFO' } },
    disable_existing_loggers: false,
  };
  const config = {
    server_name: NAME,
    public_baseurl: `http://127.0.0.1:${port}/`,
    listeners: [{ port, bind_addresses: ['127.0.0.1'], type: 'http', tls: false, resources: [{ names: ['client'] }] }],
    database: { name: 'sqlite3', args: { database: at('homeserver.db') } },
    log_config: folder.write('log.json', JSON.stringify(log)),
    pid_file: at('synapse.pid'),
    media_store_path: at('media'),
    signing_key_path: at('signing.key'),
    macaroon_secret_key: secret,
    form_secret: secret,
    registration_shared_secret: secret,
    enable_registration: true,
    enable_registration_without_verification: true,
    bcrypt_rounds: 4,
    presence: { enabled: true },
    report_stats: false,
    trusted_key_servers: [],
    federation_domain_whitelist: [],
    ...LIMITS,
    ...settings,
  };
  return folder.write('homeserver.yaml', JSON.stringify(config, undefined, 2));
}
