// The version of this Viaduct, out of its package.json: from the sources as well as from the compiled output.

import { existsSync, readFileSync } from 'node:fs';

export function readVersion(): string {
  for (let folder = new URL('./', import.meta.url); ; folder = new URL('../', folder)) {
    const file = new URL('package.json', folder);
    if (existsSync(file)) {
      const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
      if (typeof content === 'object' && content !== null && 'version' in content) return String(content.version);
    }
    if (folder.pathname === '/') return 'unknown';
  }
}
