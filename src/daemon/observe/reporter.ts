/**
 * Where everything arrives that is worth a line or a count: the core's events, and what the sockets notice.
 * A bounded number of lines leaves in a tick (warnings have a budget of their own), and one that says how
 * many were held back.
 */
import type { NodeEvent } from '../../core/events.ts';
import type { ClientId, LinkId } from '../../core/inputs.ts';
import type { PeerIdentity } from '../../core/settings.ts';
import { formatAddress, type Address } from '../../wire/address.ts';
import type { Violation } from '../../wire/violation.ts';
import { EventCounter, type EventCounts } from './counters.ts';
import { lineOf, type Line } from './event-lines.ts';
import { LineBudget } from './line-budget.ts';
import { printable } from './printable.ts';

/** What is asked of a log; a pino logger is one. */
export interface Log {
  isLevelEnabled(level: string): boolean;
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A connection that came to nothing before it was a link. */
export interface RefusedChannel {
  readonly direction: 'inbound' | 'outbound';
  readonly remote: Address;
  readonly code: string;
  readonly reason: string;
}

/** Who must act: a pin is the operator's word; what shows that two nodes are set differently is worth a line. */
const CHANNEL_LEVELS: ReadonlyMap<string, Line['level']> = new Map([
  ['pin-mismatch', 'error'],
  ['mode-mismatch', 'info'],
  ['network-mismatch', 'info'],
  ['no-certificate', 'info'],
  ['bad-certificate', 'info'],
  ['not-allowed', 'info'],
]);

export class Reporter {
  readonly #log: Log;
  readonly #budget: LineBudget;
  /** What somebody must act on is not crowded out by what strangers cause, nor by debugging. */
  readonly #warnings: LineBudget;
  readonly #counter = new EventCounter();
  #hasHadLink = false;

  /** `linesPerTick`: lines in one interval of the housekeeping timer, and as many warnings. */
  constructor(log: Log, linesPerTick: number) {
    this.#log = log;
    this.#budget = new LineBudget(linesPerTick);
    this.#warnings = new LineBudget(linesPerTick);
  }

  /** Lines that were written in this interval, warnings apart. */
  get linesNow(): number {
    return this.#budget.lines;
  }

  get counts(): EventCounts {
    return this.#counter.counts();
  }

  onEvent(event: NodeEvent): void {
    this.#counter.count(event);
    const line = lineOf(event);
    const isFirstLink = event.kind === 'link-established' && !this.#hasHadLink;
    if (isFirstLink) this.#hasHadLink = true;
    // Whoever has just started a node waits for this one.
    this.#write(isFirstLink ? { ...line, level: 'info' } : line);
  }

  onMalformedClient(client: ClientId, from: string, { code, reason }: Violation): void {
    const fields = { client, from, code, reason: printable(reason) };
    this.#warn(fields, 'a client sent what is no message of a client, and was disconnected');
  }

  /** A client is gone in the middle of a message; `size` is that of the whole message, if known. */
  onClientCutOff(client: ClientId, from: string, bytes: number, size: number | undefined): void {
    const message = 'a client was gone in the middle of a message, which is discarded';
    this.#write({ level: 'debug', fields: { client, from, bytes, size }, message });
  }

  /** The same of a peer. */
  onPeerCutOff(link: LinkId, remote: Address, bytes: number, size: number | undefined): void {
    const message = 'a link ended in the middle of a message, which is discarded';
    const fields = { link, peer: formatAddress(remote), bytes, size };
    this.#write({ level: 'debug', fields, message });
  }

  onClientQueueFull(client: ClientId, from: string): void {
    const message = 'a client does not read fast enough; it misses notifications from now on';
    this.#warn({ client, from, code: 'queue-full' }, message);
  }

  onStuckClient(client: ClientId, from: string): void {
    const message =
      'a client read nothing for long although its queue was full; it was disconnected';
    this.#warn({ client, from, code: 'slow-client' }, message);
  }

  onStuckPeer(link: LinkId, remote: Address): void {
    const message = 'a peer read nothing for long although its queue was full; the link was closed';
    const fields = { link, peer: formatAddress(remote), code: 'slow-peer' };
    this.#write({ level: 'info', fields, message });
  }

  onRefusedChannel({ direction, remote, code, reason }: RefusedChannel): void {
    const level = CHANNEL_LEVELS.get(code) ?? 'debug';
    // A crowd at the door must not cost the making of lines that nobody reads.
    if (!this.#log.isLevelEnabled(level)) return;
    const fields = { direction, peer: formatAddress(remote), code, reason: printable(reason) };
    this.#write({ level, fields, message: 'no link: the connection was not secured' });
  }

  /** Another key than before was found at an address without a pin. */
  onChangedIdentity(address: Address, before: PeerIdentity, identity: PeerIdentity): void {
    const fields = { peer: formatAddress(address), code: 'identity-changed', before, identity };
    this.#warn(fields, 'another key than before answers at this address: taken for a new peer');
  }

  /** A connection could not be accepted, for `error`'s reason: usually there are no file descriptors left. */
  onAcceptTrouble(error: Error): void {
    this.#warn({ reason: printable(error.message) }, 'a connection could not be accepted');
  }

  onSolverTrouble(reason: string): void {
    this.#warn({ reason: printable(reason) }, 'trouble with the proof of work');
  }

  /** One interval of the housekeeping timer has passed. */
  tick(): void {
    const suppressed = this.#budget.tick() + this.#warnings.tick();
    if (suppressed > 0) this.#log.warn({ suppressed }, `suppressed ${suppressed} lines`);
  }

  #warn(fields: Line['fields'], message: string): void {
    this.#write({ level: 'warn', fields, message });
  }

  #write({ level, fields, message }: Line): void {
    const isUrgent = level === 'warn' || level === 'error';
    const budget = isUrgent ? this.#warnings : this.#budget;
    if (this.#log.isLevelEnabled(level) && budget.allows()) this.#log[level](fields, message);
  }
}
