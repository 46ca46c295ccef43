// What `viaduct check` has to say about the set-up of a Redis server.

export interface Finding {
  readonly level: 'error' | 'warning';
  readonly text: string;
}

const OLDEST_VERSION = [6, 2] as const;

/** From the texts of INFO and of the setting `appendfsync`, which is undefined where the server does not tell it. */
export function judgeServer(information: string, appendfsync: string | undefined): readonly Finding[] {
  const facts = factsOf(information);
  const findings: Finding[] = [];
  const error = (text: string): void => void findings.push({ level: 'error', text });
  const warning = (text: string): void => void findings.push({ level: 'warning', text });

  if (isOlder(facts.get('redis_version'))) {
    error(`Redis ${facts.get('redis_version')} is too old: ${OLDEST_VERSION.join('.')} or newer is needed.`);
  }
  if (facts.get('role') === 'slave') error('This Redis is a replica: Viaduct needs the master.');
  if (facts.get('aof_enabled') === '0') {
    error('Redis forgets what it acknowledged when it crashes: set `appendonly yes`.');
  } else if (facts.get('aof_last_write_status') === 'err') {
    error('Redis could not write its append-only file the last time it tried: see its log.');
  }
  const policy = facts.get('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    error(
      `Redis drops data when its memory is full (maxmemory-policy ${policy}): set \`maxmemory-policy noeviction\`.`,
    );
  }
  if (appendfsync === 'no')
    warning('With `appendfsync no` a power cut loses what the kernel had not written: set `always` or `everysec`.');
  if (appendfsync === 'everysec')
    warning('With `appendfsync everysec` a power cut can lose the last second: `always` loses nothing.');
  if (isNearlyFull(facts)) warning('More than 90 % of the memory that Redis may use (maxmemory) is taken.');
  return findings;
}

function factsOf(information: string): ReadonlyMap<string, string> {
  const pairs = information.split(/\r?\n/).map((line) => /^([^#:]+):(.*)$/.exec(line));
  return new Map(pairs.flatMap((pair) => (pair === null ? [] : [[pair[1] ?? '', pair[2] ?? ''] as const])));
}

function isOlder(version: string | undefined): boolean {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  return (
    version !== undefined && (major < OLDEST_VERSION[0] || (major === OLDEST_VERSION[0] && minor < OLDEST_VERSION[1]))
  );
}

function isNearlyFull(facts: ReadonlyMap<string, string>): boolean {
  const most = Number(facts.get('maxmemory') ?? 0);
  return most > 0 && Number(facts.get('used_memory') ?? 0) > most * 0.9;
}
