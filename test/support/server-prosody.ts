// A private Prosody for tests and the demo.

import { ownServer } from './owned-server.ts';
import { freePort, type PrivateFolder, type ProcessPlan, privateFolder, startServer, untilPorts } from './processes.ts';
import { ensurePrograms, programPath } from './programs.ts';
import type { XmppServer, XmppServerOptions } from './servers.ts';

const MODULES = [
  'roster',
  'saslauth',
  'disco',
  'ping',
  'version',
  'carbons',
  'mam',
  'pep',
  'smacks',
  'blocklist',
  'vcard_legacy',
  'register_ibr',
];

interface Ports {
  readonly c2s: number;
  readonly component: number;
  readonly http: number;
}

/** Starts Prosody for the domain `localhost`, its components' streams on their own port. */
export async function startProsody(options: XmppServerOptions = {}): Promise<XmppServer> {
  await ensurePrograms(options.privileged ? ['prosody', 'prosody-modules'] : ['prosody']);
  const folder = privateFolder('prosody');
  const ports: Ports = { c2s: await freePort(), component: await freePort(), http: await freePort() };
  folder.folder('data');
  const config = folder.write('prosody.cfg.lua', configText(folder, ports, options));
  const addUser = async (name: string, password: string): Promise<void> => {
    folder.write(`data/localhost/accounts/${fileName(name)}.dat`, `return { ["password"] = ${lua(password)}; };\n`);
  };
  for (const user of options.users ?? []) await addUser(user.name, user.password);
  const plan: ProcessPlan = {
    program: programPath('prosody'),
    args: ['-F', '--config', config],
    unprivileged: true,
    cwd: folder.path,
    env: { HOME: folder.path },
  };
  const open = [
    ports.c2s,
    ...(options.components?.length ? [ports.component] : []),
    ...(options.websocket ? [ports.http] : []),
  ];
  const start = () => startServer(plan, (server) => untilPorts(open, server));
  const owned = await ownServer({ folder, start });
  return Object.assign(owned, {
    kind: 'prosody',
    domain: 'localhost',
    host: '127.0.0.1',
    c2sPort: ports.c2s,
    componentPort: ports.component,
    ...(options.websocket ? { httpPort: ports.http, websocketUrl: `ws://127.0.0.1:${ports.http}/xmpp-websocket` } : {}),
    addUser,
  } as const);
}

/** Prosody keeps a user in a file named by her localpart, all but letters and digits encoded. */
const fileName = (name: string): string =>
  name.replaceAll(/[^A-Za-z0-9]/g, (char) =>
    [...Buffer.from(char)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  );

const lua = (text: string): string => `"${text.replaceAll(/["\\\n]/g, (char) => `\\${char}`)}"`;

function configText(folder: PrivateFolder, ports: Ports, options: XmppServerOptions): string {
  const modules = [
    ...MODULES,
    ...(options.websocket ? ['websocket'] : []),
    ...(options.privileged ? ['privilege'] : []),
  ];
  const components = (options.components ?? []).map(
    ({ domain, secret }) => `Component ${lua(domain)}
  component_secret = ${lua(secret)}
  component_conflict_resolve = "kick_new"${options.privileged ? '\n  modules_enabled = { "privilege" }' : ''}`,
  );
  const requests = (options.privilegedRequests ?? []).map((ns) => `[${lua(ns)}] = "both";`);
  const privileges = (options.components ?? []).map(
    ({ domain }) => `[${lua(domain)}] = { roster = "both"; message = "outgoing"; iq = { ${requests.join(' ')} }; };`,
  );
  return `daemonize = false
pidfile = ${lua(`${folder.path}/prosody.pid`)}
data_path = ${lua(`${folder.path}/data`)}
log = { { levels = { min = "info" }, to = "console" } }
interfaces = { "127.0.0.1" }
local_interfaces = { "127.0.0.1" }
c2s_ports = { ${ports.c2s} }
c2s_direct_tls_ports = {}
legacy_ssl_ports = {}
s2s_ports = {}
s2s_direct_tls_ports = {}
component_interfaces = { "127.0.0.1" }
component_ports = { ${ports.component} }
http_interfaces = { "127.0.0.1" }
http_ports = { ${ports.http} }
https_ports = {}
modules_enabled = { ${modules.map(lua).join(', ')} }
modules_disabled = { "s2s", "tls" }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
allow_registration = true
storage = "internal"
archive_expires_after = "1d"
smacks_hibernation_time = 5
consider_websocket_secure = true
${options.websocket ? 'http_cors_override = { websocket = { enabled = true } }' : ''}
${options.extraConfig ?? ''}
VirtualHost "localhost"
${options.privileged ? `  privileged_entities = { ${privileges.join(' ')} }` : ''}
${components.join('\n')}
`;
}
