// The world as an adapter under test may see it: real time, a log that is thrown away, and nothing else that it would need.

import type { Host } from '../../src/model/network.ts';
import type { KeyValue } from '../../src/model/ports.ts';
import { SystemClock } from '../../src/observe/clock.ts';
import { LogRecorder } from '../support/log-recorder.ts';

const unreachable = (): never => {
  throw new Error('this network has no use for that');
};

/** `keep`: of durable networks. */
export function plainHost(keep: Host['keep'] = unreachable): Host {
  return {
    mount: unreachable,
    publish: unreachable,
    fetch: unreachable,
    publicAddresses: unreachable,
    accounts: () => [],
    state: memoryState,
    keep,
    pressure: { paused: false, onChange: () => () => {} },
    log: new LogRecorder(),
    clock: new SystemClock(),
  };
}

function memoryState(): KeyValue {
  const values = new Map<string, string>();
  return {
    get: (key) => Promise.resolve(values.get(key)),
    put: (key, value) => Promise.resolve(void values.set(key, value)),
    delete: (key) => Promise.resolve(void values.delete(key)),
    list: (prefix) => Promise.resolve([...values].filter(([key]) => key.startsWith(prefix))),
  };
}
