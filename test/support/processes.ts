// Processes and temporary folders that a test run owns: none outlives it, whichever way it ends.

import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, chownSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type ListenOptions, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const NOBODY = 65534;
const KEPT_LOG_CHARS = 400_000;
const isRoot = process.getuid?.() === 0;

export interface ProcessPlan {
  readonly program: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Most servers refuse to be root: run as `nobody` where we are root. */
  readonly unprivileged?: boolean;
  /** Leaves the child's standard input open for `input`. */
  readonly stdin?: boolean;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface OwnedProcess {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  readonly running: boolean;
  /** Everything it has written to both outputs; the beginning is dropped beyond 400,000 characters. */
  logs(): string;
  /** Resolves with the first match of the pattern in its output, past or future. @throws Error at the deadline or its end. */
  untilLog(pattern: RegExp, deadlineMs?: number): Promise<RegExpExecArray>;
  input(text: string): void;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL when that has not ended it within `graceMs`. */
  stop(graceMs?: number): Promise<Exit>;
  kill(): Promise<Exit>;
}

const alive = new Set<ChildProcess>();
const folders = new Set<string>();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** First file of that name that can be run, in PATH and where Debian keeps servers. */
export function findProgram(name: string): string | undefined {
  const places = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    '/usr/local/sbin',
    '/usr/sbin',
    '/sbin',
    '/usr/games',
  ];
  for (const place of name.includes('/') ? [''] : places) {
    const file = place === '' ? name : join(place, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // looked for in the next place
    }
  }
  return undefined;
}

/** The kernel ends the child when we end, even by SIGKILL; `setpriv` is part of every Debian. */
function commandLine(plan: ProcessPlan): readonly [string, readonly string[]] {
  const args = plan.args ?? [];
  const setpriv = findProgram('setpriv');
  if (setpriv === undefined) return [plan.program, args];
  const drop = plan.unprivileged && isRoot ? [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : [];
  return [setpriv, ['--pdeathsig', 'KILL', ...drop, '--', plan.program, ...args]];
}

/** Starts a process that ends with us. @throws Error by rejection of `exited` never: look at `untilLog` and `untilPort`. */
export function startProcess(plan: ProcessPlan): OwnedProcess {
  const [program, args] = commandLine(plan);
  const child = spawn(program, args, {
    cwd: plan.cwd,
    env: { ...process.env, ...plan.env },
    stdio: [plan.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  alive.add(child);
  const output = new Output();
  child.stdout?.setEncoding('utf8').on('data', (text: string) => output.add(text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => output.add(text));
  child.stdin?.on('error', (error) => output.add(`\n[input: ${error.message}]\n`));
  const exited = new Promise<Exit>((resolve) => {
    child.once('error', (error) => output.add(`\n[${plan.program}: ${error.message}]\n`));
    child.once('close', (code, signal) => {
      alive.delete(child);
      output.end(`${plan.program} ended (${signal ?? code})`);
      resolve({ code, signal });
    });
  });
  const end = async (name: NodeJS.Signals, graceMs: number): Promise<Exit> => {
    child.kill(name);
    const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    return exited.finally(() => clearTimeout(timer));
  };
  return {
    pid: child.pid ?? 0,
    exited,
    get running() {
      return alive.has(child);
    },
    logs: () => output.text,
    untilLog: (pattern, deadlineMs = 10_000) => output.until(pattern, deadlineMs),
    input: (text) => void child.stdin?.write(text),
    signal: (name) => void child.kill(name),
    stop: (graceMs = 5_000) => end('SIGTERM', graceMs),
    kill: () => end('SIGKILL', 1_000),
  };
}

/** Starts a process and waits until `ready` is satisfied; one that does not get there is killed. @throws Error from `ready`. */
export async function startServer(
  plan: ProcessPlan,
  ready: (server: OwnedProcess) => Promise<unknown>,
): Promise<OwnedProcess> {
  const server = startProcess(plan);
  try {
    await ready(server);
    return server;
  } catch (error) {
    await server.kill();
    throw error;
  }
}

class Output {
  text = '';
  #ended: string | undefined;
  readonly #watchers = new Set<() => void>();

  add(text: string): void {
    this.text += text;
    if (this.text.length > KEPT_LOG_CHARS) this.text = this.text.slice(-KEPT_LOG_CHARS / 2);
    for (const watcher of this.#watchers) watcher();
  }

  end(why: string): void {
    this.#ended = why;
    this.add('');
  }

  until(pattern: RegExp, deadlineMs: number): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        settle();
      };
      const fail = (why: string): void =>
        finish(() => reject(new Error(`${why} before it wrote ${pattern}; its output:\n${this.text.slice(-8_000)}`)));
      const look = (): void => {
        const match = new RegExp(pattern.source, pattern.flags.replace('g', '')).exec(this.text);
        if (match !== null) finish(() => resolve(match));
        else if (this.#ended !== undefined) fail(this.#ended);
      };
      const timer = setTimeout(() => fail(`${deadlineMs} ms passed`), deadlineMs);
      this.#watchers.add(look);
      look();
    });
  }
}

/**
 * A loopback port that is free now and given to nobody else, in another process neither, as long as we live; drawn from below the range in
 * which the kernel picks ports of outgoing connections.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    const claim = await listening({ path: `\0viaduct-tests-port-${port}` });
    if (claim === undefined) continue;
    const trial = await listening({ port, host: '127.0.0.1' });
    if (trial === undefined) {
      claim.close();
      continue;
    }
    await new Promise((resolve) => trial.close(resolve));
    return port;
  }
}

function listening(where: ListenOptions): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer().unref();
    server.once('error', () => resolve(undefined));
    server.listen(where, () => resolve(server));
  });
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** Asks again and again until the answer is true. @throws Error at the deadline, naming `what` was waited for. */
export async function until(
  what: string,
  ask: () => boolean | Promise<boolean>,
  options: { readonly deadlineMs?: number; readonly everyMs?: number } = {},
): Promise<void> {
  const deadlineMs = options.deadlineMs ?? 10_000;
  const deadline = performance.now() + deadlineMs;
  while (!(await ask())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${deadlineMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 25));
  }
}

/** Resolves once the port takes connections. @throws Error when the process ends first or the deadline passes, with its output. */
export async function untilPort(port: number, owner: OwnedProcess, deadlineMs = 20_000): Promise<void> {
  const open = async (): Promise<boolean> => {
    if (!owner.running)
      throw new Error(`the process ended before it opened port ${port}; its output:\n${owner.logs()}`);
    return canConnect(port);
  };
  await until(`port ${port} of process ${owner.pid}`, open, { deadlineMs }).catch((error: unknown) => {
    throw new Error(`${String(error)}; its output:\n${owner.logs()}`, { cause: error });
  });
}

export async function untilPorts(ports: readonly number[], owner: OwnedProcess, deadlineMs?: number): Promise<void> {
  for (const port of ports) await untilPort(port, owner, deadlineMs);
}

export interface PrivateFolder {
  readonly path: string;
  /** Writes below the folder, readable for unprivileged servers. @returns the whole path. */
  write(name: string, content: string): string;
  read(name: string): string;
  /** Makes a folder in which unprivileged servers may write. */
  folder(name: string): string;
  remove(): void;
}

/** A temporary folder that goes when we end. */
export function privateFolder(purpose: string): PrivateFolder {
  const path = mkdtempSync(join(tmpdir(), `viaduct-${purpose}-`));
  const give = (file: string): string => {
    if (isRoot) chownSync(file, NOBODY, NOBODY);
    return file;
  };
  give(path);
  folders.add(path);
  const folder = (name: string): string => {
    const whole = join(path, name);
    const missing = mkdirSync(whole, { recursive: true });
    for (let at = whole; missing !== undefined && at !== path; at = dirname(at)) give(at);
    return whole;
  };
  return {
    path,
    folder,
    write(name, content) {
      if (name.includes('/')) folder(dirname(name));
      const file = join(path, name);
      writeFileSync(file, content);
      return give(file);
    },
    read: (name) => readFileSync(join(path, name), 'utf8'),
    remove() {
      folders.delete(path);
      rmSync(path, { recursive: true, force: true });
    },
  };
}
