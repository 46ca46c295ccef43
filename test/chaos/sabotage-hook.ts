// Loaded before the gateway (`--import`) where it is to be sabotaged: changes the sources that CHAOS_SABOTAGE names as they are loaded.

import { registerHooks } from 'node:module';
import { patched, SABOTAGES, sabotageOf, type SabotageName } from './sabotages.ts';

const ROOT = new URL('../../', import.meta.url).href;
const name = process.env['CHAOS_SABOTAGE'] ?? '';
if (!Object.hasOwn(SABOTAGES, name)) throw new Error(`there is no sabotage "${name}"`);
const { patches } = sabotageOf(name as SabotageName);

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const due = patches.filter(({ file }) => url === ROOT + file);
    if (due.length === 0 || loaded.source === undefined || loaded.source === null) return loaded;
    const source = due.reduce(patched, Buffer.from(loaded.source as Uint8Array).toString());
    return { ...loaded, source };
  },
});
