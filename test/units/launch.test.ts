// The launcher, in a folder of its own with an npm of our making: when it installs, with what, and what it hands through.

import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { privateFolder, until } from '../support/processes.ts';

const LAUNCHER = new URL('../../src/launch.cjs', import.meta.url).pathname;

// Stands in for npm: notes how it was called and makes what it is asked for.
const NPM = `
const fs = require('fs');
const { NODE_ENV, NODE_OPTIONS, npm_config_omit } = process.env;
fs.appendFileSync('calls.jsonl', JSON.stringify({ args: process.argv.slice(2), NODE_ENV, NODE_OPTIONS, npm_config_omit }) + '\\n');
setTimeout(() => {
  if (fs.existsSync('npm-fails')) process.exit(7);
  fs.mkdirSync('node_modules', { recursive: true });
  fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json');
}, 200);
`;

function project(): {
  path: string;
  run: (...args: string[]) => ReturnType<typeof spawnSync>;
  calls: () => unknown[];
  env: NodeJS.ProcessEnv;
} {
  const { path } = privateFolder('launch');
  mkdirSync(join(path, 'src'));
  copyFileSync(LAUNCHER, join(path, 'src/launch.cjs'));
  writeFileSync(join(path, 'package.json'), '{ "name": "p" }');
  writeFileSync(
    join(path, 'package-lock.json'),
    '{ "packages": { "": {}, "node_modules/a": { "version": "1.0.0" } } }',
  );
  writeFileSync(join(path, 'npm.cjs'), NPM);
  writeFileSync(join(path, 'src/main.ts'), 'console.log("main", ...process.argv.slice(2));');
  writeFileSync(join(path, 'src/code.ts'), 'process.exit(Number(process.argv[2]));');
  const env = {
    ...process.env,
    npm_execpath: join(path, 'npm.cjs'),
    npm_node_execpath: process.execPath,
    NODE_ENV: 'production',
    npm_config_omit: 'dev',
  };
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(path, 'src/launch.cjs'), ...args], { cwd: path, env, encoding: 'utf8' });
  const calls = (): unknown[] => {
    const file = join(path, 'calls.jsonl');
    return existsSync(file)
      ? readFileSync(file, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown)
      : [];
  };
  return { path, run, calls, env };
}

test('installs once, with everything, whatever NODE_ENV and omit say', () => {
  const { run, calls } = project();
  expect(run('src/code.ts', '3').status).toBe(3);
  expect(run('src/code.ts', '0').status).toBe(0);
  expect(calls()).toEqual([{ args: expect.arrayContaining(['ci', '--include=dev', '--include=optional']) }]);
});

test('installs again when the lock file has changed, but not for a new script', () => {
  const { path, run, calls } = project();
  run('src/code.ts', '0');
  writeFileSync(join(path, 'package.json'), '{ "name": "p", "scripts": {} }');
  expect(run('src/code.ts', '0').status).toBe(0);
  expect(calls()).toHaveLength(1);
  writeFileSync(
    join(path, 'package-lock.json'),
    '{ "packages": { "": {}, "node_modules/a": { "version": "1.0.1" } } }',
  );
  expect(run('src/code.ts', '0').status).toBe(0);
  expect(calls()).toHaveLength(2);
});

test('what npm ci has installed by hand needs no installation, and is stamped', () => {
  const { path, run, calls } = project();
  mkdirSync(join(path, 'node_modules'));
  copyFileSync(join(path, 'package-lock.json'), join(path, 'node_modules/.package-lock.json'));
  expect(run('src/code.ts', '3').status).toBe(3);
  expect(calls()).toEqual([]);
  expect(existsSync(join(path, 'node_modules/.viaduct-stamp'))).toBe(true);
});

test('ends with the code of an installation that failed, and tries again', () => {
  const { path, run, calls } = project();
  writeFileSync(join(path, 'npm-fails'), '');
  expect(run('src/code.ts', '0').status).toBe(7);
  expect(run('src/code.ts', '0').status).toBe(7);
  expect(calls()).toHaveLength(2);
  expect(existsSync(join(path, '.installing'))).toBe(false);
});

test('two at once install once, and a dead owner is not waited for', async () => {
  const { path, calls, env } = project();
  mkdirSync(join(path, '.installing'));
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  writeFileSync(join(path, '.installing/pid'), String(dead));
  const codes = [1, 2, 3].map(
    (code) =>
      new Promise((resolve) => {
        const args = [join(path, 'src/launch.cjs'), 'src/code.ts', String(code)];
        spawn(process.execPath, args, { cwd: path, env, stdio: 'ignore' }).once('exit', resolve);
      }),
  );
  expect(await Promise.all(codes)).toEqual([1, 2, 3]);
  expect(calls()).toHaveLength(1);
});

test('without a program it is the command line of the gateway', () => {
  const { run } = project();
  expect(run('users', 'list').stdout).toBe('main users list\n');
});

test('SIGTERM reaches the program and its exit code comes back', async () => {
  const { path, run, env } = project();
  run('src/code.ts', '0');
  writeFileSync(
    join(path, 'src/wait.ts'),
    'process.on("SIGTERM", () => process.exit(42)); require("fs").writeFileSync("up", ""); setInterval(() => {}, 1000);',
  );
  const child = spawn(process.execPath, [join(path, 'src/launch.cjs'), 'src/wait.ts'], {
    cwd: path,
    env,
    stdio: 'ignore',
  });
  const code = new Promise((resolve) => child.once('exit', resolve));
  await until('the program', () => existsSync(join(path, 'up')));
  child.kill('SIGTERM');
  expect(await code).toBe(42);
});

test('a second call adds less than 0.3 s', () => {
  const { run } = project();
  run('src/code.ts', '0');
  const timed = (start: () => unknown): number => {
    const from = performance.now();
    start();
    return performance.now() - from;
  };
  const times = [1, 2, 3].map(() => {
    const bareMs = timed(() => spawnSync(process.execPath, ['-e', '0']));
    // Where Node alone takes long, others have the machine.
    return timed(() => run('src/code.ts', '0')) - bareMs - Math.max(300, bareMs * 3);
  });
  expect(Math.min(...times)).toBeLessThan(0);
});
