// Mistakes that no single key shows: keys that contradict each other.

import type { KeyPath, Problem } from './config-error.ts';
import { isDomain, parseSocketAddress } from './config-schema.ts';
import type { Source } from './config-source.ts';
import { valueAt } from './config-walk.ts';

const DEFAULT_PUBLIC = '127.0.0.1:8480';
const DEFAULT_PRIVATE = '127.0.0.1:8481';

/** Reads raw data, so that it finds its own even where other keys are wrong; what is not understood is left to the schema. */
export function checkTogether(source: Source): readonly Problem[] {
  return [...checkDomains(source), ...checkListeners(source), ...checkSeal(source)];
}

function text(source: Source, path: KeyPath): string | undefined {
  const value = valueAt(source.data, path);
  return typeof value === 'string' ? value : undefined;
}

function checkDomains(source: Source): readonly Problem[] {
  const gateways = valueAt(source.data, ['gateways']);
  if (!Array.isArray(gateways)) return [];
  const serverDomain = text(source, ['xmpp', 'domain'])?.toLowerCase();
  const seen = new Map<string, number>();
  return gateways.flatMap((_, i): readonly Problem[] => {
    const path: KeyPath = ['gateways', i, 'domain'];
    const domain = text(source, path)?.toLowerCase();
    if (domain === undefined || !isDomain(domain)) return [];
    const complain = (why: string): readonly Problem[] => [
      { ...source.locate(path), text: `gateways[${i}].domain: ${why}` },
    ];
    const first = seen.get(domain);
    if (first !== undefined) {
      return complain(
        `the same domain as gateways[${first}] in line ${source.locate(['gateways', first, 'domain']).line}`,
      );
    }
    seen.set(domain, i);
    if (domain === serverDomain)
      return complain("the XMPP server's own domain; a gateway needs one of its own below it");
    if (serverDomain === undefined && !domain.includes('.'))
      return complain('has no part before a dot, so xmpp.domain must be given');
    return [];
  });
}

const ANY_HOST = new Set(['0.0.0.0', '::']);

function checkListeners(source: Source): readonly Problem[] {
  const path: KeyPath = ['http', 'private', 'listen'];
  const open = parseSocketAddress(text(source, ['http', 'public', 'listen']) ?? DEFAULT_PUBLIC);
  const closed = parseSocketAddress(text(source, path) ?? DEFAULT_PRIVATE);
  if (open === undefined || closed === undefined || open.port !== closed.port || open.port === 0) return [];
  if (open.host !== closed.host && !ANY_HOST.has(open.host) && !ANY_HOST.has(closed.host)) return [];
  return [{ ...source.locate(path), text: `http.private.listen: the same port as http.public.listen (${open.port})` }];
}

function checkSeal(source: Source): readonly Problem[] {
  const store = valueAt(source.data, ['store']);
  const isRedis = (url: unknown): boolean => typeof url === 'string' && /^rediss?:/i.test(url);
  const onRedis = Array.isArray(store) ? store.some(isRedis) : isRedis(store);
  if (!onRedis || valueAt(source.data, ['secretsKey']) !== undefined) return [];
  return [{ ...source.locate(['store']), text: 'secretsKey: is missing; with Redis it must be given' }];
}
