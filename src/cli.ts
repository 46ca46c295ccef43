// The command line: `run`, `check`, `users`.

import { existsSync } from 'node:fs';
import { adapters } from './gateway-adapters.ts';
import { Command, CommanderError } from 'commander';
import { check } from './cli-check.ts';
import { CliError, EXITS, type Exit, exitHelp } from './cli-exit.ts';
import { dropDeadLetter, listDeadLetters, replayDeadLetter, showDeadLetter } from './cli-dead-letters.ts';
import { run } from './cli-run.ts';
import { listUsers, removeUser, showUser } from './cli-users.ts';
import { type Config, loadConfig } from './config.ts';
import { ConfigError } from './config-error.ts';
import { loggableText } from './observe/loggable.ts';
import { readVersion } from './version.ts';

/** What a command has of the world. */
export interface Terminal {
  readonly env: NodeJS.ProcessEnv;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const DEFAULT_FILES = ['./config/viaduct.yaml', '/etc/viaduct/viaduct.yaml'];

/** @returns the exit code; all that can go wrong has been told by then. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  let exit: Exit = 'ok';
  const program = buildProgram(terminal, (found) => {
    exit = found;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return EXITS[exit].code;
  } catch (error) {
    return EXITS[tell(error, terminal)].code;
  }
}

function buildProgram(terminal: Terminal, end: (exit: Exit) => void): Command {
  const version = readVersion();
  const program = new Command('viaduct')
    .description('An XMPP transport gateway: IRC and other networks from the XMPP client you already use.')
    .version(version)
    .option(
      '-c, --config <file>',
      `the configuration (default: $VIADUCT_CONFIG, else ${DEFAULT_FILES.join(', else ')})`,
    )
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
    .exitOverride()
    .showHelpAfterError('(see --help)')
    .addHelpText('after', exitHelp());
  const config = (): Promise<Config> => load(program.opts<{ config?: string }>().config, terminal);

  program
    .command('run')
    .description('serve the gateways until SIGTERM or SIGINT')
    .action(async () => run(await config(), version));
  program
    .command('check')
    .description('look over configuration, store and links, and say how to mend what is wrong')
    .action(async () => end(await check(await config(), terminal)));

  const users = program.command('users').description('the people with accounts');
  users
    .command('list')
    .description('all of them, with their accounts')
    .action(async () => listUsers(await config(), terminal));
  users
    .command('show <jid>')
    .description('what is kept of one person; never her passwords')
    .action(async (jid: string) => showUser(await config(), terminal, jid));
  users
    .command('remove <jid>')
    .description('delete all that is kept of one person')
    .option('-g, --gateway <domain>', 'only on this gateway')
    .action(async (jid: string, options: { gateway?: string }) =>
      removeUser(await config(), terminal, { jid, ...options }),
    );
  addDeadLetters(users, config, terminal);
  return program;
}

function addDeadLetters(users: Command, config: () => Promise<Config>, terminal: Terminal): void {
  const letters = users.command('dead-letters').description('what could not be delivered in the end');
  letters
    .command('list', { isDefault: true })
    .description('all of it, the oldest first')
    .action(async () => listDeadLetters(await config(), terminal));
  letters
    .command('show <id>')
    .description('one of it, with what was said: look only where you must')
    .action(async (id: string) => showDeadLetter(await config(), terminal, id));
  letters
    .command('replay <id>')
    .description('have a command tried again')
    .action(async (id: string) => replayDeadLetter(await config(), terminal, id));
  letters
    .command('drop <id>')
    .description('let it go')
    .action(async (id: string) => dropDeadLetter(await config(), terminal, id));
}

async function load(given: string | undefined, { env, err }: Terminal): Promise<Config> {
  const file = given ?? (env['VIADUCT_CONFIG'] || DEFAULT_FILES.find((path) => existsSync(path)));
  if (file === undefined) {
    throw new CliError(
      'config',
      `no configuration: neither ${DEFAULT_FILES.join(' nor ')} is there; name one with --config`,
    );
  }
  const config = await loadConfig({ file, env, adapters });
  for (const warning of config.warnings) err(`warning: ${warning}\n`);
  return config;
}

/** Says what went wrong, and what that means for the exit code. */
function tell(error: unknown, { err }: Terminal): Exit {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 'ok' : 'usage';
  if (error instanceof ConfigError) {
    err(`${error.message}\n`);
    return 'config';
  }
  if (error instanceof CliError) {
    err(`${loggableText(error.message)}\n`);
    return error.exit;
  }
  err(`${loggableText(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`);
  return 'internal';
}
