// The fault machine's command line.

import { parseArgs } from 'node:util';
import { namesIn, numberIn } from '../support/command-line.ts';
import { SABOTAGE_NAMES, type SabotageName, sabotageOf } from './sabotages.ts';
import { FAULT_NAMES } from './schedule.ts';
import { SPOILS, type Spoil } from './spoil.ts';
import { NETWORKS, type NetworkName } from './tokens.ts';

export interface Options {
  readonly seed: number;
  readonly faults: number;
  readonly networks: readonly NetworkName[];
  readonly servers: readonly ('prosody' | 'ejabberd')[];
  readonly stores: readonly ('embedded' | 'redis')[];
  /** Of a whole soak; one run is bounded by its faults. */
  readonly minutes: number;
  readonly soak: boolean;
  /** Only these kinds of fault; all, where it is empty. */
  readonly only: readonly string[];
  readonly spoil: Spoil | undefined;
  readonly sabotage: SabotageName | undefined;
  /** Messages a second of each stream. */
  readonly rate: number;
  /** How long everything may take to be as it was, once nothing is wrong any more. */
  readonly patienceMs: number;
  readonly record: boolean;
  /** A file for all that was observed. */
  readonly dump: string | undefined;
  /** A file for what passes between the gateway and the XMPP server. */
  readonly trace: string | undefined;
  readonly verbose: boolean;
}

export const USAGE = `npm run chaos -- [options]
  --seed N           the faults and their times (default: drawn, and printed)
  --faults N         how many (default 30; with --soak 100 in each run, with --sabotage 8)
  --network A,B      ${NETWORKS.join(', ')} (default echo,irc)
  --server A,B       prosody, ejabberd: one after the other (default prosody; with --soak both)
  --store A,B        embedded, redis: one after the other (default embedded; with --soak both)
  --minutes M        with --soak: new runs with the next seeds until then (default 480)
  --only A,B         only these kinds of fault
  --rate X           messages a second of each of the speakers (default 0.5)
  --patience S       seconds that everything may take to be as it was after the last fault (default 90)
  --spoil NAME       drop, swap or duplicate one observation: succeeds if that is found
  --sabotage NAME    run a gateway with a part taken out: succeeds if that is found; one of
                     ${SABOTAGE_NAMES.join(', ')}
  --record           write the table of runs into test/chaos/results.md
  --dump FILE        write all that was observed, and the gateway's log, as JSON
  --trace FILE       write all that passes between the gateway and the XMPP server
  --verbose          print each fault as it comes, and the gateway's log after a bad run
  --help             this`;

/** @throws Error with what is wrong. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      faults: { type: 'string' },
      network: { type: 'string', default: 'echo,irc' },
      server: { type: 'string' },
      store: { type: 'string' },
      minutes: { type: 'string', default: '480' },
      soak: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      rate: { type: 'string', default: '0.5' },
      patience: { type: 'string', default: '90' },
      spoil: { type: 'string' },
      sabotage: { type: 'string' },
      record: { type: 'boolean', default: false },
      dump: { type: 'string' },
      trace: { type: 'string' },
      verbose: { type: 'boolean', default: false },
    },
  });
  const { soak } = values;
  const sabotage = values.sabotage === undefined ? undefined : namesIn(values.sabotage, SABOTAGE_NAMES)[0];
  const only = values.only === '' ? [] : namesIn(values.only, FAULT_NAMES);
  return {
    seed: values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : numberIn(values.seed, 0, 2 ** 31),
    faults: numberIn(values.faults ?? (soak ? '100' : sabotage === undefined ? '30' : '8'), 0, 10_000),
    networks: namesIn(values.network, NETWORKS),
    servers: namesIn(values.server ?? (soak ? 'prosody,ejabberd' : 'prosody'), ['prosody', 'ejabberd'] as const),
    stores: namesIn(values.store ?? (soak ? 'embedded,redis' : 'embedded'), ['embedded', 'redis'] as const),
    minutes: numberIn(values.minutes, 0.1, 10_000),
    soak,
    only: only.length === 0 && sabotage !== undefined ? sabotageOf(sabotage).faults : only,
    spoil: values.spoil === undefined ? undefined : namesIn(values.spoil, SPOILS)[0],
    sabotage,
    rate: numberIn(values.rate, 0.05, 20),
    patienceMs: numberIn(values.patience, 1, 600) * 1_000,
    record: values.record,
    dump: values.dump,
    trace: values.trace,
    verbose: values.verbose,
  };
}
