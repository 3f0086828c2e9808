import { describe, expect, it } from 'vitest';
import { u64 } from '../../../src/basics/integers.ts';
import type { ClientId } from '../../../src/core/inputs.ts';
import { Bench, events, forwards, notified } from './support.ts';

/** A bench with three open links, a message heard on the first, and the ID each subscriber was given. */
function openGate(subscribers: number): { bench: Bench; clients: ClientId[]; messageId: number } {
  const bench = new Bench();
  const links = bench.openLinks(3);
  const clients = Array.from({ length: subscribers }, () => bench.client(1337));
  bench.take();
  bench.hear(links[0]!);
  const [notification] = notified(bench.take());
  expect(notification?.clients).toEqual(clients);
  return { bench, clients, messageId: notification!.messageId };
}

let nextId = 0;
/** Hears a new message on a new link and returns the IDs it was notified under, by client. */
function hearNew(bench: Bench, link: number): Map<ClientId, number> {
  bench.take();
  bench.hear(link, { id: u64(99, nextId++) });
  const ids = new Map<ClientId, number>();
  for (const { clients, messageId } of notified(bench.effects)) {
    for (const client of clients) ids.set(client, messageId);
  }
  return ids;
}

describe('the gate', () => {
  it('lets a message pass after every subscriber has said V=1, not before', () => {
    const { bench, clients, messageId } = openGate(3);
    bench.verdict(clients[0]!, messageId);
    bench.verdict(clients[2]!, messageId);
    expect(forwards(bench.take())).toEqual([]);
    bench.verdict(clients[1]!, messageId);
    expect(forwards(bench.take())).toHaveLength(1);
  });

  it('ends at once with one V=0; later answers change nothing', () => {
    const { bench, clients, messageId } = openGate(3);
    bench.verdict(clients[0]!, messageId);
    bench.verdict(clients[1]!, messageId, false);
    expect(events(bench.take(), 'message-stopped')).toMatchObject([{ why: 'refused' }]);
    bench.verdict(clients[2]!, messageId);
    expect(forwards(bench.take())).toEqual([]);
  });

  it('treats a subscriber that disconnects as abstaining', () => {
    const { bench, clients, messageId } = openGate(2);
    bench.verdict(clients[0]!, messageId);
    bench.give({ kind: 'client-gone', client: clients[1]! });
    expect(forwards(bench.take())).toHaveLength(1);
  });

  it('drops the message when all subscribers disconnect', () => {
    const { bench, clients } = openGate(2);
    for (const client of clients) bench.give({ kind: 'client-gone', client });
    const effects = bench.take();
    expect(forwards(effects)).toEqual([]);
    expect(events(effects, 'message-stopped')).toMatchObject([{ why: 'abstained' }]);
  });

  it('treats a silent subscriber as abstaining after the time-out', () => {
    const { bench, clients, messageId } = openGate(2);
    bench.verdict(clients[0]!, messageId);
    bench.advance(59_999);
    expect(forwards(bench.take())).toEqual([]);
    bench.advance(1);
    expect(forwards(bench.take())).toHaveLength(1);
  });

  it('drops the message when all are silent', () => {
    const { bench } = openGate(2);
    bench.advance(60_000);
    const effects = bench.take();
    expect(forwards(effects)).toEqual([]);
    expect(events(effects, 'message-stopped')).toMatchObject([{ why: 'abstained' }]);
  });

  it('treats a subscriber that declines to judge as abstaining at once', () => {
    const { bench, clients, messageId } = openGate(2);
    bench.verdict(clients[0]!, messageId);
    bench.give({ kind: 'abstain', client: clients[1]!, messageId });
    expect(forwards(bench.take())).toHaveLength(1);
    const alone = openGate(1);
    alone.bench.give({ kind: 'abstain', client: alone.clients[0]!, messageId: alone.messageId });
    expect(forwards(alone.bench.take())).toEqual([]);
  });

  it('does not ask those who subscribe meanwhile', () => {
    const { bench, clients, messageId } = openGate(1);
    const late = bench.client(1337);
    bench.verdict(clients[0]!, messageId);
    const effects = bench.take();
    expect(notified(effects)).toEqual([]);
    expect(forwards(effects)).toHaveLength(1);
    bench.verdict(late, messageId, false);
    expect(events(bench.take(), 'verdict-ignored')).toHaveLength(1);
  });

  it('ignores verdicts for IDs that were not given, were given to others, or were answered', () => {
    const { bench, clients, messageId } = openGate(2);
    const stranger = bench.client();
    bench.verdict(stranger, messageId, false);
    bench.verdict(clients[0]!, (messageId % 65_535) + 1, false);
    bench.verdict(clients[0]!, messageId);
    bench.verdict(clients[0]!, messageId, false);
    expect(events(bench.take(), 'verdict-ignored')).toHaveLength(3);
    bench.verdict(clients[1]!, messageId);
    expect(forwards(bench.take())).toHaveLength(1);
  });

  it('notifies a connection once however often it subscribed', () => {
    const bench = new Bench();
    const [link] = bench.openLinks(2);
    const client = bench.client(1337, 1337, 1338, 1337);
    bench.take();
    bench.hear(link!);
    expect(notified(bench.take())).toEqual([{ clients: [client], messageId: expect.any(Number) }]);
  });

  it('notifies subscribers of a message with TTL 1', () => {
    const bench = new Bench();
    const [link] = bench.openLinks(2);
    const client = bench.client(1337);
    bench.take();
    bench.hear(link!, { ttl: 1 });
    const [notification] = notified(bench.take());
    expect(notification?.clients).toEqual([client]);
    bench.verdict(client, notification!.messageId);
    expect(forwards(bench.take())).toEqual([]);
  });

  it('gives no backlog to a new subscriber', () => {
    const bench = new Bench();
    const [link] = bench.openLinks(2);
    bench.hear(link!);
    bench.take();
    bench.client(1337);
    expect(notified(bench.take())).toEqual([]);
  });

  it('keeps the data although the buffer it came in is reused', () => {
    const bench = new Bench();
    const [a, b] = bench.openLinks(2);
    const client = bench.client(1337);
    const buffer = new TextEncoder().encode('precious');
    bench.take();
    bench.message(a!, {
      kind: 'peer-announce',
      id: u64(1, 1),
      ttl: 0,
      dataType: 1337,
      data: buffer,
    });
    const { messageId } = notified(bench.take())[0]!;
    buffer.fill(0);
    const effects = bench.verdict(client, messageId);
    expect(effects).toMatchObject([{ links: [b], message: { data: expect.anything() } }]);
    const [effect] = effects;
    const sent =
      effect?.kind === 'send' && effect.message.kind === 'peer-announce' && effect.message;
    expect(new TextDecoder().decode(sent ? sent.data : undefined)).toBe('precious');
  });
});

describe('a subscriber that lets three notifications in a row time out', () => {
  function silence(): { bench: Bench; link: number; silent: ClientId } {
    const bench = new Bench();
    const [link] = bench.openLinks(3);
    const silent = bench.client(1337);
    for (let i = 0; i < 3; i++) {
      hearNew(bench, link!);
      bench.advance(60_000);
    }
    expect(events(bench.take(), 'subscriber-silent')).toHaveLength(1);
    return { bench, link: link!, silent };
  }

  it('is notified still, but a gate that waits for it alone ends at once', () => {
    const { bench, link, silent } = silence();
    const ids = hearNew(bench, link);
    expect([...ids.keys()]).toEqual([silent]);
    expect(events(bench.take(), 'message-stopped')).toMatchObject([{ why: 'abstained' }]);
  });

  it('is not waited for when others are', () => {
    const { bench, link } = silence();
    const good = bench.client(1337);
    const ids = hearNew(bench, link);
    bench.take();
    bench.verdict(good, ids.get(good)!);
    expect(forwards(bench.take())).toHaveLength(1);
  });

  it('counts with its V=0 while a gate is open', () => {
    const { bench, link, silent } = silence();
    const good = bench.client(1337);
    const ids = hearNew(bench, link);
    bench.verdict(silent, ids.get(silent)!, false);
    bench.verdict(good, ids.get(good)!);
    expect(forwards(bench.take())).toEqual([]);
  });

  it('is waited for again once it has answered one in time', () => {
    const { bench, link, silent } = silence();
    const ids = hearNew(bench, link);
    bench.verdict(silent, ids.get(silent)!);
    expect(events(bench.take(), 'subscriber-answers')).toHaveLength(1);
    const next = hearNew(bench, link);
    bench.advance(59_999);
    bench.verdict(silent, next.get(silent)!);
    expect(forwards(bench.take())).toHaveLength(1);
  });

  it('is told apart from one that answers now and then: the count starts anew with each answer', () => {
    const bench = new Bench();
    const [link] = bench.openLinks(3);
    const client = bench.client(1337);
    for (let i = 0; i < 5; i++) {
      for (let k = 0; k < 2; k++) {
        hearNew(bench, link!);
        bench.advance(60_000);
      }
      bench.verdict(client, hearNew(bench, link!).get(client)!);
    }
    expect(events(bench.take(), 'subscriber-silent')).toEqual([]);
  });

  it('does not hold up the gates that were open when it fell silent', () => {
    const bench = new Bench();
    const [link] = bench.openLinks(3);
    const silent = bench.client(1337);
    const good = bench.client(1337);
    for (let i = 0; i < 3; i++) {
      bench.verdict(good, hearNew(bench, link!).get(good)!);
      bench.advance(10_000);
    }
    bench.verdict(good, hearNew(bench, link!).get(good)!);
    // The first three time out 60 s after they came; the fourth is 30 s younger and goes with the third.
    bench.take();
    bench.advance(50_000);
    const effects = bench.take();
    expect(events(effects, 'subscriber-silent')).toMatchObject([{ client: silent }]);
    expect(forwards(effects)).toHaveLength(4);
  });

  it('has the notifications of local announcements counted too', () => {
    const bench = new Bench();
    const silent = bench.client(1337);
    for (let i = 0; i < 3; i++) bench.announce(undefined, 1337);
    bench.advance(60_000);
    expect(events(bench.take(), 'subscriber-silent')).toMatchObject([{ client: silent }]);
  });
});

describe('message IDs', () => {
  it('are never 0 and one serves all who are told of a message', () => {
    const bench = new Bench();
    const clients = [bench.client(1), bench.client(1), bench.client(1)];
    bench.take();
    for (let i = 0; i < 2_000; i++) bench.announce(undefined, 1);
    for (const { messageId } of notified(bench.take())) {
      expect(messageId).toBeGreaterThan(0);
      expect(messageId).toBeLessThanOrEqual(65_535);
    }
    expect(clients).toHaveLength(3);
  });

  it('are not used again on a connection while unanswered; when all are, it abstains', () => {
    const bench = new Bench();
    const [link] = bench.openLinks(2);
    const client = bench.client(1337);
    bench.take();
    for (let i = 0; i < 65_535; i++) bench.announce(undefined, 1337);
    const ids = notified(bench.take()).map(({ messageId }) => messageId);
    expect(new Set(ids).size).toBe(65_535);
    bench.hear(link!);
    const effects = bench.take();
    expect(notified(effects)).toEqual([]);
    expect(events(effects, 'notification-dropped')).toMatchObject([
      { client, why: 'no-message-id' },
    ]);
    expect(events(effects, 'message-stopped')).toMatchObject([{ why: 'abstained' }]);
    bench.verdict(client, ids[5]!);
    bench.take();
    bench.announce(undefined, 1337);
    expect(notified(bench.take())).toMatchObject([{ messageId: ids[5] }]);
  });

  it('rest for twice the time-out after they timed out, and late answers to them mean nothing', () => {
    const bench = new Bench();
    const client = bench.client(1337);
    bench.take();
    for (let i = 0; i < 65_535; i++) bench.announce(undefined, 1337);
    const ids = notified(bench.take()).map(({ messageId }) => messageId);
    bench.advance(60_000);
    bench.take();
    bench.verdict(client, ids[0]!);
    expect(events(bench.take(), 'verdict-ignored')).toHaveLength(1);
    bench.advance(119_999);
    bench.announce(undefined, 1337);
    expect(notified(bench.take())).toEqual([]);
    bench.advance(1);
    bench.announce(undefined, 1337);
    expect(notified(bench.take())).toHaveLength(1);
  });

  it('are shared also when few are free', () => {
    const bench = new Bench();
    const clients = [bench.client(1), bench.client(1)];
    bench.take();
    for (let i = 0; i < 60_000; i++) bench.announce(undefined, 1);
    for (const notification of notified(bench.take())) {
      expect(notification.clients).toEqual(clients);
    }
  });

  it('are given apart where one connection still owes an answer to the shared one', () => {
    const bench = new Bench();
    const busy = bench.client(1, 2);
    bench.take();
    for (let i = 0; i < 60_000; i++) bench.announce(undefined, 1);
    const owed = new Set(notified(bench.take()).map(({ messageId }) => messageId));
    const idle = bench.client(2);
    bench.take();
    for (let i = 0; i < 200; i++) bench.announce(undefined, 2);
    const groups = notified(bench.take());
    const ofBusy = groups.filter(({ clients }) => clients.includes(busy));
    const ofIdle = groups.filter(({ clients }) => clients.includes(idle));
    expect(ofBusy).toHaveLength(200);
    expect(ofIdle).toHaveLength(200);
    for (const { messageId } of ofBusy) expect(owed.has(messageId)).toBe(false);
  });
});

describe('a subscriber whose queue is full', () => {
  it('is not notified and abstains', () => {
    const bench = new Bench();
    const [link] = bench.openLinks(2);
    const slow = bench.client(1337);
    const good = bench.client(1337);
    const queue = { level: 'full', isMoving: false } as const;
    bench.give({ kind: 'client-queue', client: slow, queue });
    bench.take();
    bench.hear(link!);
    const effects = bench.take();
    expect(notified(effects)).toMatchObject([{ clients: [good] }]);
    bench.verdict(good, notified(effects)[0]!.messageId);
    expect(forwards(bench.take())).toHaveLength(1);
  });
});

describe('local programs', () => {
  it('are bounded: one too many is dropped, the others stay', () => {
    const bench = new Bench({}, { clientsMax: 2 });
    bench.client(1);
    bench.client(1);
    bench.take();
    const third = bench.client(1);
    expect(bench.take()).toContainEqual({ kind: 'drop-client', client: third });
    bench.announce(undefined, 1);
    expect(notified(bench.take())[0]?.clients).toHaveLength(2);
  });

  it('are found by type also when messages of very many types pass', () => {
    const bench = new Bench();
    const client = bench.client(7);
    for (let dataType = 0; dataType < 5_000; dataType++) bench.announce(undefined, dataType);
    expect(notified(bench.take())).toHaveLength(1);
    const late = bench.client(4_999);
    bench.announce(undefined, 7);
    bench.announce(undefined, 4_999);
    expect(notified(bench.take()).map(({ clients }) => clients)).toEqual([[client], [late]]);
    bench.give({ kind: 'client-gone', client });
    bench.announce(undefined, 7);
    expect(notified(bench.take())).toEqual([]);
  });

  it('may subscribe to all 65,536 types', () => {
    const bench = new Bench();
    const client = bench.client(...Array.from({ length: 65_536 }, (_, i) => i));
    bench.take();
    for (const dataType of [0, 1, 31, 32, 33, 65_535]) bench.announce(undefined, dataType);
    expect(notified(bench.take()).map(({ clients }) => clients)).toEqual(
      Array.from({ length: 6 }, () => [client]),
    );
  });
});
