// matrix-js-sdk as it is used here: loaded when the first account needs it, and silent. Of it come the requests, their errors and the
// signing in; not its client's syncing, which keeps megabytes for each account and knows no token that is safe on disk.

import type {
  createClient,
  HttpApiEvent,
  HttpApiEventHandlerMap,
  HTTPError,
  IHttpOpts,
  MatrixError,
  MatrixHttpApi,
} from 'matrix-js-sdk';

type Http = MatrixHttpApi<IHttpOpts & { onlyData: true }>;

export interface Sdk {
  readonly createClient: typeof createClient;
  /** A client's requests alone, without its stores. */
  http(options: { readonly baseUrl: string; readonly accessToken: string; readonly fetchFn: typeof fetch }): Http;
  readonly MatrixError: typeof MatrixError;
  readonly HTTPError: typeof HTTPError;
  readonly silent: Silent;
}
export type { Http };

const quiet = (): void => {};
interface Silent {
  trace(this: void): void;
  debug(this: void): void;
  info(this: void): void;
  warn(this: void): void;
  error(this: void): void;
  getChild(): Silent;
}
/** Its logger prints every request. */
const SILENT: Silent = {
  trace: quiet,
  debug: quiet,
  info: quiet,
  warn: quiet,
  error: quiet,
  getChild: () => SILENT,
};

let loading: Promise<Sdk> | undefined;

export function loadSdk(): Promise<Sdk> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Sdk> {
  const [sdk, { logger }] = await Promise.all([import('matrix-js-sdk'), import('matrix-js-sdk/lib/logger.js')]);
  if ('disableAll' in logger && typeof logger.disableAll === 'function') logger.disableAll(false);
  const emitter = new sdk.TypedEventEmitter<HttpApiEvent, HttpApiEventHandlerMap>();
  return {
    createClient: sdk.createClient,
    MatrixError: sdk.MatrixError,
    HTTPError: sdk.HTTPError,
    silent: SILENT,
    // What it would tell by events comes as errors too.
    http: (options) =>
      new sdk.MatrixHttpApi(emitter, { ...options, prefix: sdk.ClientPrefix.V3, onlyData: true }) satisfies Http,
  };
}
