/** Which inbound link goes: 32 of them, each of a netgroup of its own, opened one second after another. */
import { beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/basics/random.ts';
import { Eviction } from '../../../src/core/connections/eviction.ts';
import { Link } from '../../../src/core/connections/link.ts';
import { OWN } from './support.ts';

const NOW = 100_000;
/** As many are protected by each of three classes, and half of the rest by their age. */
const FEW = 4;

let eviction: Eviction;
let links: Link[];

beforeEach(() => {
  eviction = new Eviction(seededRandom(1));
  links = Array.from({ length: 32 }, (_, i) => inbound(i, `10.${i}.0.1`));
});

function inbound(id: number, host: string): Link {
  const remote = { host, port: 40_000 };
  const link = new Link({ id, dialled: undefined, remote, local: OWN, now: 0 });
  link.openedAt = 1_000 * id;
  return link;
}

/** The links in the order in which they go, while the unprotected ones last. */
function order(eligible: readonly Link[], secret = eviction): number[] {
  const left = [...eligible];
  const gone: number[] = [];
  for (;;) {
    const victim = secret.leastMissed(left, links, NOW);
    if (victim === undefined || left.length === 0) return gone;
    left.splice(left.indexOf(victim), 1);
    gone.push(victim.id);
    secret.onEvicted(victim, links, NOW);
  }
}

/** Those that went before the first protected one. */
function unprotected(secret = eviction): number[] {
  return order(links, secret).slice(0, -1);
}

describe('of links that differ in nothing but their age', () => {
  it('half stay because they have been open longest, and a few for their netgroups', () => {
    const gone = unprotected();
    expect(gone).toHaveLength((32 - FEW) / 2);
    expect(Math.min(...gone)).toBeGreaterThan(16 - FEW);
  });

  it('the youngest goes first', () => {
    const gone = unprotected();
    expect(gone).toEqual([...gone].sort((a, b) => b - a));
  });

  it('a few young ones stay for their netgroups, others at every node', () => {
    const young = (seed: number): number[] => {
      const gone = unprotected(new Eviction(seededRandom(seed)));
      return [28, 29, 30, 31].filter((id) => !gone.includes(id));
    };
    const kept = new Set([1, 2, 3, 4, 5, 6, 7, 8].map((seed) => young(seed).join()));
    expect(kept.size).toBeGreaterThan(2);
  });
});

describe('a young link stays', () => {
  it('if its round trip is among the shortest', () => {
    for (const link of links) link.roundTrip = 50;
    for (const id of [31, 30, 29, 28]) links[id]!.roundTrip = 5;
    expect(unprotected().filter((id) => id >= 28)).toEqual([]);
  });

  it('if it is among the last to have brought something first', () => {
    for (const link of links) link.usefulAt = 10;
    for (const id of [31, 30, 29, 28]) links[id]!.usefulAt = 20;
    expect(unprotected().filter((id) => id >= 28)).toEqual([]);
  });
});

describe('the netgroup with most links', () => {
  it('loses its youngest first, whoever is younger elsewhere', () => {
    const crowd = [20, 21, 22, 23];
    for (const id of crowd) links[id] = inbound(id, `10.20.${id}.1`);
    expect(unprotected()[0]).toBe(23);
  });
});

describe('if all that are eligible are protected', () => {
  it('one of them goes all the same, and the next one two minutes later', () => {
    const oldest = links.slice(0, 3);
    const first = eviction.leastMissed(oldest, links, NOW)!;
    eviction.onEvicted(first, links, NOW);
    expect(eviction.leastMissed(oldest, links, NOW + 119_999)).toBeUndefined();
    expect(eviction.leastMissed(oldest, links, NOW + 120_000)).toBeDefined();
  });
});

describe('of few links', () => {
  it('none is protected: the youngest goes', () => {
    links = links.slice(0, 7);
    expect(order(links).slice(0, 7)).toEqual([6, 5, 4, 3, 2, 1, 0]);
  });
});
