// Where the process begins: hands the command line over and ends with its exit code.

import { runCli } from './cli.ts';

// Who reads may stop reading (`viaduct check | head -1`): that is no fault.
process.stdout.on('error', () => undefined);
process.exit(
  await runCli(process.argv.slice(2), {
    env: process.env,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
  }),
);
