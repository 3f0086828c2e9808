import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { NodeEvent } from '../../../../src/core/events.ts';
import { Reporter } from '../../../../src/daemon/observe/reporter.ts';
import { violation } from '../../../../src/wire/violation.ts';

const LINES_PER_TICK = 100;

interface Bench {
  readonly reporter: Reporter;
  readonly lines: Record<string, unknown>[];
}

const LEVELS = pino.levels.values;

function bench(level = 'debug'): Bench {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level }, { write: (line: string) => lines.push(JSON.parse(line)) });
  return { reporter: new Reporter(log, LINES_PER_TICK), lines };
}

const PEER = { host: '127.0.0.1', port: 6001 };

function lost(code: 'closed' | 'wrong-proof', reason: string): NodeEvent {
  return { kind: 'link-lost', link: 1, peer: PEER, code, reason, openLinks: 0 };
}

function failed(code: 'refused-by-peer' | 'self', direction: 'inbound' | 'outbound'): NodeEvent {
  return { kind: 'handshake-failed', link: 1, direction, peer: PEER, code, reason: 'no' };
}

const EVENTS: readonly [string, NodeEvent, keyof typeof LEVELS][] = [
  ['isolation', { kind: 'isolated' }, 'warn'],
  ['the end of isolation', { kind: 'connected' }, 'info'],
  ['a name that is not known', { kind: 'name-unresolved', host: 'a.example', port: 1 }, 'warn'],
  ['a silent subscriber', { kind: 'subscriber-silent', client: 1, dataType: 2 }, 'warn'],
  ['a subscriber that answers again', { kind: 'subscriber-answers', client: 1 }, 'info'],
  ['a refused client', { kind: 'client-refused', client: 1, clientsMax: 2 }, 'warn'],
  ['a violation by a peer', lost('wrong-proof', 'no'), 'info'],
  ['a peer that refuses us', failed('refused-by-peer', 'outbound'), 'info'],
  ['a link that a peer closed', lost('closed', 'FIN'), 'debug'],
  ['a dial that led to this node itself, or its key', failed('self', 'outbound'), 'info'],
  ['a failed dial', { kind: 'dial-failed', address: PEER, reason: 'ECONNREFUSED' }, 'debug'],
  ['an ignored verdict', { kind: 'verdict-ignored', client: 1, messageId: 2 }, 'debug'],
  ['a message that ends here', { kind: 'message-stopped', dataType: 1, why: 'refused' }, 'debug'],
  ['a message beyond a rate', { kind: 'rate-exceeded', link: 1, dataType: 1 }, 'debug'],
];

describe('an event', () => {
  it.each(EVENTS)('gets a line by who must act: %s', (_, event, level) => {
    const { reporter, lines } = bench();
    reporter.onEvent(event);
    expect(lines.map((line) => line['level'])).toEqual([LEVELS[level]]);
  });

  it('that is the first link is worth a line to whoever started the node, the next one is not', () => {
    const { reporter, lines } = bench();
    for (const link of [1, 2]) {
      const event = { kind: 'link-established', link, direction: 'outbound', peer: PEER } as const;
      reporter.onEvent({ ...event, identity: undefined, openLinks: link });
    }
    expect(lines.map(({ level }) => level)).toEqual([LEVELS.info, LEVELS.debug]);
  });

  it('has its fields in the line', () => {
    const { reporter, lines } = bench();
    reporter.onEvent(lost('wrong-proof', 'the nonce does not fit'));
    expect(lines[0]).toMatchObject({
      link: 1,
      peer: '127.0.0.1:6001',
      code: 'wrong-proof',
      reason: 'the nonce does not fit',
      openLinks: 0,
    });
  });

  it('has what strangers wrote escaped', () => {
    const { reporter, lines } = bench();
    reporter.onEvent(lost('closed', '\x1b[2J\n{"level":60}'));
    expect(lines[0]!['reason']).toBe('\\x1b[2J\\x0a{"level":60}');
  });

  it('is counted whether or not it is logged', () => {
    const { reporter, lines } = bench('error');
    reporter.onEvent({ kind: 'isolated' });
    reporter.onEvent({ kind: 'isolated' });
    expect([lines, reporter.counts.isolated, reporter.counts.connected]).toEqual([[], 2, 0]);
  });
});

describe('a client that sends what is no message', () => {
  it('gets a line with code, reason and origin', () => {
    const { reporter, lines } = bench('info');
    const wrong = violation('bad-size', 'size 3 in a header, at least 4 is possible');
    reporter.onMalformedClient(7, '127.0.0.1:40000', wrong);
    expect(lines).toMatchObject([
      { level: LEVELS['warn'], client: 7, from: '127.0.0.1:40000', code: 'bad-size' },
    ]);
  });
});

describe('a flood of lines', () => {
  function flood({ reporter }: Bench, count: number): void {
    for (let i = 0; i < count; i++) reporter.onEvent(lost('wrong-proof', `attempt ${i}`));
  }

  it('ends at the bound', () => {
    const it = bench();
    flood(it, LINES_PER_TICK + 50);
    expect(it.lines).toHaveLength(LINES_PER_TICK);
  });

  it('is followed by one line that says how many are missing', () => {
    const it = bench();
    flood(it, LINES_PER_TICK + 50);
    it.reporter.tick();
    it.reporter.tick();
    expect(it.lines.slice(LINES_PER_TICK)).toMatchObject([
      { msg: 'suppressed 50 lines', suppressed: 50 },
    ]);
  });

  it('can go on in the next tick, the line about the last one included', () => {
    const it = bench();
    flood(it, LINES_PER_TICK + 1);
    it.reporter.tick();
    flood(it, LINES_PER_TICK);
    expect(it.lines).toHaveLength(2 * LINES_PER_TICK);
  });

  it('does not use up lines that are not logged at this level', () => {
    const it = bench('info');
    for (let i = 0; i < 1_000; i++) it.reporter.onEvent(lost('closed', 'FIN'));
    it.reporter.onEvent({ kind: 'connected' });
    expect(it.lines).toHaveLength(1);
  });
});
