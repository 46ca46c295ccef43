#!/usr/bin/env node
// The first file to run, on whatever Node there is: brings npm packages and the pinned Node, then hands over to a program.
// Syntax and built-ins of Node 14 only. Usage: node src/launch.cjs [program] [arguments]; without a program: src/main.ts.
'use strict';

const { spawn, spawnSync } = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const os = require('os');
const path = require('path');

const ROOT = path.dirname(__dirname);
const STAMP = path.join(ROOT, 'node_modules', '.viaduct-stamp');
const LOCK = path.join(ROOT, '.installing');
const LOCK_STALE_MS = 30000;
const OLDEST_MAJOR = 24;

const inRoot = (name) => path.join(ROOT, name);
const readJson = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function fail(text) {
  process.stderr.write(`viaduct: ${text}\n`);
  process.exit(1);
}

/** What is installed depends on these and on nothing else. */
function fingerprint() {
  const hash = crypto.createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const name of ['package.json', 'package-lock.json', '.npmrc', 'src/launch.cjs']) {
    hash.update(`\0${name}\0`).update(fs.existsSync(inRoot(name)) ? fs.readFileSync(inRoot(name)) : '');
  }
  return hash.digest('hex');
}

const pinName = `node-${process.platform}-${process.arch}`;
const pinFolder = inRoot(path.join('node_modules', pinName));

/** @returns the program of the pinned Node where its version is the pinned one. */
function pinnedNode() {
  const wanted = (readJson(inRoot('package.json')).optionalDependencies || {})[pinName];
  const manifest = path.join(pinFolder, 'package.json');
  if (wanted === undefined || !fs.existsSync(manifest) || readJson(manifest).version !== wanted) return undefined;
  return path.join(pinFolder, 'bin', 'node');
}

/** @returns the Node that an earlier call settled on, or undefined where something has changed since. */
function settledNode(print) {
  try {
    const [stamp, node] = fs.readFileSync(STAMP, 'utf8').split('\n');
    const pinned = node.startsWith(pinFolder + path.sep);
    return stamp === print && (pinned ? node === pinnedNode() : true) && fs.existsSync(node) ? node : undefined;
  } catch {
    return undefined;
  }
}

function majorOf(node) {
  const run = spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' });
  return run.status === 0 ? Number(run.stdout.split('.')[0]) : 0;
}

/** The pinned Node, or where that does not run (musl, macOS) a new enough one from PATH. */
function chooseNode() {
  const candidates = [pinnedNode(), process.execPath, 'node'].filter((node) => node !== undefined);
  const found = candidates.find((node) => majorOf(node) >= OLDEST_MAJOR);
  if (found === undefined) fail(`there is no pinned Node for this machine; install Node ${OLDEST_MAJOR} or newer`);
  return found === 'node' ? spawnSync('node', ['-p', 'process.execPath'], { encoding: 'utf8' }).stdout.trim() : found;
}

/** Does node_modules hold what the lock file asks for, no more and no less? Then a changed script needs no installation. */
function isInstalled() {
  try {
    const wanted = readJson(inRoot('package-lock.json')).packages;
    const present = readJson(inRoot('node_modules/.package-lock.json')).packages;
    const extra = Object.keys(present).some((name) => !(name in wanted));
    return !extra && Object.keys(wanted).every((name) => name === '' || isSatisfied(wanted[name], present[name]));
  } catch {
    return false;
  }
}

function isSatisfied(wanted, present) {
  if (present !== undefined) return present.version === wanted.version && present.integrity === wanted.integrity;
  // Builds for other machines are left out by npm; that of ours is missing only where somebody omits optional packages.
  const isOurBuild =
    wanted.os && wanted.os.includes(process.platform) && wanted.cpu && wanted.cpu.includes(process.arch);
  return Boolean(wanted.optional) && !(isOurBuild && wanted.libc === undefined);
}

/** Settings that would make npm leave out something we need are dropped. */
function npmEnvironment() {
  const dropped = /^(NODE_ENV|NODE_OPTIONS|npm_config_(omit|include|only|also|production|dev|optional|dry_run))$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !dropped.test(name)));
}

/** Runs a child that shares our terminal. SIGINT reaches it from the terminal itself. @returns its exit code. */
function runChild(program, args, options) {
  const child = spawn(program, args, { stdio: 'inherit', ...options });
  const forward = (signal) => child.kill(signal);
  const leave = () => undefined;
  process.on('SIGINT', leave).on('SIGTERM', forward).on('SIGHUP', forward);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.removeListener('SIGINT', leave).removeListener('SIGTERM', forward).removeListener('SIGHUP', forward);
      resolve(signal ? 128 + os.constants.signals[signal] : code);
    });
  });
}

async function install() {
  process.stderr.write('viaduct: installing npm packages (only the first time) ...\n');
  const { npm_execpath: script, npm_node_execpath: node } = process.env;
  const [program, ...first] = script && node ? [node, script] : ['npm'];
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const code = await runChild(program, first.concat(args), { cwd: ROOT, env: npmEnvironment() });
  if (code !== 0) throw Object.assign(new Error(`npm ci ended with code ${code}`), { exitCode: code });
}

/** A folder is the lock, so that taking it is one step. A dead owner's is removed: its process is gone, or silent for long. */
async function takeLock() {
  for (let tries = 0; ; tries++) {
    try {
      fs.mkdirSync(LOCK);
      break;
    } catch (error) {
      if (isReadOnly(error)) fail(`npm packages are missing or old; as the owner of ${ROOT}, type: npm ci`);
      if (error.code !== 'EEXIST') throw error;
    }
    if (isAbandoned()) fs.rmSync(LOCK, { recursive: true, force: true });
    else if (tries === 0) process.stderr.write('viaduct: waiting for another process that installs ...\n');
    await sleep(100);
  }
  const owner = path.join(LOCK, 'pid');
  fs.writeFileSync(owner, String(process.pid));
  const beat = setInterval(() => fs.utimesSync(owner, new Date(), new Date()), 2000);
  return () => {
    clearInterval(beat);
    fs.rmSync(LOCK, { recursive: true, force: true });
  };
}

function isAbandoned() {
  const owner = path.join(LOCK, 'pid');
  try {
    if (Date.now() - fs.statSync(fs.existsSync(owner) ? owner : LOCK).mtimeMs > LOCK_STALE_MS) return true;
    const pid = fs.existsSync(owner) ? Number(fs.readFileSync(owner, 'utf8')) : 0;
    if (pid > 0) process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

const isReadOnly = (error) => ['EACCES', 'EPERM', 'EROFS'].includes(error.code);

/** Another user than the one who installed may not write here, and needs not: it then looks again at the next start. */
function stampNode(print) {
  const node = chooseNode();
  try {
    fs.writeFileSync(STAMP, `${print}\n${node}\n`);
  } catch (error) {
    if (!isReadOnly(error)) throw error;
  }
  return node;
}

async function settle(print) {
  if (!fs.existsSync(LOCK) && isInstalled()) return stampNode(print);
  const release = await takeLock();
  try {
    if (!settledNode(print) && !isInstalled()) await install();
    return settledNode(print) || stampNode(print);
  } finally {
    release();
  }
}

async function main([program, ...args]) {
  const isFile = program !== undefined && /[./]/.test(program) && fs.existsSync(inRoot(program));
  const print = fingerprint();
  const node = settledNode(print) || (await settle(print));
  const command = isFile ? [inRoot(program), ...args] : [inRoot('src/main.ts'), ...process.argv.slice(2)];
  // Types stripped and code compiled once: a quarter less memory, and half the time of a start.
  const cache = inRoot('node_modules/.cache/compiled');
  // The pinned Node is what a program finds when it starts `node` itself.
  const env = {
    NODE_COMPILE_CACHE: cache,
    ...process.env,
    PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH || ''}`,
  };
  return runChild(node, command, { env });
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => (error.exitCode ? process.exit(error.exitCode) : fail(error.message)),
);
