import { describe, expect, it } from 'vitest';
import { u64 } from '../../../src/basics/integers.ts';
import { Announcement } from '../../../src/sim/announcement.ts';
import { AnnouncementLedger } from '../../../src/sim/announcement-ledger.ts';
import type { PeerAnnounce } from '../../../src/wire/peer-messages.ts';

function message(low: number, text = 'x', ttl = 0): PeerAnnounce {
  const data = Uint8Array.from(text, (character) => character.charCodeAt(0));
  return { kind: 'peer-announce', id: u64(1, low), ttl, dataType: 1, data };
}

/** Looks a message up; `by` is what its node was given when it sent it. */
function trace(ledger: AnnouncementLedger, copy: PeerAnnounce, by?: Announcement): Announcement {
  return ledger.trace(9, copy, by, () => new Announcement(9, copy, 0));
}

describe('the ledger', () => {
  it('knows a message by id, type and data, whatever its TTL', () => {
    const ledger = new AnnouncementLedger();
    const first = trace(ledger, message(1, 'x', 5));
    expect(trace(ledger, message(1, 'x', 4))).toBe(first);
    expect(trace(ledger, message(2))).not.toBe(first);
    expect(trace(ledger, { ...message(1), dataType: 2 })).not.toBe(first);
    expect(ledger.all).toHaveLength(3);
  });

  it('keeps messages apart that share an id', () => {
    const ledger = new AnnouncementLedger();
    const real = trace(ledger, message(1, 'real'));
    const junk = trace(ledger, message(1, 'junk'));
    expect(junk).not.toBe(real);
    expect(trace(ledger, message(1, 'real'))).toBe(real);
  });

  it('gives what a client announced the id under which its node sends it', () => {
    const ledger = new AnnouncementLedger();
    const announced = new Announcement(3, message(0), 0);
    expect(trace(ledger, message(7), announced)).toBe(announced);
    expect(announced.id).toEqual(u64(1, 7));
  });

  it('forgets the oldest beyond its maximum, and says so', () => {
    const ledger = new AnnouncementLedger(2);
    const oldest = trace(ledger, message(1));
    trace(ledger, message(2));
    expect(ledger.hasForgotten).toBe(false);
    trace(ledger, message(3));
    expect(ledger.hasForgotten).toBe(true);
    expect(ledger.all).toHaveLength(2);
    expect(trace(ledger, message(1))).not.toBe(oldest);
  });
});

describe('the record of an announcement', () => {
  const at = (node: number, ttl: number, sender: number, now: number, senderNode = 0) => ({
    node,
    ttl,
    sender,
    senderNode,
    now,
    since: 0,
    isHostile: false,
  });

  it('tells first copies, better ones and duplicates apart; no limit is better than any limit', () => {
    const record = new Announcement(0, message(1), 0);
    expect(record.noteArrival(at(5, 3, 1, 10))).toBe('first');
    expect(record.noteArrival(at(5, 3, 2, 11))).toBe('duplicate');
    expect(record.noteArrival(at(5, 4, 3, 12))).toBe('better');
    expect(record.noteArrival(at(5, 0, 4, 13))).toBe('better');
    expect(record.noteArrival(at(5, 255, 5, 14))).toBe('duplicate');
    expect(record.bestAt(5)).toEqual({ rank: 256, sender: 4 });
    expect(record.arrivalAt(5)).toBe(10);
  });

  it('counts copies, and nodes other than the origin', () => {
    const record = new Announcement(2, message(1), 0);
    for (const node of [1, 2, 3, 3, 700]) record.noteArrival(at(node, 1, 1, 10));
    expect([record.copies, record.reached]).toEqual([5, 3]);
    expect(record.reachedNodes()).toEqual([1, 3, 700]);
  });

  it('counts the hops of first copies, from the origin', () => {
    const record = new Announcement(2, message(1), 0);
    record.noteArrival(at(5, 0, 1, 10, 2));
    record.noteArrival(at(6, 0, 1, 20, 5));
    record.noteArrival(at(6, 0, 2, 30, 2));
    expect([2, 5, 6, 7].map((node) => record.hopsAt(node))).toEqual([0, 1, 2, undefined]);
  });

  it('counts nothing that adversaries get, but follows it through them', () => {
    const record = new Announcement(2, message(1), 0);
    record.noteArrival({ ...at(5, 0, 1, 10, 2), isHostile: true });
    record.noteArrival(at(6, 0, 1, 20, 5));
    expect([record.copies, record.reached, record.hopsAt(6)]).toEqual([1, 1, 2]);
  });

  it('remembers when a client of a node was first told', () => {
    const record = new Announcement(2, message(1), 0);
    record.noteNotified(700, 10);
    record.noteNotified(700, 20);
    expect([record.notifiedAt(700), record.notifiedAt(2)]).toEqual([10, undefined]);
  });

  it('takes a copy for the first again once the earlier ones do not count any more', () => {
    const record = new Announcement(0, message(1), 0);
    record.noteArrival(at(5, 4, 1, 10));
    record.noteForwarded(5, 3);
    expect(record.noteArrival({ ...at(5, 2, 1, 900), since: 11 })).toBe('first');
    expect(record.bestAt(5).rank).toBe(2);
    expect(record.forwardedAt(5)).toBe(0);
    expect(record.reached).toBe(1);
  });
});
