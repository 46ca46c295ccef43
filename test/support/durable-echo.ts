// A gateway to a durable echo network, whose far side is a process of its own: the network that outlives kills.

import { type EchoProcess, startEchoServer } from './echo-process.ts';
import { type GatewayPlan, type GatewayProcess, startGateway } from './gateway-process.ts';

export interface DurableEcho {
  readonly network: EchoProcess;
  readonly gateway: GatewayProcess;
  stop(): Promise<void>;
}
type DurableEchoPlan = Omit<GatewayPlan, 'gateways'> & {
  readonly domain: string;
  readonly secret: string;
  /** More gateways of the same process. */
  readonly beside?: GatewayPlan['gateways'];
};

/** Resolves when every gateway is online. @throws Error with a log when one is not in time; nothing then runs any more. */
export async function startDurableEcho({
  domain,
  secret,
  beside = [],
  ...plan
}: DurableEchoPlan): Promise<DurableEcho> {
  const network = await startEchoServer();
  const settings = { delivery: 'durable', server: `${network.host}:${network.port}` };
  try {
    const gateway = await startGateway({
      ...plan,
      gateways: [{ domain, secret, network: 'echo', settings }, ...beside],
    });
    const stop = async (): Promise<void> => {
      await gateway.remove();
      await network.stop();
    };
    return { network, gateway, stop };
  } catch (error) {
    await network.stop();
    throw error;
  }
}
