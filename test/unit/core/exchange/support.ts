/** Messages and digests for the rooms of the exchange. */
import { u64, type U64 } from '../../../../src/basics/integers.ts';
import type { Effect } from '../../../../src/core/effects.ts';
import type { LinkId } from '../../../../src/core/inputs.ts';
import { ENDS_HERE, NOWHERE, type Tracked } from '../../../../src/core/exchange/tracked.ts';
import type { MessageDigest } from '../../../../src/wire/digest.ts';
import {
  Feature,
  type HaveEntry,
  type PeerHello,
} from '../../../../src/wire/extension-messages.ts';
import type { PeerMessage } from '../../../../src/wire/peer-messages.ts';
import { benchDigest, bytes, sentOn, type Bench } from '../support.ts';

/** A digest that reads as its name. */
export function digest(name: string | number): MessageDigest {
  return String(name).padStart(16, '.');
}

export function tracked(parts: Partial<Tracked> & { readonly number?: number } = {}): Tracked {
  const { number = 1, ...given } = parts;
  return {
    record: number,
    id: u64(0, number),
    dataType: 1337,
    owner: 1,
    seenAt: 0,
    ageThen: 0,
    digest: undefined,
    place: NOWHERE,
    ttl: 0,
    holder: undefined,
    holders: undefined,
    told: undefined,
    pushed: undefined,
    isJudged: false,
    ttlOut: ENDS_HERE,
    isKept: false,
    served: undefined,
    lent: undefined,
    block: undefined,
    offset: 0,
    length: given.lent?.length ?? 0,
    ...given,
  };
}

export function entry(name: string | number, parts: Partial<HaveEntry> = {}): HaveEntry {
  return { digest: digest(name), dataType: 1337, size: 4, ttl: 0, age: 0, ...parts };
}

export const [FIRST, SECOND, THIRD]: readonly [LinkId, LinkId, LinkId] = [1, 2, 3];

/** An open link to a peer that speaks the extension: both 520s have been said. */
export function openExtended(bench: Bench, hello: Partial<PeerHello> = {}): LinkId {
  const link = bench.accept();
  bench.message(link, { kind: 'peer-info', port: 6001, isExtended: true });
  bench.message(link, { ...HELLO, ...hello });
  return link;
}

export const HELLO: PeerHello = {
  kind: 'peer-hello',
  version: 1,
  historySeconds: 300,
  features: Feature.relaysAll,
  interest: [],
};

/** How the bench names a message of {@link Bench.hear}. */
export function digestOf(id: U64, data = 'data', dataType = 1337): MessageDigest {
  return benchDigest(id, dataType, bytes(data));
}

/** What was sent on a link of one kind. */
export function said<Kind extends PeerMessage['kind']>(
  effects: readonly Effect[],
  link: LinkId,
  kind: Kind,
): Extract<PeerMessage, { readonly kind: Kind }>[] {
  return sentOn(effects, link).filter(
    (message): message is Extract<PeerMessage, { readonly kind: Kind }> => message.kind === kind,
  );
}
