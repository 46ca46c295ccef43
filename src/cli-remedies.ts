// What to write into the XMPP server's configuration so that a gateway can connect: the exact lines for Prosody and ejabberd. The
// secret itself is never among them.

import type { GatewayConfig } from './config.ts';
import type { LinkErrorKind } from './xmpp/link-error.ts';

/** Several lines for the operator. */
export function remedy(kind: LinkErrorKind, gateway: GatewayConfig): string {
  switch (kind) {
    case 'bad-secret':
      return `The secret in viaduct's configuration and the server's must be the same; ejabberd says the same of a domain it does not know.\n${both(gateway)}`;
    case 'unknown-domain':
      return `The server has to be told of the component, and then be reloaded.\n${both(gateway)}`;
    case 'conflict':
      return [
        `Is another Viaduct, or another gateway, running for ${gateway.domain}? Only one may be connected.`,
        `With ejabberd also: ${gateway.domain} must not stand under hosts.`,
        'With Prosody also: there must be no VirtualHost of this name.',
      ].join('\n');
    case 'unreachable':
    case 'dead':
    case 'shutdown':
      return `Is the server running, and does it listen for components at ${at(gateway)}? Openfire's port is 5275.\n${both(gateway)}`;
    case 'protocol':
      return `Something answers at ${at(gateway)}, but not as a component port: 5222 is for clients, 5269 for servers.\n${both(gateway)}`;
    default:
      return kind satisfies never;
  }
}

function at({ server }: GatewayConfig): string {
  return `${server.host.includes(':') ? `[${server.host}]` : server.host}:${server.port}`;
}

const SECRET = 'the secret as in viaduct.yaml';

function both(gateway: GatewayConfig): string {
  const { domain, server } = gateway;
  return `Prosody, prosody.cfg.lua:
    component_ports = { ${server.port} }
    Component "${domain}"
        component_secret = "${SECRET}"
ejabberd, ejabberd.yml:
    listen:
      -
        port: ${server.port}
        ip: "127.0.0.1"
        module: ejabberd_service
        access: all
        hosts:
          "${domain}":
            password: "${SECRET}"`;
}
