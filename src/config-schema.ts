// What may stand in the configuration: the core keys with defaults and words for the operator. Adapters' blocks are config-fields.ts.

import { z } from 'zod';
import { LANGUAGES } from './languages/catalogues.ts';
import { LOG_LEVELS } from './observe/log.ts';

/** How a secret is given: itself, the environment variable that holds it, or the file that does. */
export type SecretSource = string | { readonly env: string } | { readonly file: string };

export interface SocketAddress {
  readonly host: string;
  readonly port: number;
}

const MAX_PORT = 65_535;

/** `host:port`, `[::1]:port`; undefined if it is not. */
export function parseSocketAddress(text: string): SocketAddress | undefined {
  const match = /^(?:\[([0-9a-f:.%]+)\]|([a-z0-9._-]+)):(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  return host === undefined || port > MAX_PORT ? undefined : { host, port };
}

/** Host and port of `xmpp://host:port`; the port is 5347 where it is left out. */
export function parseServer(text: string): SocketAddress | undefined {
  const match = /^xmpp:\/\/(.+?)\/?$/i.exec(text);
  const rest = match?.[1];
  if (rest === undefined) return undefined;
  const address = parseSocketAddress(rest) ?? parseSocketAddress(`${rest}:5347`);
  return address?.port === 0 ? undefined : address;
}

const DOMAIN =
  /^(?=.{1,253}$)[\p{L}\p{N}]([\p{L}\p{N}\p{M}_-]*[\p{L}\p{N}\p{M}])?(\.[\p{L}\p{N}]([\p{L}\p{N}\p{M}_-]*[\p{L}\p{N}\p{M}])?)*$/u;
const BARE_JID = /^[^\s@/"&'<>:]{1,1023}$/u;

export function isDomain(text: string): boolean {
  return DOMAIN.test(text);
}
export function isBareJid(text: string): boolean {
  const at = text.indexOf('@');
  return at > 0 && BARE_JID.test(text.slice(0, at)) && isDomain(text.slice(at + 1));
}

export const secretSource = z.union(
  [z.string().min(1), z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
  { error: 'must be a text in quotes, { env: NAME_OF_A_VARIABLE } or { file: PATH }' },
);

const domain = z.string().refine(isDomain, { error: 'must be a domain, such as irc.example.org', abort: true });
const bareJid = z.string().refine(isBareJid, { error: 'must be a bare JID, such as admin@example.org' });
const allowed = z.string().refine((text) => text === '*' || isDomain(text) || isBareJid(text), {
  error: "must be a domain, a bare JID, or '*' for everybody",
});
const server = z.string().refine((text) => parseServer(text) !== undefined, {
  error: 'must be an address such as xmpp://127.0.0.1:5347',
});
const listen = z.string().refine((text) => parseSocketAddress(text) !== undefined, {
  error: 'must be an address and a port, such as 127.0.0.1:8481 or [::1]:8481; port 0 picks a free one',
});
const publicUrl = z.string().refine(isWebAddress, {
  error: 'must be an address such as https://gateway.example.org, without a query',
});
const storeUrl = z.string().refine((text) => /^(file:.+|rediss?:\/\/.+)$/is.test(text), {
  error: 'must be file:PATH, redis://... or rediss://...',
});
const redisUrl = z.string().refine((text) => /^rediss?:\/\/.+$/is.test(text), {
  error: 'must be redis://... or rediss://...: only a Redis cluster is given as a list',
});

function isWebAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '' && url.username === '';
}

export const gatewaySchema = z.strictObject({
  domain: domain.describe('The component domain that the XMPP server knows this gateway by.'),
  secret: secretSource.describe('The component secret: a text, `{ env: NAME }` or `{ file: PATH }`.'),
  network: z
    .string()
    .min(1)
    .describe(
      'The network behind it: one of the adapters that come with Viaduct, or the name of a package that exports one.',
    ),
  server: server.optional().describe('Component port of the XMPP server for this gateway; left out: `xmpp.server`.'),
  connectsPerSecond: z
    .number()
    .min(0.1)
    .max(10_000)
    .default(5)
    .describe('Sessions opened a second with one server of the network, for instance after a restart.'),
  lingerSeconds: z
    .int()
    .min(30)
    .max(86_400)
    .default(120)
    .describe(
      'How long the session of somebody who is in no room stays after the last direct message, where the gateway has not seen whether they are still there, as with guests. Who has been seen going offline is signed off after half a minute.',
    ),
  archive: z
    .strictObject({
      days: z
        .int()
        .min(0)
        .max(36_500)
        .default(30)
        .describe(
          'What is said in rooms is kept for so many days, for the clients of those who were there (XEP-0313); 0: nothing is.',
        ),
      messages: z
        .int()
        .min(0)
        .max(1_000_000)
        .default(10_000)
        .describe('So many messages of each room at the most; 0: nothing is kept.'),
    })
    .prefault({})
    .describe(
      'How much of what is said in rooms is kept in the store, for the clients of those who were there (XEP-0313). Networks that keep it themselves, such as Matrix, are asked instead.',
    ),
  fullListUpTo: z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(5_000)
    .describe(
      'Rooms with more people than this are shown in part: who has a rank, and who speaks, is kicked, or gets another nick or rank. The others are there all the same: in the list of the room (`disco#items`), and for private messages.',
    ),
  settings: z.looseObject({}).prefault({}).describe("The network's own keys; see below."),
});

export const coreSchema = z.strictObject({
  xmpp: z
    .strictObject({
      server: server.default('xmpp://127.0.0.1:5347').describe('Component port of the XMPP server.'),
      domain: domain
        .optional()
        .describe(
          "The XMPP server's own domain, pinged to see that it has read what was sent; left out: the gateway's domain without its first label.",
        ),
      allow: z
        .array(allowed)
        .optional()
        .describe(
          "Domains and bare JIDs that may use the gateways, `'*'` for everybody; left out: the XMPP server's domain.",
        ),
      admins: z.array(bareJid).default([]).describe('Bare JIDs that may use the administrative commands.'),
    })
    .prefault({})
    .describe('The XMPP server.'),
  store: z
    .union([storeUrl, z.array(redisUrl).min(1)], {
      error: 'must be file:PATH, redis://host:port/number, rediss://..., or a list of them for a Redis cluster',
    })
    .default('file:./data/viaduct.db')
    .describe(
      'Where accounts are kept: `file:PATH` (embedded), `redis://host:port/number`, `rediss://...`, a list of them for a cluster.',
    ),
  secretsKey: secretSource
    .optional()
    .describe(
      'Seals the credentials in the store: 32 bytes in base64 or hex, or several of them parted by commas or spaces, the newest first. Left out with an embedded store: made once beside it, mode 0600. Required with Redis.',
    ),
  language: z
    .string()
    .refine((tag) => LANGUAGES.includes(tag), { error: `must be one of ${LANGUAGES.join(', ')}` })
    .default('en')
    .describe('Of the texts for people who have not chosen one, and whose clients do not say what they read.'),
  http: z
    .strictObject({
      public: z
        .strictObject({
          listen: listen
            .default('127.0.0.1:8480')
            .describe('Where webhooks and media are served, if a network needs them.'),
          url: publicUrl.optional().describe('The address under which the world reaches it.'),
        })
        .prefault({})
        .describe('The listener for the world.'),
      private: z
        .strictObject({
          listen: listen
            .default('127.0.0.1:8481')
            .describe('Where `/healthz`, `/readyz` and `/metrics` are served; port 0 picks a free one.'),
        })
        .prefault({})
        .describe('The listener for the operator.'),
    })
    .prefault({})
    .describe('The two HTTP listeners.'),
  log: z
    .strictObject({
      level: z.enum(LOG_LEVELS).default('info').describe('How much is logged: `debug`, `info`, `warn` or `error`.'),
    })
    .prefault({})
    .describe('The log.'),
  gateways: z.array(gatewaySchema).min(1).describe('The gateways, one for each component domain.'),
});
export type CoreConfig = z.output<typeof coreSchema>;
