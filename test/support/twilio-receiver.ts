// Someone to whom the fake Twilio posts, for its own contract: keeps what comes and answers as it is told.

import { createServer, type IncomingHttpHeaders } from 'node:http';
import { freePort, until } from './processes.ts';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  /** The whole, as the sender knows it. */
  readonly url: string;
  readonly params: Readonly<Record<string, string>>;
}

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** HTTP status of the next answers, one each; `hang`: none. Then 204. */
  answers(...answers: readonly (number | 'hang')[]): void;
  /** Resolves with all that came, once there are that many. */
  until(count: number): Promise<readonly Received[]>;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const received: Received[] = [];
  const answers: (number | 'hang')[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const params = Object.fromEntries(new URLSearchParams(body));
      received.push({ headers: request.headers, url: url + (request.url ?? ''), params });
      const answer = answers.shift() ?? 204;
      if (answer !== 'hang') response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url,
    received,
    answers: (...more) => void answers.push(...more),
    async until(count) {
      await until(`${count} posts`, () => received.length >= count);
      return received;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
