import type { Environment } from '../providers/environment.ts';
import { type Listener, startListener } from '../providers/mail/inbound/listener.ts';
import type { Dependencies } from './dependencies.ts';
import { acceptInbound } from './inbound.ts';

/** The inbound SMTP listener of this process; null when none is configured. Rejects when the port is taken. */
export async function startMailListener(
  deps: Pick<Dependencies, 'db' | 'stops' | 'linkKeys' | 'addressKey' | 'log'>,
  { INBOUND_SMTP_PORT: port, INBOUND_DOMAIN: domain, API_HOST: host }: Environment,
): Promise<Listener | null> {
  if (port === undefined) return null;
  return startListener({
    host,
    port,
    domain,
    linkKeys: deps.linkKeys,
    handle: (delivery) => acceptInbound(deps, delivery),
    failed: (error) => deps.log.error({ err: error }, 'a message could not be taken in; its sender tries again'),
  });
}
