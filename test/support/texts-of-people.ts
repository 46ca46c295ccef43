// Where the texts for people stand: all that can reach a client. Logs, the command line with its probes, and the
// configuration speak English alone.

import { type Texts, textsIn } from './texts.ts';

const CONFIG = new URL('../../tsconfig.build.json', import.meta.url).pathname;
const TOLD =
  /\/(src\/(model|bridge|xmpp|http)\/|src\/store\/errors\.ts$|src\/gateway-(administration|host)\.ts$|adapters\/(?!\w+\/probes\.ts$))/;

let known: Texts | undefined;

export function textsOfPeople(): Texts {
  known ??= textsIn(CONFIG, (path) => TOLD.test(path));
  return known;
}
