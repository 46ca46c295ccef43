// The configuration: reads, validates and types it. Nobody else sees the raw file; every mistake is told at once, with its line.

import { readFileSync } from 'node:fs';
import { checkTogether } from './config-cross.ts';
import { ConfigError, type KeyPath, pathText, type Problem } from './config-error.ts';
import { explain } from './config-explain.ts';
import { fieldsSchema } from './config-fields.ts';
import {
  type CoreConfig,
  coreSchema,
  parseServer,
  parseSocketAddress,
  secretSource,
  type SocketAddress,
} from './config-schema.ts';
import { SecretKeeper, type Settings } from './config-secrets.ts';
import { overridingVariables, readSource, type Source, withOverrides } from './config-source.ts';
import { nearest } from './config-suggest.ts';
import { overridesFrom, valueAt } from './config-walk.ts';
import { type GatewayId, gatewayId } from './model/ids.ts';
import type { Adapter } from './model/network.ts';
import type { LogLevel } from './observe/log.ts';
import type { Secret } from './observe/secret.ts';
import { joinJid, splitJid } from './xmpp/jid.ts';
import { prepareLocalpart } from './xmpp/prepare.ts';

export interface GatewayConfig {
  readonly domain: GatewayId;
  readonly secret: Secret;
  readonly server: SocketAddress;
  /** The XMPP server's own domain. */
  readonly serverDomain: string;
  /** Domains and bare JIDs that may use it; `*` for everybody. */
  readonly allow: readonly string[];
  readonly network: string;
  /** Sessions opened a second with one server of the network. */
  readonly connectsPerSecond: number;
  /** For a session whose user nobody has seen leave, after the last direct message. */
  readonly lingerSeconds: number;
  /** People of a room that is shown as a whole. */
  readonly fullListUpTo: number;
  /** What is kept of rooms, of each so many messages; nothing where one is 0. */
  readonly archive: { readonly days: number; readonly messages: number };
  readonly adapter: Adapter;
  readonly settings: Settings;
  /** The problem in this gateway's settings, with its line. */
  complaint(field: string | undefined, text: string): ConfigError;
}

export interface Config {
  readonly file: string;
  readonly admins: readonly string[];
  /** BCP 47. */
  readonly language: string;
  /** One URL, or the hosts of a Redis cluster. */
  readonly store: string | readonly string[];
  readonly secretsKey: Secret | undefined;
  readonly http: {
    readonly public: { readonly listen: SocketAddress; readonly url: string | undefined };
    readonly private: { readonly listen: SocketAddress };
  };
  readonly logLevel: LogLevel;
  readonly gateways: readonly GatewayConfig[];
  /** Every secret in it, for the log to cut out. */
  readonly secrets: readonly Secret[];
  /** What is odd, but no mistake. */
  readonly warnings: readonly string[];
}

/** Where the networks come from. */
export interface Adapters {
  /** Those that come with Viaduct. */
  readonly names: readonly string[];
  /** @throws UnknownAdapter by rejection, or why the one of that name can't be used. */
  load(name: string): Promise<Adapter>;
}
export class UnknownAdapter extends Error {
  constructor(name: string) {
    super(`there is no network ${name}`);
    this.name = 'UnknownAdapter';
  }
}

export interface ConfigInput {
  /** Path as it shall be shown in messages. */
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  readonly adapters: Adapters;
}

/** Variables that are ours but no keys. */
const OTHER_VARIABLES = new Set(['VIADUCT_CONFIG', 'VIADUCT_SECRETS_KEY']);
const STAND_IN: SocketAddress = { host: '127.0.0.1', port: 0 };

/** @throws ConfigError with every mistake. */
export async function loadConfig(input: ConfigInput): Promise<Config> {
  return parseConfig(readConfigFile(input.file), input);
}

function readConfigFile(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT' ? 'is not there' : "can't be read";
    throw new ConfigError([{ file, line: 1, text: `the configuration file ${why}` }], { cause });
  }
}

/** @throws ConfigError with every mistake. */
export async function parseConfig(bytes: Uint8Array, { file, env, adapters }: ConfigInput): Promise<Config> {
  const written = readSource(file, bytes);
  const core = overridesFrom(coreSchema, written.data, overridingVariables(env));
  const withCore = withOverrides(written, core.found);
  const networks = await loadNetworks(withCore, adapters);
  const { source, left } = overrideSettings(withCore, networks.loaded, { env, left: core.left });

  const parsed = coreSchema.safeParse(source.data);
  const keeper = new SecretKeeper(source, env);
  const problems: Problem[] = [
    ...(parsed.success ? [] : explain({ source, schema: coreSchema, base: [] }, parsed.error.issues)),
    ...networks.problems,
    ...checkTogether(source),
  ];
  const settings = networks.loaded.map((adapter, i) => {
    if (adapter === undefined) return {};
    const base: KeyPath = ['gateways', i, 'settings'];
    const schema = fieldsSchema(adapter.settings);
    const given = schema.safeParse(valueAt(source.data, base) ?? {});
    if (given.success) return keeper.settings(adapter.settings, given.data, base);
    // What is no block at all has been told by the core's schema.
    if (typeof (valueAt(source.data, base) ?? {}) === 'object')
      problems.push(...explain({ source, schema, base }, given.error.issues));
    return {};
  });
  if (!parsed.success) throw new ConfigError([...problems, ...missingSecrets(source, keeper)]);
  const config = assemble(parsed.data, { source, keeper, settings, adapters: networks.loaded });
  problems.push(...keeper.problems);
  if (problems.length > 0) throw new ConfigError(problems);
  const warnings = left
    .filter((name) => !OTHER_VARIABLES.has(name))
    .map((name) => `environment variable ${name} means no key`);
  return { ...config, warnings };
}

/** What can't be fetched, in a file that is wrong elsewhere too: every mistake at once. */
function missingSecrets(source: Source, keeper: SecretKeeper): readonly Problem[] {
  const gateways = valueAt(source.data, ['gateways']);
  const paths: KeyPath[] = [
    ['secretsKey'],
    ...(Array.isArray(gateways) ? gateways.map((_, i): KeyPath => ['gateways', i, 'secret']) : []),
  ];
  for (const path of paths) {
    const given = secretSource.safeParse(valueAt(source.data, path));
    if (given.success) keeper.fetch(given.data, path);
  }
  return keeper.problems;
}

interface LoadedNetworks {
  /** By position of the gateway; undefined where it can't be had. */
  readonly loaded: readonly (Adapter | undefined)[];
  readonly problems: readonly Problem[];
}

async function loadNetworks(source: Source, adapters: Adapters): Promise<LoadedNetworks> {
  const gateways = valueAt(source.data, ['gateways']);
  const problems: Problem[] = [];
  const loaded = await Promise.all(
    (Array.isArray(gateways) ? gateways : []).map(async (_, i) => {
      const path: KeyPath = ['gateways', i, 'network'];
      const name = valueAt(source.data, path);
      if (typeof name !== 'string' || name === '') return undefined;
      try {
        return await adapters.load(name);
      } catch (error) {
        const text = `gateways[${i}].network: ${loadFailure(error, name, adapters.names)}`;
        problems.push({ ...source.locate(path), text });
        return undefined;
      }
    }),
  );
  return { loaded, problems };
}

function loadFailure(error: unknown, name: string, known: readonly string[]): string {
  if (!(error instanceof UnknownAdapter))
    return `can't be used: ${error instanceof Error ? error.message : String(error)}`;
  const guess = nearest(name, known);
  const hint = guess === undefined ? '' : `; did you mean ${guess}?`;
  return `there is no such network; known are ${known.join(', ')}, and packages by their name${hint}`;
}

interface Leftovers {
  readonly env: NodeJS.ProcessEnv;
  readonly left: readonly string[];
}

/** Variables for keys of adapters, which are known only once the adapters are. */
function overrideSettings(
  source: Source,
  loaded: LoadedNetworks['loaded'],
  { env, left }: Leftovers,
): { readonly source: Source; readonly left: readonly string[] } {
  const variables = overridingVariables(env).filter(([variable]) => left.includes(variable));
  const used = new Set<string>();
  const overrides = loaded.flatMap((adapter, i) => {
    if (adapter === undefined) return [];
    const prefix = `GATEWAYS_${i}_SETTINGS_`;
    const mine = variables.flatMap(([variable, key, value]) =>
      key.startsWith(prefix) ? [[variable, key.slice(prefix.length), value] as const] : [],
    );
    const base: KeyPath = ['gateways', i, 'settings'];
    const { found } = overridesFrom(fieldsSchema(adapter.settings), valueAt(source.data, base), mine);
    for (const { variable } of found) used.add(variable);
    return found.map((override) => ({ ...override, path: [...base, ...override.path] }));
  });
  return { source: withOverrides(source, overrides), left: left.filter((variable) => !used.has(variable)) };
}

interface Parts {
  readonly source: Source;
  readonly keeper: SecretKeeper;
  readonly settings: readonly Settings[];
  readonly adapters: LoadedNetworks['loaded'];
}

function assemble(core: CoreConfig, parts: Parts): Omit<Config, 'warnings'> {
  const { keeper, source } = parts;
  const gateways = core.gateways.flatMap((_, i) => assembleGateway(core, parts, i));
  const secretsKey = core.secretsKey === undefined ? undefined : keeper.fetch(core.secretsKey, ['secretsKey']);
  return {
    file: source.file,
    admins: core.xmpp.admins.map(folded),
    language: core.language,
    store: core.store,
    secretsKey,
    http: {
      public: { listen: parseSocketAddress(core.http.public.listen) ?? STAND_IN, url: core.http.public.url },
      private: { listen: parseSocketAddress(core.http.private.listen) ?? STAND_IN },
    },
    logLevel: core.log.level,
    gateways,
    secrets: keeper.found,
  };
}

function assembleGateway(
  core: CoreConfig,
  { keeper, source, settings, adapters }: Parts,
  i: number,
): readonly GatewayConfig[] {
  const given = core.gateways[i];
  const adapter = adapters[i];
  if (given === undefined || adapter === undefined) return [];
  const domain = folded(given.domain);
  const serverDomain = folded(core.xmpp.domain ?? domain.slice(domain.indexOf('.') + 1));
  const base: KeyPath = ['gateways', i, 'settings'];
  return [
    {
      domain: gatewayId(domain),
      secret: keeper.fetch(given.secret, ['gateways', i, 'secret']),
      server: parseServer(given.server ?? core.xmpp.server) ?? STAND_IN,
      serverDomain,
      allow: core.xmpp.allow?.map(folded) ?? [serverDomain],
      network: given.network,
      connectsPerSecond: given.connectsPerSecond,
      lingerSeconds: given.lingerSeconds,
      fullListUpTo: given.fullListUpTo,
      archive: given.archive,
      adapter,
      settings: settings[i] ?? {},
      complaint: (field, text) => {
        const path = field === undefined ? base : [...base, ...field.split('.')];
        return new ConfigError([{ ...source.locate(path), text: `${pathText(path)}: ${text}` }]);
      },
    },
  ];
}

/** Domains and bare JIDs as the XMPP server hands them on (RFC 7622). */
function folded(text: string): string {
  const { local, domain } = splitJid(text);
  const domainPart = domain.normalize('NFKC').toLowerCase();
  return local === '' ? domainPart : joinJid(prepareLocalpart(local) ?? local, domainPart);
}
