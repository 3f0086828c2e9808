/** Doubles for the tests of the simulator: machines without nodes, cores that follow a script. */
import type { Effect } from '../../../src/core/effects.ts';
import type { Input, QueueState } from '../../../src/core/inputs.ts';
import type { Instant } from '../../../src/core/settings.ts';
import { Announcement, type TravellingMessage } from '../../../src/sim/announcement.ts';
import type { EventQueue } from '../../../src/sim/event-queue.ts';
import type { LinkEnd, Machine } from '../../../src/sim/link-end.ts';
import type { Core } from '../../../src/sim/world.ts';
import { formatAddress, type Address } from '../../../src/wire/address.ts';

/** Fires everything due up to `limit`. */
export function runTo(events: EventQueue, limit: Instant): void {
  for (let event = events.take(limit); event !== undefined; event = events.take(limit))
    event.fire();
}

/** A machine that writes down what it hears, as `time what`. */
export class DeafMachine implements Machine {
  readonly index: number;
  readonly host: string;
  isRunning = true;
  readonly heard: string[] = [];
  readonly ends: LinkEnd[] = [];
  readonly queues: QueueState[] = [];
  readonly #events: EventQueue;
  #links = 0;

  constructor(events: EventQueue, index: number, host = `10.0.0.${index}`) {
    this.#events = events;
    this.index = index;
    this.host = host;
  }

  newLinkId(): number {
    return ++this.#links;
  }

  onLinkOpened(end: LinkEnd): void {
    this.ends.push(end);
    this.#note(end.dialled === undefined ? 'dialled by peer' : 'opened');
  }

  onMessage(_end: LinkEnd, message: TravellingMessage): void {
    this.#note(message.kind === 'peer-info' ? `info ${message.port}` : message.kind);
  }

  onLinkClosed(_end: LinkEnd, reason: string): void {
    this.#note(`closed: ${reason}`);
  }

  onQueueChanged(_end: LinkEnd, queue: QueueState): void {
    this.queues.push(queue);
    this.#note(`queue ${queue.level}${queue.isMoving ? '' : ', not moving'}`);
  }

  onDialFailed(address: Address, reason: string): void {
    this.#note(`no link to ${formatAddress(address)}: ${reason}`);
  }

  #note(what: string): void {
    this.heard.push(`${this.#events.now} ${what}`);
  }
}

/** A small message that can be told from others. */
export function info(port: number): TravellingMessage {
  return { kind: 'peer-info', port };
}

/** A 504 with `bytes` bytes of data. */
export function announce(bytes: number, origin = 0): TravellingMessage {
  const message = { ttl: 0, dataType: 1, data: new Uint8Array(bytes) };
  const announcement = new Announcement(origin, message, 0);
  return { kind: 'peer-announce', id: { high: 1, low: 1 }, ...message, announcement };
}

/** A core that answers inputs by a function and writes down what it was given. */
export class ScriptedCore implements Core {
  readonly given: Input[] = [];
  deadline: Instant | undefined;
  /** What to do; may be replaced at any time. */
  script: (input: Input, now: Instant) => readonly Effect[];

  constructor(script: (input: Input, now: Instant) => readonly Effect[] = () => []) {
    this.script = script;
  }

  handle(input: Input, now: Instant): readonly Effect[] {
    this.given.push(input);
    return this.script(input, now);
  }

  nextDeadline(): Instant | undefined {
    return this.deadline;
  }

  /** The kinds of all inputs so far, in order. */
  get kinds(): string[] {
    return this.given.map((input) => input.kind);
  }

  all<Kind extends Input['kind']>(kind: Kind): Extract<Input, { kind: Kind }>[] {
    return this.given.filter(
      (input): input is Extract<Input, { kind: Kind }> => input.kind === kind,
    );
  }
}
