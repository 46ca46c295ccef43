// One port for clients that speak TLS, with a certificate that nobody has signed, and for those that don't.

import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { selfSigned } from '../support/certificate.ts';
import { privateFolder } from '../support/processes.ts';

/** First byte of a TLS handshake. */
const HANDSHAKE = 0x16;

export function doors(open: (socket: Socket) => void): Server {
  let secured: Promise<TlsServer> | undefined;
  return createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (first) => {
      socket.pause();
      socket.unshift(first);
      if (first[0] !== HANDSHAKE) return open(socket);
      secured ??= securedBy(open);
      void secured.then((server) => server.emit('connection', socket));
    });
  });
}

async function securedBy(open: (socket: Socket) => void): Promise<TlsServer> {
  const folder = privateFolder('irc-certificate');
  try {
    const { certificate, key } = await selfSigned(folder);
    const server = createTlsServer({ cert: readFileSync(certificate), key: readFileSync(key) }, open);
    return server.on('tlsClientError', () => {});
  } finally {
    folder.remove();
  }
}
