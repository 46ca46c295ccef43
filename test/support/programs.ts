// Programs that tests and the demo need beside npm's packages: finds them, and installs what lacks from Debian without starting
// a service.

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, until } from './processes.ts';

/** Program looked for, and the Debian packages that bring it. */
interface Row {
  readonly program: string;
  readonly packages: readonly string[];
  /** Arguments with which it ends well where it has all that is needed of it. */
  readonly proof?: readonly string[];
}

const TABLE = {
  prosody: { program: 'prosody', packages: ['prosody'] },
  'prosody-modules': {
    program: 'sh',
    packages: ['prosody-modules'],
    proof: ['-c', 'test -e /usr/lib/prosody/modules/mod_privilege/mod_privilege.lua'],
  },
  ejabberd: { program: 'ejabberdctl', packages: ['ejabberd'] },
  ngircd: { program: 'ngircd', packages: ['ngircd'] },
  inspircd: { program: 'inspircd', packages: ['inspircd'] },
  'redis-server': { program: 'redis-server', packages: ['redis-server'] },
  biboumi: { program: 'biboumi', packages: ['biboumi'] },
  profanity: { program: 'profanity', packages: ['profanity'] },
  poezio: { program: 'poezio', packages: ['poezio'] },
  chromium: { program: 'chromium', packages: ['chromium', 'fonts-dejavu-core'] },
  gajim: { program: 'gajim', packages: ['gajim'] },
  'dbus-daemon': { program: 'dbus-daemon', packages: ['dbus'] },
  xvfb: { program: 'Xvfb', packages: ['xvfb', 'adwaita-icon-theme'] },
  psi: { program: 'psi', packages: ['psi'] },
  xdotool: { program: 'xdotool', packages: ['xdotool'] },
  localedef: { program: 'localedef', packages: ['libc-bin'] },
  // The sources of locales, for localedef.
  locales: { program: 'sh', packages: ['locales'], proof: ['-c', 'test -e /usr/share/i18n/locales/de_DE'] },
  pngquant: { program: 'pngquant', packages: ['pngquant'] },
  'lua5.4': { program: 'lua5.4', packages: ['lua5.4'] },
  openssl: { program: 'openssl', packages: ['openssl'] },
  tmux: { program: 'tmux', packages: ['tmux'] },
  python3: {
    program: 'python3',
    packages: ['python3', 'python3-venv'],
    proof: ['-c', 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))'],
  },
} as const satisfies Readonly<Record<string, Row>>;
export type ProgramName = keyof typeof TABLE;

/** What is missing and can't be installed here; its message is one line with the command to type. */
export class MissingPrograms extends Error {
  readonly programs: readonly ProgramName[];
  constructor(programs: readonly ProgramName[], why: string) {
    super(`${why}: sudo apt-get install --no-install-recommends ${packagesOf(programs).join(' ')}`);
    this.name = 'MissingPrograms';
    this.programs = programs;
  }
}

const packagesOf = (names: readonly ProgramName[]): string[] => names.flatMap((name) => TABLE[name].packages);
const missingOf = (names: readonly ProgramName[]): ProgramName[] =>
  names.filter((name) => locate(TABLE[name]) === undefined);

/** Where a proof is asked for, Debian's own program counts too when the first in PATH fails. */
function locate({ program, proof }: Row): string | undefined {
  if (proof === undefined) return findProgram(program);
  const passes = (path: string | undefined): boolean => path !== undefined && spawnSync(path, proof).status === 0;
  return [findProgram(program), findProgram(`/usr/bin/${program}`)].find(passes);
}

/** Whole path of a program that `ensurePrograms` has seen to. @throws MissingPrograms */
export function programPath(name: ProgramName): string {
  const path = locate(TABLE[name]);
  if (path === undefined) throw new MissingPrograms([name], `${name} is not installed`);
  return path;
}

/**
 * Returns once every named program is there. Installing needs root and apt-get; services that come along are neither started now
 * nor at the next boot.
 * @throws MissingPrograms where they can't be installed.
 */
export async function ensurePrograms(names: readonly ProgramName[]): Promise<void> {
  if (missingOf(names).length === 0) return;
  if (process.getuid?.() !== 0 || findProgram('apt-get') === undefined) {
    throw new MissingPrograms(missingOf(names), 'missing programs, and only root can install them; type');
  }
  const release = await takeLock(join(tmpdir(), 'viaduct-programs.lock'));
  try {
    const missing = missingOf(names);
    if (missing.length > 0) install(missing);
  } finally {
    release();
  }
}

function install(names: readonly ProgramName[]): void {
  const packages = packagesOf(names);
  console.log(`Installing ${packages.join(', ')} with apt-get (services are not started) ...`);
  const before = enabledUnits();
  const restorePolicy = forbidServices();
  try {
    const log = aptInstall(packages) ?? (apt(['update']), aptInstall(packages));
    const lacking = missingOf(names);
    if (lacking.length > 0 || log === undefined) {
      throw new MissingPrograms(lacking.length > 0 ? lacking : names, `${lastLine(lastOutput)}; to see why, type`);
    }
  } finally {
    restorePolicy();
    disableUnits([...enabledUnits()].filter((unit) => !before.has(unit)));
  }
}

let lastOutput = '';
const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

function apt(args: readonly string[]): boolean {
  const run = spawnSync('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=600', ...args], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  lastOutput = `${run.stdout ?? ''}\n${run.stderr ?? ''}`;
  return run.status === 0;
}

/** @returns undefined where apt-get failed, as it does when its lists are missing or old. */
function aptInstall(packages: readonly string[]): string | undefined {
  return apt(['install', '-y', '--no-install-recommends', ...packages]) ? lastOutput : undefined;
}

const POLICY = '/usr/sbin/policy-rc.d';
const SAVED_POLICY = `${POLICY}.saved-by-viaduct`;

/** Debian asks this file before it starts a service (invoke-rc.d(8)); 101 is "forbidden". @returns what undoes it. */
function forbidServices(): () => void {
  if (existsSync(SAVED_POLICY)) renameSync(SAVED_POLICY, POLICY);
  const found = existsSync(POLICY);
  if (found && spawnSync(POLICY, ['viaduct', 'start']).status === 101) return () => undefined;
  if (found) renameSync(POLICY, SAVED_POLICY);
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n');
  chmodSync(POLICY, 0o755);
  let restored = false;
  const restore = (): void => {
    if (restored) return;
    restored = true;
    process.off('exit', restore);
    if (found) renameSync(SAVED_POLICY, POLICY);
    else rmSync(POLICY, { force: true });
  };
  process.on('exit', restore);
  return restore;
}

/** Services that start with the machine, as systemd and as the older init see it. */
function enabledUnits(): Set<string> {
  const units = new Set<string>();
  for (const target of list('/etc/systemd/system').filter((name) => name.endsWith('.wants'))) {
    for (const unit of list(join('/etc/systemd/system', target))) units.add(unit);
  }
  for (const level of ['/etc/rc2.d', '/etc/rc3.d', '/etc/rc4.d', '/etc/rc5.d']) {
    for (const link of list(level)) if (/^S\d\d/.test(link)) units.add(link.slice(3));
  }
  return units;
}

function list(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function disableUnits(units: readonly string[]): void {
  for (const unit of units) {
    if (unit.includes('.') && findProgram('systemctl') !== undefined) spawnSync('systemctl', ['disable', unit]);
    else if (!unit.includes('.')) spawnSync('update-rc.d', [unit, 'disable']);
  }
}

/** A folder is the lock, so that taking it is one step; a dead owner's is removed. @returns what gives it back. */
export async function takeLock(folder: string): Promise<() => void> {
  const owner = join(folder, 'pid');
  const take = (): boolean => {
    try {
      mkdirSync(folder);
      writeFileSync(owner, String(process.pid));
      return true;
    } catch {
      if (isStale(folder, owner)) rmSync(folder, { recursive: true, force: true });
      return false;
    }
  };
  await until('another process that installs programs', take, { deadlineMs: 900_000, everyMs: 250 });
  const release = (): void => {
    process.off('exit', release);
    rmSync(folder, { recursive: true, force: true });
  };
  process.on('exit', release);
  return release;
}

function isStale(folder: string, owner: string): boolean {
  try {
    const pid = Number(readFileSync(owner, 'utf8'));
    if (pid > 0) process.kill(pid, 0);
    return false;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EPERM') return false;
    // The owner writes its number right after making the folder: without one it is only old enough to be abandoned.
    return existsSync(owner) || (existsSync(folder) && Date.now() - statSync(folder).mtimeMs > 5_000);
  }
}
