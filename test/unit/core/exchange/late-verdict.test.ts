import { expect, it } from 'vitest';
import { Bench } from '../support.ts';

it('a verdict that comes after the message was forgotten still lets it pass', () => {
  const bench = new Bench({ extension: true, seenWindow: 1_000, validationTimeout: 60_000 });
  bench.give({ kind: 'start' });
  const [from, to] = [bench.openInbound(), bench.openInbound()];
  bench.give({ kind: 'client-joined', client: 1 });
  bench.give({ kind: 'subscribe', client: 1, dataType: 1337 });
  bench.take();
  bench.hear(from, {});
  const asked = bench.take().find((effect) => effect.kind === 'notify')!;
  bench.advance(5_000);
  // Looking for another message is what forgets the old ones.
  bench.hear(from, { dataType: 1, id: { high: 7, low: 7 } });
  bench.take();
  bench.give({ kind: 'verdict', client: 1, messageId: asked.messageId, valid: true });
  expect(bench.take()).toContainEqual(expect.objectContaining({ kind: 'send', links: [to] }));
});
