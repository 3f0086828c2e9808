/** That the checker of the extension finds what it is there for, and nothing else. */
import { beforeEach, describe, expect, it } from 'vitest';
import { u64 } from '../../../src/basics/integers.ts';
import type { LinkId } from '../../../src/core/inputs.ts';
import { Announcement } from '../../../src/sim/announcement.ts';
import { AnnouncementLedger } from '../../../src/sim/announcement-ledger.ts';
import { ExchangeChecker } from '../../../src/sim/exchange-checker.ts';
import { SimulatedProofs } from '../../../src/sim/proof-of-work.ts';
import type { PeerMessage } from '../../../src/wire/peer-messages.ts';

const TYPE = 1337;
const LINK: LinkId = 1;
const HELLO: PeerMessage = {
  kind: 'peer-hello',
  version: 1,
  historySeconds: 300,
  features: 1,
  interest: [],
};

let checker: ExchangeChecker;
let ledger: AnnouncementLedger;
/** Messages that have not passed their gate. */
let waiting: Announcement[];
let now: number;

beforeEach(() => {
  ledger = new AnnouncementLedger();
  waiting = [];
  now = 0;
  checker = new ExchangeChecker(ledger.lookUpOf(0, new SimulatedProofs()), (announcement) => {
    if (waiting.includes(announcement)) throw new Error('too early');
  });
});

function hear(message: PeerMessage, link = LINK): void {
  checker.begin({ kind: 'message', link, message }, now);
}

function say(message: PeerMessage, link = LINK): void {
  checker.effect({ kind: 'send', links: [link], message, own: false });
}

/** Both sides have said their 520. */
function open(link = LINK): void {
  hear({ kind: 'peer-info', port: 6001, isExtended: true }, link);
  say(HELLO, link);
  hear(HELLO, link);
}

/** An announcement on record, and its digest. */
function announced(number: number): { readonly one: Announcement; readonly digest: string } {
  const data = Uint8Array.of(number);
  const one = new Announcement(1, { ttl: 0, dataType: TYPE, data }, 0);
  ledger.name(one, u64(0, number));
  return { one, digest: new SimulatedProofs().digest(u64(0, number), TYPE, data) };
}

function have(digest: string, parts: { dataType?: number; size?: number } = {}): PeerMessage {
  return {
    kind: 'peer-have',
    entries: [{ digest, dataType: TYPE, size: 1, ttl: 0, age: 0, ...parts }],
  };
}

describe('the checker of the extension', () => {
  it('has nothing to say about a conversation that keeps to the protocol', () => {
    const { one, digest } = announced(1);
    open();
    say(have(digest));
    hear({ kind: 'peer-want', digests: [digest, '0123456789abcdef'] });
    checker.onGiven(one, [LINK]);
    say({ kind: 'peer-gone', digests: ['0123456789abcdef'] });
    hear({ kind: 'peer-ping', token: 7 });
    say({ kind: 'peer-pong', token: 7 });
    for (now of [0, 1_000]) {
      hear({ kind: 'peer-ping', token: 8 });
      say({ kind: 'peer-interest', interest: [] });
    }
  });

  it('finds a 520 to a peer that has not shown that it understands', () => {
    hear({ kind: 'peer-info', port: 6001 });
    expect(() => say(HELLO)).toThrow(/unwanted 520/);
  });

  it('finds a second 520', () => {
    open();
    expect(() => say(HELLO)).toThrow(/second 520/);
  });

  it('finds what is said before the 520 of the peer', () => {
    hear({ kind: 'peer-info', port: 6001, isExtended: true });
    say(HELLO);
    expect(() => say({ kind: 'peer-ping', token: 1 })).toThrow(/before both 520s/);
  });

  it('takes a link that was closed for a new one', () => {
    open();
    checker.effect({ kind: 'hang-up', link: LINK });
    expect(() => say({ kind: 'peer-ping', token: 1 })).toThrow(/before both 520s/);
  });

  it('finds a 521 that comes too soon after the last', () => {
    open();
    say({ kind: 'peer-interest', interest: [] });
    now = 999;
    hear({ kind: 'peer-ping', token: 8 });
    expect(() => say({ kind: 'peer-interest', interest: [1] })).toThrow(/521 999 ms/);
  });

  it('finds a name for what does not exist', () => {
    announced(1);
    open();
    expect(() => say(have('0123456789abcdef'))).toThrow(/does not exist/);
  });

  it.each([{ size: 2 }, { dataType: 7 }])('finds a name that is not true: %o', (parts) => {
    const { digest } = announced(1);
    open();
    expect(() => say(have(digest, parts))).toThrow(/was named as/);
  });

  it('finds a message that is named before its verdicts', () => {
    const { one, digest } = announced(1);
    waiting.push(one);
    open();
    expect(() => say(have(digest))).toThrow(/too early/);
  });

  it('finds a message that is given to somebody who has asked for another', () => {
    const { digest } = announced(1);
    open();
    hear({ kind: 'peer-want', digests: [digest] });
    expect(() => checker.onGiven(announced(2).one, [LINK])).toThrow(/not asked for/);
  });

  it('finds a message that is given on another link than the one that asked', () => {
    const { one, digest } = announced(1);
    open();
    open(2);
    hear({ kind: 'peer-want', digests: [digest] });
    expect(() => checker.onGiven(one, [2])).toThrow(/not asked for/);
  });

  it('finds a message that is given to one link for the fourth time', () => {
    const { one, digest } = announced(1);
    open();
    hear({ kind: 'peer-want', digests: [digest] });
    for (let i = 0; i < 3; i++) checker.onGiven(one, [LINK]);
    expect(() => checker.onGiven(one, [LINK])).toThrow(/given 4 times/);
  });

  it('finds a 525 and a 529 that nobody has asked for', () => {
    open();
    hear({ kind: 'peer-want', digests: ['a'.repeat(16)] });
    expect(() => say({ kind: 'peer-gone', digests: ['b'.repeat(16)] })).toThrow(/525/);
    expect(() => say({ kind: 'peer-pong', token: 1 })).toThrow(/529/);
  });

  it('lets a node name what it has announced and not sent yet', () => {
    ledger.expect(new Announcement(0, { ttl: 0, dataType: TYPE, data: Uint8Array.of(1) }, 0));
    open();
    expect(() => say(have('0123456789abcdef'))).not.toThrow();
  });
});
