// Prosody's own string preparation (the stringprep profiles of RFC 3920) as one long-running process: the second implementation
// that ours is compared with.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ensurePrograms, programPath } from './programs.ts';

const LIBRARIES = ['/usr/lib/prosody', '/usr/local/lib/prosody'];
const BATCH = 500;

/** One request a line: profile, strictness, then texts as hex, each behind a colon; the answer has the same form, `-` for refused. */
const serve = (library: string): string => `
package.cpath = '${library}/?.so;' .. package.cpath
local profiles = require 'util.encodings'.stringprep
local function unhex(pair) return string.char(tonumber(pair, 16)) end
local function hex(byte) return string.format('%02x', byte:byte()) end
for line in io.lines() do
  local profile, strict = line:match('^(%a+) (%d)')
  local prepared = {}
  for text in line:gmatch(':(%x*)') do
    local out = profiles[profile](text:gsub('%x%x', unhex), strict == '1')
    prepared[#prepared + 1] = ':' .. (out and out:gsub('.', hex) or '-')
  end
  io.write(table.concat(prepared), '\\n')
  io.flush()
end
`;

type Profile = 'nodeprep' | 'resourceprep';

interface Waiting {
  resolve(line: string): void;
  reject(error: Error): void;
}

export class ProsodyPrep {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #waiting: Waiting[] = [];
  #failure: Error | undefined;

  private constructor(library: string) {
    this.#process = spawn(programPath('lua5.4'), ['-e', serve(library)], { stdio: 'pipe' });
    let complaints = '';
    this.#process.stderr.on('data', (bytes: Buffer) => {
      complaints += bytes.toString();
    });
    this.#process.on('error', (error) => this.#fail(error));
    this.#process.on('close', () => this.#fail(new Error(`Prosody's string preparation ended. ${complaints}`)));
    this.#process.stdin.on('error', (error) => this.#fail(error));
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#waiting.shift()?.resolve(line));
  }

  /** @throws MissingPrograms, or an Error of one line, saying what to install. */
  static async start(): Promise<ProsodyPrep> {
    await ensurePrograms(['prosody', 'lua5.4']);
    const library = LIBRARIES.find((folder) => existsSync(`${folder}/util/encodings.so`));
    if (library === undefined) {
      throw new Error("Prosody's util/encodings.so was not found: sudo apt-get install --reinstall prosody");
    }
    return new ProsodyPrep(library);
  }

  /**
   * @param strict refuses code points that Unicode 3.2 does not assign, as Prosody does for names that are to be stored
   * @returns for each text its prepared form, undefined where it is refused
   */
  async prepare(profile: Profile, strict: boolean, texts: readonly string[]): Promise<(string | undefined)[]> {
    const answers: Promise<string>[] = [];
    for (let from = 0; from < texts.length; from += BATCH) {
      const hex = texts.slice(from, from + BATCH).map((text) => `:${Buffer.from(text).toString('hex')}`);
      answers.push(this.#ask(`${profile} ${strict ? 1 : 0}${hex.join('')}\n`));
    }
    return (await Promise.all(answers)).flatMap((line) => line.slice(1).split(':').map(textOf));
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once('close', resolve));
    this.#process.stdin.end();
    await ended;
  }

  #ask(line: string): Promise<string> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const answer = new Promise<string>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    this.#process.stdin.write(line);
    return answer;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#failure);
  }
}

const textOf = (hex: string): string | undefined => (hex === '-' ? undefined : Buffer.from(hex, 'hex').toString());
