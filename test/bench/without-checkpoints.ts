// Loaded before the gateway (`--import`) that is to have no checkpoints: what was written to the XMPP server is forgotten at once. The change is
// that of the fault machine, which shows what is lost by it; the product itself has no switch for it.

import { registerHooks } from 'node:module';
import { patched, sabotageOf } from '../chaos/sabotages.ts';

const patches = sabotageOf('no-checkpoint').patches.map((patch) => ({
  ...patch,
  file: `/${patch.file.replace(/\.ts$/, '.js')}`,
}));

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const due = patches.filter(({ file }) => url.endsWith(file));
    if (due.length === 0 || loaded.source === undefined || loaded.source === null) return loaded;
    const source = due.reduce(patched, Buffer.from(loaded.source as Uint8Array).toString());
    return { ...loaded, source };
  },
});
