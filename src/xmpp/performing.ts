// A command of the model that a request asks for, performed before the request is answered.

import type { AnyCommand } from '../model/commands.ts';
import type { FeatureHost, IqRequest } from './feature.ts';

/** Resolves when the network has done it. @throws BridgeError by rejection: why it has not. */
export function performed(host: FeatureHost, request: IqRequest, command: AnyCommand): Promise<void> {
  return new Promise((resolve, reject) => {
    host.bridge.submit(request.user, command, {
      ...host.origin(request),
      settle: (error) => (error === undefined ? resolve() : reject(error)),
    });
  });
}
