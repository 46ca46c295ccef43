// `npm run demo`: the whole of it on this machine, for a person with a browser; `-- --check` without one.

import { parseArgs } from 'node:util';
import { optionsOf } from '../support/command-line.ts';
import { ensurePrograms, MissingPrograms } from '../support/servers.ts';
import { checkVerona } from './check.ts';
import { FRIAR } from './friar.ts';
import { CHANNEL, NURSE, openVerona, PASSWORD, ROOM, SERVER, USERS, type Verona } from './verona.ts';

function banner({ xmpp, irc, page }: Verona): string {
  return `
Viaduct is running: Prosody, ngIRCd, a phone on something that behaves like Twilio, and the gateway between them.

  Open   ${page.url}
         You are juliet, in ${CHANNEL} on IRC, with ${FRIAR} who answers, and in a conversation
         with your nurse, whose phone stands beside the web client.

  Any other client: ${USERS.map((name) => `${name}@localhost`).join(' or ')}, password ${PASSWORD},
         server 127.0.0.1 port ${xmpp.c2sPort}, without encryption (this machine only).
         The room is ${ROOM}
         and the nurse ${NURSE}

Things to try:
  1. Say hello in the channel, or ask what time it is.
  2. Click on ${FRIAR} in the list of people and talk to him alone.
  3. Text the nurse, see the check mark come, and answer on the phone. Switch the phone
     off and text again; or text STOP on the phone, as anybody may.
  4. Come from the other side: an IRC client on 127.0.0.1 port ${irc.port} joins ${CHANNEL},
     or join another channel, such as #mantua%${SERVER}@irc.localhost.

Ctrl-C ends everything.
`;
}

const untilInterrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });

async function main(check: boolean): Promise<number> {
  const interrupted = untilInterrupted();
  await ensurePrograms(['prosody', 'ngircd']);
  const from = performance.now();
  const verona = await openVerona();
  if (check) {
    console.log(
      `ok      Prosody, ngIRCd, the phone and the gateway are up (${Math.round(performance.now() - from)} ms)`,
    );
    const failed = await Promise.race([checkVerona(verona), interrupted.then(() => 'it was interrupted')]);
    await verona.close();
    console.log(failed === undefined ? 'The demo works.' : `The demo does not work: ${failed}.`);
    return failed === undefined ? 0 : 1;
  }
  console.log(banner(verona));
  await interrupted;
  console.log('\nEnding everything ...');
  await verona.close();
  return 0;
}

const USAGE = `npm run demo -- [options]
  --check            without a person: looks whether all of it works, and ends
  --help             this`;

const { check } = optionsOf(
  (args) => parseArgs({ args: [...args], options: { check: { type: 'boolean', default: false } } }).values,
  USAGE,
);
try {
  // What is left open (a client that waits to reconnect) must not hold the process.
  process.exit(await main(check));
} catch (error) {
  console.error(error instanceof MissingPrograms ? error.message : error);
  process.exit(1);
}
