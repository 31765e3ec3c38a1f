/** To whom an integration sends: to people by Sinch, or to a simulator on this machine. Said before money is spent. */
import { isThisMachine } from '../hosts/index.ts';
import type { IntegrationView } from '../settings/index.ts';

/** What has to be known of an integration. */
export type Destination = Pick<IntegrationView, 'id' | 'baseUrl'> & { callbackUrl?: string | undefined };

/** Whether its messages leave this machine, and so may reach people. */
export function isReal({ baseUrl }: Pick<Destination, 'baseUrl'>): boolean {
  return !isThisMachine(new URL(baseUrl).hostname);
}

/** Where its messages go, in one line. */
export function destinationLine(destination: Destination): string {
  const { host } = new URL(destination.baseUrl);
  return isReal(destination)
    ? `to Sinch at ${host}: messages reach people, and cost money`
    : `to ${host} on this machine: nothing is sent to anybody`;
}

/** What to be warned of, each in a sentence; nothing for what stays on this machine. */
export function destinationWarnings(destination: Destination, isDefault: boolean): string[] {
  if (!isReal(destination)) return [];
  const { id, baseUrl, callbackUrl } = destination;
  const which = isDefault ? 'Every message that names no other integration goes' : `What names integration ${id} goes`;
  return [
    `${which} to Sinch at ${new URL(baseUrl).host}: it reaches people, and costs money.`,
    ...(callbackUrl === undefined || !isThisMachine(new URL(callbackUrl).hostname)
      ? []
      : [
          `Sinch cannot reach ${new URL(callbackUrl).host}, so no delivery report comes from there: have this server ` +
            `reached from the internet, and set that address with temporal-sinch integrations change ${id} --callback-url https://…. ` +
            'Until then messages learn of their delivery by sweeps alone.',
        ]),
  ];
}
