// Standard replies of IRCv3: `FAIL` goes to the request that it is about, `WARN`, `NOTE`, and what nobody here asked for is told to the user.

import { standardReplyError } from './errors.ts';
import type { Handlers } from './rooms.ts';
import type { Wire } from './wire.ts';

/** `FAIL command code [context...] :words`; a star for no command. */
export class StandardReplies {
  readonly #wire: Wire;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  readonly handlers: Handlers = {
    FAIL: ({ params }) => this.#onFail(params),
    WARN: ({ params }) => this.#wire.told(params.at(-1) ?? ''),
    NOTE: ({ params }) => this.#wire.told(params.at(-1) ?? ''),
  };

  #onFail(params: readonly string[]): void {
    const [command = '', code = '', ...rest] = params;
    const context = rest.slice(0, -1);
    const said = this.#wire.readText(params.at(-1) ?? '');
    const named = new Set(context.map((one) => this.#wire.fold(one)));
    const { requests } = this.#wire;
    const request =
      requests.about(command.toUpperCase(), named) ??
      // It names a channel that nothing was asked of from here.
      (context.some((one) => this.#wire.isChannel(one)) ? undefined : requests.about(command.toUpperCase()));
    if (request === undefined) this.#wire.told(said);
    else request.fail(standardReplyError(code, said));
  }
}
