// The echo network's far side as a process of its own, with a journal that outlives it: what a durable network looks like from outside.
//
//   node echo-server.ts --port PORT --control PORT --journal FILE
//
// Both ports speak one JSON object a line. Accounts connect to the first:
//
//   -> {"do":"login","as":"romeo","password":"..."}           an account is made at its first login; `check`: only asks
//   <- {"re":"login","ok":{"id","nick","rooms":[{room,self,people,topic}]}}     rooms she is in, also after a cut connection
//   -> {"do":"say","txn":"T","to":"#hall"|"tybalt","text":"..."}     the same txn again is answered again and not said again
//   <- {"re":"T","ok":{"id","at"}}  or  {"re":"T","error":{"code","text","retryAfterMs"}}
//   -> join (room, password, since, most: history), history (room, before, after, most), leave, logout, topic, nick, eject, ping: each with a txn
//   <- {"event":7,"id":"romeo:7","what":"said"|"delivered"|"failed",...}        numbered for each account, sent again every 3 s
//   -> {"ack":7}                                                                 until this; everything up to 7 is forgotten
//   <- {"now":"joined"|"left"|"changed"|"topic"|"closed",...}                    passes: whoever is not there finds it in the snapshot
//
// Whoever drives the network connects to the other; each order has an "n" and is answered {"n","ok"} or {"n","error"}:
//
//   speak (from, to, text), enter/exit/eject/rank/ban (room, who), nick (who, nick), topic (room, text, by), lock (room, password,
//   membersOnly), fail (account, in, message, code, text), drop (account, or all of them), fault (see echo-server-faults.ts), look,
//   watch: from then on every record of the journal comes as {"record":...}
//
// The journal (echo-server-records.ts) is written before anything is acknowledged or shown. SIGKILL loses nothing of it.

import { createServer, type Server, type Socket } from 'node:net';
import { drivenArguments, serveControl } from './driven-server.ts';
import { AccountConnection } from './echo-server-account.ts';
import { orders } from './echo-server-control.ts';
import { Hub } from './echo-server-hub.ts';

const { port, controlPort, journal } = drivenArguments();
const hub = new Hub(journal);
const sockets = new Set<Socket>();
const servers = [
  await listen(port, (socket) => new AccountConnection(hub, socket)),
  await listen(controlPort, (socket) => serveControl(hub, socket, orders)),
];
process.on('SIGTERM', () => {
  for (const server of servers) server.close();
  hub.stop();
  for (const socket of sockets) socket.destroy();
});
console.log('ready');

function listen(on: number, serve: (socket: Socket) => unknown): Promise<Server> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(on, '127.0.0.1', () => resolve(server));
  });
}
