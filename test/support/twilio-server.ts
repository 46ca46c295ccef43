// A fake of Twilio as a process of its own, with a journal that outlives it: made from Twilio's public description of its API alone.
//
//   node twilio-server.ts --port PORT --control PORT --journal FILE
//
// The first port speaks HTTP as api.twilio.com does: Messages (create, fetch, list, redact, cancel, delete), IncomingPhoneNumbers (list,
// fetch, update), basic authentication with the token or an API key, Twilio's error object, its magic numbers. A list shows a message
// 2 s after it was taken. Texts and status callbacks are posted with a signature, and again as the fragment of their URL says.
//
// Whoever drives it connects to the other port, one JSON object a line; each order has an "n" and is answered {"n","ok"} or {"n","error"}:
//
//   account (sid, token, key, secret), number (account, number, smsUrl, fallbackUrl)
//   text (from, to, body)                        a phone texts; STOP and START are minded                   -> {"sid"}
//   script (steps: [{status, afterMs, code, copies}], to, times, early)      what becomes of the next messages, instead of queued, sent,
//                                                delivered; early: the first callback comes before the answer
//   tell (sid, steps)                            a callback out of the blue
//   fault (see twilio-server-faults.ts):         refuse (code, status, plain), hang-before, hang-after, cut-before, cut-after, slow (ms)
//                                                of requests; double, reorder, drop, late (ms) of webhooks
//   clear (faults and scripts), pace (listDelayMs, stepMs), look
//   watch: from then on every record of the journal comes as {"record":...}
//
// The journal (twilio-server-records.ts) is written before anything is answered. SIGKILL loses nothing of it; a new process goes on with
// the states and posts that were not over.

import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { drivenArguments, serveControl } from './driven-server.ts';
import { serveApi } from './twilio-server-api.ts';
import { orders } from './twilio-server-control.ts';
import { Hub } from './twilio-server-hub.ts';

const { port, controlPort, journal } = drivenArguments();
const hub = new Hub(journal);
const api = createHttpServer((request, response) => {
  serveApi(hub, request, response).catch((error: unknown) => {
    console.error(error);
    response.destroy();
  });
});
await listen(api, port);
await listen(
  createServer((socket) => serveControl(hub, socket, orders)),
  controlPort,
);
process.on('SIGTERM', () => {
  hub.stop();
  process.exit(0);
});
hub.resume();
console.log('ready');

function listen(server: Server, on: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(on, '127.0.0.1', resolve);
  });
}
