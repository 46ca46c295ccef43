// A web page with Converse.js on it, signed in, with a room open if wished. Everything comes from here: nothing from the internet.

import { createReadStream, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { dirname, extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = dirname(fileURLToPath(import.meta.resolve('converse.js/dist/converse.min.js')));
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mp3': 'audio/mpeg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};

export interface WebPagePlan {
  readonly port: number;
  readonly websocketUrl: string;
  readonly jid: string;
  readonly password: string;
  /** What it is in from the start. */
  readonly room?: { readonly jid: string; readonly nick: string };
  /** Bare JID of somebody whose chat is open too. */
  readonly contact?: string;
  /** Default: English. */
  readonly language?: string;
  /** A page below `/phone`, shown beside the client. @returns false for what is none of its own. */
  readonly phone?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface WebPage {
  readonly url: string;
  close(): Promise<void>;
}

export async function serveWebPage(plan: WebPagePlan): Promise<WebPage> {
  const html = pageOf(plan);
  const first = plan.phone === undefined ? html : FRAMES;
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (pathname === '/') sendPage(response, first, plan.websocketUrl);
    else if (pathname === '/client') sendPage(response, html, plan.websocketUrl);
    else if (plan.phone?.(request, response)) return;
    else if (pathname.startsWith('/dist/')) sendFile(response, decodeURIComponent(pathname.slice('/dist/'.length)));
    else response.writeHead(pathname === '/favicon.ico' ? 204 : 404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(plan.port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${plan.port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function sendPage(response: ServerResponse, html: string, websocketUrl: string): void {
  response
    .writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      // Converse's footer would fetch pictures of its sponsors.
      'content-security-policy': `img-src 'self' data: blob:; connect-src 'self' ${new URL(websocketUrl).origin}`,
    })
    .end(html);
}

function sendFile(response: ServerResponse, name: string): void {
  const file = normalize(join(DIST, name));
  const type = TYPES[extname(file)];
  if (
    type === undefined ||
    !file.startsWith(DIST + sep) ||
    statSync(file, { throwIfNoEntry: false })?.isFile() !== true
  ) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': type });
  createReadStream(file)
    .once('error', () => response.destroy())
    .pipe(response);
}

const FRAMES = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Viaduct</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body { display: flex; flex-wrap: wrap; margin: 0; min-height: 100vh; } iframe { border: 0; min-height: 620px; }
#client { flex: 1 1 700px; } #phone { flex: 1 0 340px; max-width: 400px; } @media (max-width: 1050px) { #phone { max-width: none; } }</style></head>
<body><iframe id="client" src="/client" title="Web client"></iframe><iframe id="phone" src="/phone" title="Phone"></iframe></body></html>
`;

function pageOf({ websocketUrl, jid, password, room, contact, language = 'en' }: WebPagePlan): string {
  const settings = {
    assets_path: '/dist/',
    websocket_url: websocketUrl,
    discover_connection_methods: false,
    authentication: 'login',
    auto_login: true,
    jid,
    password,
    view_mode: 'fullscreen',
    ...(room !== undefined && { auto_join_rooms: [room] }),
    ...(contact !== undefined && { auto_join_private_chats: [contact] }),
    allow_registration: false,
    i18n: language,
    loglevel: 'warn',
    play_sounds: false,
    show_desktop_notifications: false,
    persistent_store: 'sessionStorage',
    clear_cache_on_logout: true,
  };
  // The bundle is an ES module; a script of the other kind could not see `converse`.
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Viaduct</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/dist/converse.min.css"><script type="module" src="/dist/converse.min.js"></script></head>
<body class="converse-fullscreen"><script type="module">converse.initialize(${JSON.stringify(settings).replaceAll('<', '\\u003c')});</script></body></html>
`;
}
