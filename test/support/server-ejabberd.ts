// A private ejabberd for tests. Erlang is started without distribution: no node name, no port mapper, nothing shared with others.

import { globSync } from 'node:fs';
import { dirname } from 'node:path';
import { ownServer } from './owned-server.ts';
import { freePort, type PrivateFolder, type ProcessPlan, privateFolder, startServer, untilPorts } from './processes.ts';
import { ensurePrograms } from './programs.ts';
import type { XmppServer, XmppServerOptions } from './servers.ts';

interface Ports {
  readonly c2s: number;
  readonly component: number;
  readonly http: number;
}

/** Starts ejabberd for the domain `localhost`. All components share one listener, so their secrets must be equal. */
export async function startEjabberd(options: XmppServerOptions = {}): Promise<XmppServer> {
  await ensurePrograms(['ejabberd']);
  const folder = privateFolder('ejabberd');
  const ports: Ports = { c2s: await freePort(), component: await freePort(), http: await freePort() };
  const config = folder.write('ejabberd.yml', configText(ports, options));
  const plan = erlang(folder, config);
  const open = [ports.c2s, ports.http, ...(options.components?.length ? [ports.component] : [])];
  const start = () =>
    startServer(plan, async (server) => {
      await untilPorts(open, server, 60_000);
      await server.untilLog(/ejabberd \S+ is started/, 30_000);
    });
  const owned = await ownServer({ folder, start, graceMs: 10_000 });
  const addUser = async (name: string, password: string): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${ports.http}/api/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user: name, host: 'localhost', password }),
    });
    if (!answer.ok) throw new Error(`ejabberd did not register ${name}: ${answer.status} ${await answer.text()}`);
  };
  for (const user of options.users ?? []) await addUser(user.name, user.password);
  return Object.assign(owned, {
    kind: 'ejabberd',
    domain: 'localhost',
    host: '127.0.0.1',
    c2sPort: ports.c2s,
    componentPort: ports.component,
    httpPort: ports.http,
    websocketUrl: `ws://127.0.0.1:${ports.http}/ws`,
    addUser,
  } as const);
}

function erlang(folder: PrivateFolder, config: string): ProcessPlan {
  const library = globSync('/usr/lib/*/ejabberd-*/ebin')[0];
  const spool = folder.folder('mnesia');
  return {
    program: 'erl',
    args: ['+S', '2:2', '+P', '100000', '-noinput', '-mnesia', 'dir', `"${spool}"`, '-s', 'ejabberd'],
    unprivileged: true,
    cwd: folder.path,
    env: {
      HOME: folder.path,
      ERL_LIBS: library === undefined ? undefined : dirname(dirname(library)),
      EJABBERD_CONFIG_PATH: config,
      EJABBERD_LOG_PATH: `${folder.path}/ejabberd.log`,
      ERL_CRASH_DUMP: '/dev/null',
    },
  };
}

/** One component gets its own name on the listener; several must share a secret (a listener with several names mixes them up). */
function componentListener(port: number, components: XmppServerOptions['components'] = []): string {
  const [first, ...others] = components;
  if (first === undefined) return '';
  if (others.some(({ secret }) => secret !== first.secret))
    throw new Error('components of ejabberd must share one secret');
  const rights =
    others.length === 0
      ? `hosts: {${JSON.stringify(first.domain)}: {password: ${JSON.stringify(first.secret)}}}`
      : `password: ${JSON.stringify(first.secret)}`;
  return `  - {port: ${port}, ip: "127.0.0.1", module: ejabberd_service, access: all, shaper: none, ${rights}}`;
}

function configText(ports: Ports, options: XmppServerOptions): string {
  return `hosts: [localhost]
loglevel: info
certfiles: []
auth_method: internal
auth_password_format: plain
s2s_access: none
registration_timeout: infinity
disable_sasl_mechanisms: [digest-md5]
listen:
  - {port: ${ports.c2s}, ip: "127.0.0.1", module: ejabberd_c2s, access: all, shaper: none, max_stanza_size: 1048576}
  - port: ${ports.http}
    ip: "127.0.0.1"
    module: ejabberd_http
    request_handlers: {/ws: ejabberd_http_ws, /api: mod_http_api}
${componentListener(ports.component, options.components)}
acl:
  loopback: {ip: [127.0.0.0/8]}
api_permissions:
  tests:
    from: [mod_http_api]
    who: {acl: loopback}
    what: ["*"]
shaper_rules:
  max_user_sessions: 100
  max_user_offline_messages: {100000: all}
modules:
  mod_adhoc: {}
  mod_blocking: {}
  mod_caps: {}
  mod_carboncopy: {}
  mod_disco: {}
  mod_http_api: {}
  mod_mam: {db_type: mnesia, default: always}
  mod_offline: {}
  mod_ping: {}
  mod_privacy: {}
${options.privileged ? '  mod_privilege: {roster: {both: all}, message: {outgoing: all}}' : ''}
  mod_pubsub: {plugins: [flat, pep]}
  mod_register: {ip_access: all}
  mod_roster: {}
  mod_stream_mgmt: {resume_timeout: 5 s}
  mod_vcard: {search: false}
${options.extraConfig ?? ''}
`;
}
