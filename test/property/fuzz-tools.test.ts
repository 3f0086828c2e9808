/** The fuzzer finds what is there to be found, makes it small, and finds it again. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readArguments } from '../../fuzz/arguments.mjs';
import { Campaign, outcomeOf, type Finding } from '../../fuzz/campaign.mjs';
import { formatInput, readInput } from '../../fuzz/corpus.mjs';
import { createTargets, type Code } from '../../fuzz/targets.mjs';
import * as random from '../../src/basics/random.ts';
import * as node from '../../src/core/gossip-node.ts';
import * as settings from '../../src/core/settings.ts';
import * as config from '../../src/daemon/config/config.ts';
import * as address from '../../src/wire/address.ts';
import * as api from '../../src/wire/api-messages.ts';
import { FrameReader } from '../../src/wire/frame-reader.ts';
import * as offer from '../../src/wire/offer-text.ts';
import * as peer from '../../src/wire/peer-messages.ts';
import type { Effect } from '../../src/core/effects.ts';
import type { Input } from '../../src/core/inputs.ts';

const code: Code = {
  ...random,
  ...node,
  ...settings,
  ...config,
  ...address,
  ...api,
  ...offer,
  ...peer,
};

const folder = mkdtempSync(join(tmpdir(), 'hearsay-corpus-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a campaign finds in code that is broken in one place. */
function findIn(target: string, broken: Partial<Code>, executionsMax: number): Finding | undefined {
  const found = createTargets({ ...code, ...broken }).find(({ name }) => name === target)!;
  return new Campaign({ target: found, random: random.seededRandom(1) }).run({ executionsMax });
}

/** A node whose effects are changed on their way out. */
function changed(change: (effects: readonly Effect[], input: Input) => readonly Effect[]) {
  return class extends node.GossipNode {
    override handle(input: Input, now: number): readonly Effect[] {
      return change(super.handle(input, now), input);
    }
  };
}

describe('a campaign', () => {
  const badReader = (): FrameReader<peer.PeerMessage> => {
    const reader = peer.peerMessageReader();
    const next = reader.next.bind(reader);
    reader.next = () => {
      const result = next();
      return result?.kind === 'peer-info' && result.port === 7
        ? { kind: 'peer-info', port: 8 }
        : result;
    };
    return reader;
  };

  it('finds a message that is read wrongly', () => {
    const finding = findIn('frames', { peerMessageReader: badReader }, 500_000);
    expect(finding?.rule).toBe('other-message');
  });

  it('leaves of what it finds only what is needed', () => {
    const finding = findIn('frames', { peerMessageReader: badReader }, 500_000);
    expect(finding?.input).toHaveLength('0000 0008 01fb 0000 0007'.replaceAll(' ', '').length / 2);
  });

  it('finds the same again with the same seed', () => {
    const findings = [1, 2].map(() => findIn('frames', { peerMessageReader: badReader }, 500_000));
    expect(findings[0]!.execution).toBe(findings[1]!.execution);
    expect(findings[0]!.found).toEqual(findings[1]!.found);
  });

  it('finds an exception, whatever it is', () => {
    const decodeOfferText = (text: Uint8Array) => {
      if (text.includes(0x5b)) throw new TypeError('a bracket');
      return offer.decodeOfferText(text);
    };
    const finding = findIn('offer-text', { decodeOfferText }, 10_000);
    expect(finding).toMatchObject({ rule: 'TypeError: a bracket', input: Uint8Array.of(0x5b) });
  });

  it('ends after as many executions as it was given', () => {
    const target = createTargets(code)[0]!;
    const campaign = new Campaign({ target, random: random.seededRandom(1) });
    campaign.run({ executionsMax: 1_234 });
    expect(campaign.executions).toBe(1_234);
  });
});

describe('the audit of a node', () => {
  const isForward = (effect: Effect): boolean =>
    effect.kind === 'send' && effect.message.kind === 'peer-announce' && !effect.own;

  it.each<[rule: string, what: string, GossipNode: typeof node.GossipNode]>([
    [
      'to-its-sender',
      'a forward to the sender of the message',
      changed((effects, input) =>
        effects.map((effect) =>
          effect.kind === 'send' && isForward(effect) && input.kind === 'message'
            ? { ...effect, links: [input.link] }
            : effect,
        ),
      ),
    ],
    [
      'not-forwarded',
      'a forward that is left out',
      changed((effects) => effects.filter((effect) => !isForward(effect))),
    ],
    [
      'not-hung-up',
      'a link that is given up without being hung up',
      changed((effects) => effects.filter(({ kind }) => kind !== 'hang-up')),
    ],
    [
      'not-notified',
      'a subscriber that is not notified',
      changed((effects) => effects.filter(({ kind }) => kind !== 'notify')),
    ],
    [
      'before-open',
      'a 505 before the link is open',
      changed((effects, input) =>
        input.kind === 'link-opened' && effects.length === 0
          ? [
              {
                kind: 'send',
                links: [input.link],
                message: { kind: 'peer-discovery', challenge: undefined },
                own: false,
              },
            ]
          : effects,
      ),
    ],
    [
      'unknown-link',
      'an effect for a link that is gone',
      changed((effects, input) =>
        input.kind === 'link-closed'
          ? [...effects, { kind: 'pause-link', link: input.link }]
          : effects,
      ),
    ],
    [
      'busy-loop',
      'a deadline that has passed',
      class extends node.GossipNode {
        override nextDeadline(): number {
          return 0;
        }
      },
    ],
    [
      'bound',
      'a table beyond its bound',
      class extends node.GossipNode {
        override snapshot(): ReturnType<node.GossipNode['snapshot']> {
          const { sizes, ...others } = super.snapshot();
          return { ...others, sizes: { ...sizes, addresses: { size: 2, max: 1 } } };
        }
      },
    ],
  ])('finds "%s": %s', (rule, _what, GossipNode) => {
    expect(findIn('connections', { GossipNode }, 2_000)?.rule).toBe(rule);
  });
});

describe('an input in a file', () => {
  const path = join(folder, 'input.hex');

  it('is read as it was written, whatever the comments', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.array(fc.string()), (bytes, comments) => {
        writeFileSync(path, formatInput(bytes, comments));
        expect(readInput(path)).toEqual(bytes);
      }),
    );
  });

  it('is refused if there is anything but hexadecimal bytes in it', () => {
    for (const text of ['0', '0g', '00 0']) {
      writeFileSync(path, text);
      expect(() => readInput(path)).toThrow('not an input');
    }
  });

  it('may be empty', () => {
    writeFileSync(path, '# nothing\n');
    for (const target of createTargets(code)) {
      expect(outcomeOf(target, readInput(path)), target.name).toBeUndefined();
      target.close?.();
    }
  });
});

describe('the command line', () => {
  const names = ['frames', 'pair'];

  it('takes every target for ten seconds unless told otherwise', () => {
    expect(readArguments([], names)).toMatchObject({
      targets: names,
      seconds: 10,
      executions: Infinity,
      seed: undefined,
    });
  });

  it('has no limit of time when executions are counted', () => {
    const options = readArguments(['pair', '--executions', '7', '--seed', '4294967295'], names);
    expect(options).toMatchObject({
      targets: ['pair'],
      executions: 7,
      seconds: Infinity,
      seed: 4_294_967_295,
    });
  });

  it.each([
    [['elsewhere'], 'no target elsewhere; there are frames, pair'],
    [['--executions', '1e3'], '--executions 1e3: a whole number from 0 to'],
    [['--seed', '4294967296'], '--seed 4294967296: a whole number from 0 to 4294967295'],
    [['--replay', 'file'], '--replay needs the one target'],
    [['frames', 'pair', '--replay', 'file'], '--replay needs the one target'],
  ])('refuses %j', (argv, sentence) => {
    expect(() => readArguments(argv, names)).toThrow(sentence);
  });
});
