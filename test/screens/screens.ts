// `npm run screens`: pictures of every form, in Gajim and in Converse.js, and the page that shows them. Installs Gajim where it is missing.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensurePrograms, programPath } from '../support/servers.ts';
import { pageOf } from './page.ts';
import { openStage } from './stage.ts';
import { shootConverse } from './with-converse.ts';
import { shootPsi } from './with-psi.ts';
import { shootGajim } from './with-gajim.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const COLOURS = '32';
const MOST_BYTES = 60 * 1_024;

/** Few colours do, and the picture is small. @throws Error where it is not. */
function keepSmall(client: string, name: string, png: Buffer): void {
  const small = execFileSync(programPath('pngquant'), ['--nofs', '--strip', '--speed', '1', COLOURS, '-'], {
    input: png,
  });
  const file = `${HERE}${client}/${name}.png`;
  writeFileSync(file, small);
  if (statSync(file).size > MOST_BYTES) throw new Error(`${file} is too big`);
  console.log(`${client}/${name}.png  ${small.length}`);
}

async function main(clients: readonly string[]): Promise<void> {
  await ensurePrograms(['prosody', 'ngircd', 'chromium', 'pngquant']);
  await using ends = new AsyncDisposableStack();
  const stage = await openStage(ends);
  for (const client of clients) {
    rmSync(`${HERE}${client}`, { recursive: true, force: true });
    mkdirSync(`${HERE}${client}`);
  }
  if (clients.includes('converse')) await shootConverse(stage, async (name, png) => keepSmall('converse', name, png));
  if (clients.includes('gajim'))
    await shootGajim(stage, async (name, file) => keepSmall('gajim', name, readFileSync(file)));
  if (clients.includes('psi')) await shootPsi(stage, async (name, file) => keepSmall('psi', name, readFileSync(file)));
  writeFileSync(`${HERE}README.md`, pageOf(readFileSync(`${HERE}README.md`, 'utf8')));
}

const chosen = process.argv.slice(2);
await main(chosen.length > 0 ? chosen : ['converse', 'gajim', 'psi']);
process.exit(0);
