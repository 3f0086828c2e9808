/** A core that only writes down what it is given, and time that stands still until a test moves it. */
import type { Input } from '../../../../src/core/inputs.ts';
import { AbortListeners } from '../../../../src/daemon/embedding/abort-listeners.ts';
import type { BacklogBounds } from '../../../../src/daemon/embedding/backlog.ts';
import { LocalClients } from '../../../../src/daemon/embedding/local-clients.ts';
import {
  LocalSubscriptions,
  type LocalSubscriptionsOptions,
} from '../../../../src/daemon/embedding/local-subscriptions.ts';
import { Mailbox } from '../../../../src/daemon/embedding/mailbox.ts';

export const TYPE = 1337;
export const TIMEOUT = 1_000;

export const SMALL_BOUNDS: BacklogBounds = {
  highItems: 4,
  lowItems: 2,
  highBytes: 1_000,
  lowBytes: 500,
  fullItems: 8,
  fullBytes: 4_000,
  stalledTicks: 2,
};

export interface Bench {
  readonly inputs: Input[];
  readonly clients: LocalClients;
  readonly subscriptions: LocalSubscriptions;
  readonly failures: unknown[];
  readonly clock: { now: number };
  /** Notifies every subscription, as the core does: in the middle of an input. */
  notify(messageId: number, data?: Uint8Array): void;
  /** The inputs of these kinds. */
  given<Kind extends Input['kind']>(...kinds: Kind[]): Extract<Input, { kind: Kind }>[];
}

export function bench(options: Partial<LocalSubscriptionsOptions> = {}): Bench {
  const inputs: Input[] = [];
  const clock = { now: 0 };
  const failures: unknown[] = [];
  const clients = new LocalClients((input) => inputs.push(input));
  const subscriptions = new LocalSubscriptions({
    clients,
    mailbox: new Mailbox(),
    aborts: new AbortListeners(),
    validationTimeout: TIMEOUT,
    now: () => clock.now,
    isOwn: () => false,
    onFailure: (_, error) => failures.push(error),
    bounds: SMALL_BOUNDS,
    ...options,
  });
  const given = <Kind extends Input['kind']>(...kinds: Kind[]): Extract<Input, { kind: Kind }>[] =>
    inputs.filter((input): input is Extract<Input, { kind: Kind }> =>
      kinds.some((kind) => kind === input.kind),
    );
  const notify = (messageId: number, data = new Uint8Array()): void => {
    const audience = given('subscribe').map(({ client }) => client);
    clients.notify(audience, messageId, TYPE, data);
  };
  return { inputs, clients, subscriptions, failures, clock, notify, given };
}

/** Lets everything be delivered that was posted. */
export async function delivered(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
