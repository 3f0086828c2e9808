import { describe, expect, it } from 'vitest';
import { u64, type U64 } from '../../../src/basics/integers.ts';
import type { Effect } from '../../../src/core/effects.ts';
import type { NodeEvent } from '../../../src/core/events.ts';
import type { Input } from '../../../src/core/inputs.ts';
import { Announcement } from '../../../src/sim/announcement.ts';
import { NodeChecker } from '../../../src/sim/checkers.ts';
import { nodeSettings, type SettingsOverrides } from '../../../src/sim/node-settings.ts';
import { ScriptedCore } from './support.ts';

const HERE = { host: '10.0.0.1', port: 6001 };
const NODE = 0;
const TYPE = 1337;
const DATA = Uint8Array.of(1, 2, 3);
const IDLE = new ScriptedCore();

/** One node under a checker: inputs go in with the effects that the node is said to have. */
class Watched {
  readonly #checker: NodeChecker;
  #ids = 0;
  #now = 0;

  constructor(overrides: SettingsOverrides = { degree: 4 }) {
    this.#checker = new NodeChecker(NODE, nodeSettings(HERE, overrides));
  }

  wait(duration: number): void {
    this.#now += duration;
  }

  give(input: Input, ...effects: Effect[]): void {
    this.#step(input, undefined, effects);
  }

  /** Opens links 1 … `count`. */
  openLinks(count: number): void {
    for (let link = 1; link <= count; link++) this.give(opened(link), established(link, link));
  }

  subscribe(client: number, dataType = TYPE): void {
    this.give({ kind: 'client-joined', client });
    this.give({ kind: 'subscribe', client, dataType });
  }

  /** A new message of a peer. */
  message(): Announcement {
    const record = new Announcement(99, { ttl: 0, dataType: TYPE, data: DATA }, this.#now);
    record.id = u64(5, ++this.#ids);
    return record;
  }

  /** A copy of `record` comes in on `link`. */
  hear(record: Announcement, link: number, ttl: number, ...effects: Effect[]): void {
    const input: Input = { kind: 'message', link, message: copyOf(record, ttl) };
    this.#step(input, record, effects);
  }

  announce(record: Announcement, client: number | undefined, ...effects: Effect[]): void {
    const { ttl, dataType, data } = record;
    this.#step({ kind: 'announce', client, ttl, dataType, data }, record, effects);
  }

  #step(input: Input, announcement: Announcement | undefined, effects: readonly Effect[]): void {
    const now = ++this.#now;
    const isFromPeer = input.kind === 'message' && announcement !== undefined;
    const isSurelyNew = isFromPeer ? !announcement.wasAt(NODE, 0) : input.kind === 'announce';
    const arrival =
      isFromPeer && input.message.kind === 'peer-announce'
        ? announcement.noteArrival({
            node: NODE,
            ttl: input.message.ttl,
            sender: input.link,
            now,
            since: 0,
            senderNode: 98,
            isHostile: false,
          })
        : undefined;
    const hasForgotten = false;
    this.#checker.begin({ input, now, announcement, arrival, isSurelyNew, hasForgotten });
    for (const effect of effects) {
      const isAnnounce = effect.kind === 'send' && effect.message.kind === 'peer-announce';
      const travelling = isAnnounce ? (effect.message as ReturnType<typeof copyOf>) : undefined;
      this.#checker.effect(effect, travelling);
    }
    this.#checker.end(IDLE);
  }
}

function copyOf(record: Announcement, ttl: number) {
  const { dataType, data } = record;
  return {
    kind: 'peer-announce' as const,
    id: record.id ?? u64(0, 0),
    ttl,
    dataType,
    data,
    announcement: record,
  };
}

function opened(link: number): Input {
  return { kind: 'link-opened', link, dialled: undefined, remote: HERE, local: HERE };
}

function report(event: NodeEvent): Effect {
  return { kind: 'report', event };
}

function established(link: number, openLinks: number): Effect {
  return report({ kind: 'link-established', link, direction: 'inbound', peer: HERE, openLinks });
}

function forward(record: Announcement, ttl: number, ...links: number[]): Effect {
  return { kind: 'send', links, message: copyOf(record, ttl), own: false };
}

function notify(messageId: number, ...clients: number[]): Effect {
  return { kind: 'notify', clients, messageId, dataType: TYPE, data: DATA };
}

function verdict(client: number, messageId: number, valid = true): Input {
  return { kind: 'verdict', client, messageId, valid };
}

const WAKE: Input = { kind: 'wake' };

describe('keys', () => {
  const secured = (link: number, identity: string): Input => ({
    kind: 'link-opened',
    link,
    dialled: undefined,
    remote: HERE,
    local: HERE,
    secured: { identity, challenges: [u64(1, 0), u64(1, 1)] },
  });
  const challenge = (link: number, number: U64): Effect => {
    const message = { kind: 'peer-challenge', challenge: number } as const;
    return { kind: 'send', links: [link], message, own: false };
  };

  it('have one open link each', () => {
    const node = new Watched();
    node.give(secured(1, 'a'), established(1, 1));
    node.give(secured(2, 'b'), established(2, 2));
    expect(() => node.give(secured(3, 'a'), established(3, 3))).toThrow(
      'links 1 and 3 to the same peer are open',
    );
  });

  it('make the challenges of a link those of its channel, in order', () => {
    const node = new Watched();
    node.give(secured(1, 'a'), challenge(1, u64(1, 0)));
    node.give(WAKE, challenge(1, u64(1, 1)));
    node.give(secured(2, 'b'));
    expect(() => node.give(WAKE, challenge(2, u64(1, 1)))).toThrow('does not belong');
  });
});

describe('a link that makes room', () => {
  const madeRoom = (dialled: typeof HERE | undefined): (() => void) => {
    const node = new Watched();
    node.give(
      { kind: 'link-opened', link: 1, dialled, remote: HERE, local: HERE },
      established(1, 1),
    );
    const event: NodeEvent = {
      kind: 'link-lost',
      link: 1,
      peer: HERE,
      code: 'made-room',
      reason: '',
      openLinks: 0,
    };
    return () => node.give(WAKE, { kind: 'hang-up', link: 1 }, report(event));
  };

  it('may be inbound', () => {
    expect(madeRoom(undefined)).not.toThrow();
  });

  it('may not be one that the node dialled', () => {
    expect(madeRoom(HERE)).toThrow('had dialled it');
  });
});

describe('the rate of a type', () => {
  const exceeded: Effect = {
    kind: 'report',
    event: { kind: 'rate-exceeded', link: 1, dataType: TYPE },
  };

  function watched(overrides?: SettingsOverrides): Watched {
    const node = new Watched(overrides);
    node.openLinks(1);
    node.subscribe(1);
    return node;
  }

  it('is the only reason to tell nobody of what exceeds it', () => {
    const node = watched({ types: new Map([[TYPE, { rateLimit: { perSecond: 1, burst: 1 } }]]) });
    expect(() => node.hear(node.message(), 1, 0, exceeded)).not.toThrow();
  });

  it('cannot be exceeded where there is none', () => {
    const node = watched({});
    expect(() => node.hear(node.message(), 1, 0, exceeded)).toThrow('for a rate that nobody has');
  });
});

describe('the checker of links', () => {
  it.each<[string, Effect]>([
    ['send', { kind: 'send', links: [7], message: { kind: 'peer-info', port: 1 }, own: false }],
    ['hang-up', { kind: 'hang-up', link: 7 }],
    ['solve', { kind: 'solve', link: 7, challenge: u64(1, 1), difficulty: 1, hashesMax: 1 }],
    ['pause-link', { kind: 'pause-link', link: 7 }],
  ])('notices a %s for a link that is not there', (_kind, effect) => {
    expect(() => new Watched().give(WAKE, effect)).toThrow('no such link');
    const closed = new Watched();
    closed.give(opened(7));
    closed.give({ kind: 'link-closed', link: 7, reason: '' });
    expect(() => closed.give(WAKE, effect)).toThrow('no such link');
    const hungUp = new Watched();
    hungUp.give(opened(7), { kind: 'hang-up', link: 7 });
    expect(() => hungUp.give(WAKE, effect)).toThrow('no such link');
  });

  it('notices a 505 on a link that is not open', () => {
    const node = new Watched();
    const message = { kind: 'peer-discovery', challenge: undefined } as const;
    expect(() => node.give(opened(1), { kind: 'send', links: [1], message, own: false })).toThrow(
      'a peer-discovery was sent on link 1, which is not open',
    );
  });

  it('notices more open links than max_connections', () => {
    const node = new Watched({ maxConnections: 4 });
    node.openLinks(4);
    expect(() => node.give(opened(5), established(5, 5))).toThrow('5 open links');
  });

  it('lets one link take the place of another within a step', () => {
    const node = new Watched({ maxConnections: 4 });
    node.openLinks(4);
    node.give(opened(5), { kind: 'hang-up', link: 4 }, established(5, 4));
  });

  it('notices more links on their way than allowed', () => {
    const node = new Watched({ bounds: { pendingLinksMax: 2 } });
    node.give(opened(1));
    node.give(opened(2));
    expect(() => node.give(opened(3))).toThrow('3 links not open yet, allowed: 2');
  });

  it('notices a wrong count of open links in a report', () => {
    expect(() => new Watched().give(opened(1), established(1, 2))).toThrow(
      'the node reports 2 open links, there are 1',
    );
  });
});

describe('the checker of forwarding', () => {
  it('accepts one hop less, to other links, once, and again for a larger TTL', () => {
    const node = new Watched();
    node.openLinks(4);
    const record = node.message();
    node.hear(record, 1, 3, forward(record, 2, 2, 3, 4));
    node.hear(record, 2, 3);
    node.hear(record, 3, 7, forward(record, 6, 1, 2, 4));
    node.hear(record, 4, 0, forward(record, 0, 1, 2, 3));
  });

  it.each<[string, (node: Watched, record: Announcement) => void, string]>([
    [
      'a message that had not come in',
      (node, record) => node.give(WAKE, forward(record, 2, 1)),
      'had not come in',
    ],
    [
      'a TTL that is not one less',
      (node, record) => node.hear(record, 1, 3, forward(record, 3, 2)),
      'forwarded with TTL 3',
    ],
    [
      'a message with TTL 1',
      (node, record) => node.hear(record, 1, 1, forward(record, 0, 2)),
      'forwarded with TTL 0',
    ],
    [
      'a TTL made unlimited',
      (node, record) => node.hear(record, 1, 2, forward(record, 0, 2)),
      'forwarded with TTL 0',
    ],
    [
      'a copy back to its sender',
      (node, record) => node.hear(record, 1, 3, forward(record, 2, 2, 1)),
      'back to its sender on link 1',
    ],
    [
      'the same twice on a link',
      (node, record) => node.hear(record, 1, 3, forward(record, 2, 2), forward(record, 2, 2)),
      'sent twice on link 2',
    ],
    [
      'more links than degree',
      (node, record) => node.hear(record, 1, 3, forward(record, 2, 2, 3, 4, 5, 6)),
      'forwarded on 5 links, degree is 4',
    ],
    [
      'a further round for a copy that is no better',
      (node, record) => {
        node.hear(record, 1, 3, forward(record, 2, 2));
        node.hear(record, 2, 3, forward(record, 2, 3));
      },
      'forwarded again with TTL 2',
    ],
    [
      'a copy of its own announcement',
      (node) => {
        const own = new Announcement(NODE, { ttl: 5, dataType: TYPE, data: DATA }, 0);
        node.announce(own, undefined, forward(own, 5, 1, 2));
        node.hear(own, 1, 9, forward(own, 8, 3));
      },
      'had not come in',
    ],
  ])('notices %s', (_what, play, complaint) => {
    const node = new Watched();
    node.openLinks(6);
    expect(() => play(node, node.message())).toThrow(complaint);
  });

  it('notices a message without a subscriber with relay = subscribed', () => {
    const node = new Watched({ relay: 'subscribed' });
    node.openLinks(2);
    const record = node.message();
    expect(() => node.hear(record, 1, 0, forward(record, 0, 2))).toThrow('relay = subscribed');
  });
});

describe('the checker of the gate', () => {
  /** Two links, two subscribers, one message that both were notified of under ID 9. */
  function asked(): { node: Watched; record: Announcement } {
    const node = new Watched();
    node.openLinks(2);
    node.subscribe(1);
    node.subscribe(2);
    const record = node.message();
    node.hear(record, 1, 0, notify(9, 1, 2));
    return { node, record };
  }

  it('accepts a message that all have called valid', () => {
    const { node, record } = asked();
    node.give(verdict(1, 9));
    node.give(verdict(2, 9), forward(record, 0, 2));
  });

  it('notices one that left before its last verdict', () => {
    const { node, record } = asked();
    expect(() => node.give(verdict(1, 9), forward(record, 0, 2))).toThrow(
      'without the verdict of client 2',
    );
  });

  it('notices one that left although it was refused', () => {
    const { node, record } = asked();
    node.give(verdict(1, 9, false));
    expect(() => node.give(verdict(2, 9), forward(record, 0, 2))).toThrow('a refused message');
  });

  it('accepts one whose other subscriber has gone', () => {
    const { node, record } = asked();
    node.give(verdict(1, 9));
    node.give({ kind: 'client-gone', client: 2 }, forward(record, 0, 2));
  });

  it('accepts one whose other subscriber did not answer in time, and not earlier', () => {
    const { node, record } = asked();
    node.give(verdict(1, 9));
    node.wait(59_990);
    expect(() => node.give(WAKE, forward(record, 0, 2))).toThrow('without the verdict');
    node.wait(10);
    node.give(WAKE, forward(record, 0, 2));
  });

  it('notices one from which all abstained', () => {
    const { node, record } = asked();
    node.wait(60_000);
    expect(() => node.give(WAKE, forward(record, 0, 2))).toThrow('that nobody called valid');
  });

  it('accepts one on which the other subscriber declined to judge', () => {
    const { node, record } = asked();
    node.give(verdict(1, 9));
    node.give({ kind: 'abstain', client: 2, messageId: 9 }, forward(record, 0, 2));
  });

  it('accepts one that waited for all but a silent subscriber', () => {
    const { node, record } = asked();
    node.give(verdict(1, 9));
    const silent = report({ kind: 'subscriber-silent', client: 2, dataType: TYPE });
    node.give(WAKE, silent, forward(record, 0, 2));
  });

  it('does not count a verdict that came too late', () => {
    const { node, record } = asked();
    node.wait(60_001);
    expect(() => node.give(verdict(1, 9), forward(record, 0, 2))).toThrow(
      'that nobody called valid',
    );
  });
});

describe('the checker of notifications', () => {
  function subscribed(...clients: number[]): Watched {
    const node = new Watched();
    node.openLinks(3);
    for (const client of clients) node.subscribe(client);
    return node;
  }

  it('notices a subscriber that is not told', () => {
    const node = subscribed(1, 2);
    expect(() => node.hear(node.message(), 1, 1, notify(5, 1))).toThrow(
      'client 2 was not notified',
    );
  });

  it('accepts one that could not be told', () => {
    const node = subscribed(1, 2);
    const dropped = report({
      kind: 'notification-dropped',
      client: 2,
      dataType: TYPE,
      why: 'queue-full',
    });
    node.hear(node.message(), 1, 1, dropped, notify(5, 1));
  });

  it.each<[string, (node: Watched) => void, string]>([
    [
      'a second notification of one message',
      (node) => node.hear(node.message(), 1, 1, notify(5, 1), notify(6, 1)),
      'client 1 was notified twice',
    ],
    [
      'a notification of a further copy',
      (node) => {
        const record = node.message();
        node.hear(record, 1, 1, notify(5, 1));
        node.hear(record, 2, 9, notify(6, 1));
      },
      'notified of a further copy',
    ],
    [
      'a notification of nothing',
      (node) => node.give(WAKE, notify(5, 1)),
      'although no such announcement came in',
    ],
    [
      'a notification of other data',
      (node) => {
        const effect: Effect = {
          kind: 'notify',
          clients: [1],
          messageId: 5,
          dataType: TYPE,
          data: Uint8Array.of(9),
        };
        node.hear(node.message(), 1, 1, effect);
      },
      'other data',
    ],
    [
      'a notification of the announcer',
      (node) => {
        const own = new Announcement(NODE, { ttl: 0, dataType: TYPE, data: DATA }, 0);
        node.announce(own, 1, notify(5, 1));
      },
      'its own announcement',
    ],
    [
      'a notification of a client that is not there',
      (node) => node.hear(node.message(), 1, 1, notify(5, 1), notify(6, 77)),
      'no such client',
    ],
    ['message ID 0', (node) => node.hear(node.message(), 1, 1, notify(0, 1)), 'message ID 0'],
  ])('notices %s', (_what, play, complaint) => {
    expect(() => play(subscribed(1))).toThrow(complaint);
  });

  it('notices a message ID that is used again while it is unanswered, or too soon afterwards', () => {
    const node = subscribed(1);
    node.hear(node.message(), 1, 1, notify(5, 1));
    node.wait(179_990);
    expect(() => node.hear(node.message(), 1, 1, notify(5, 1))).toThrow(
      'message ID 5 was used again for client 1',
    );
  });

  it('accepts one that was answered, or whose quarantine is over', () => {
    const node = subscribed(1);
    node.hear(node.message(), 1, 1, notify(5, 1));
    node.give(verdict(1, 5));
    node.hear(node.message(), 1, 1, notify(5, 1));
    node.wait(180_000);
    node.hear(node.message(), 1, 1, notify(5, 1));
  });

  it('notices more clients than allowed', () => {
    const node = new Watched({ bounds: { clientsMax: 1 } });
    node.subscribe(1);
    expect(() => node.give({ kind: 'client-joined', client: 2 })).toThrow('2 clients at once');
    const strict = new Watched({ bounds: { clientsMax: 1 } });
    strict.subscribe(1);
    strict.give({ kind: 'client-joined', client: 2 }, { kind: 'drop-client', client: 2 });
  });
});

describe('the checker of sizes', () => {
  it('notices anything that is larger than it may be', () => {
    const checker = new NodeChecker(NODE, nodeSettings(HERE));
    const sizes = { seen: { size: 11, max: 10 } };
    const core = Object.assign(new ScriptedCore(), { sizes: () => sizes });
    checker.begin({
      input: WAKE,
      now: 1,
      announcement: undefined,
      arrival: undefined,
      isSurelyNew: false,
      hasForgotten: false,
    });
    expect(() => checker.end(core as never)).toThrow('seen: 11, allowed: 10');
  });
});
