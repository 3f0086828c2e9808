import { describe, expect, it } from 'vitest';
import { createSigner, type SignOptions } from '../../../../src/client/signed/signer.ts';
import { verify, type SignedMessage } from '../../../../src/client/signed/verify.ts';

const NOW = 1_700_000_000_000;
const now = (): number => NOW;

function opened(data: Uint8Array, lifetimeMax = Number.MAX_SAFE_INTEGER): SignedMessage {
  const result = verify(1, data, { now, lifetimeMax });
  if (!result.ok) throw new Error(result.problem);
  return result.message;
}

function code(expected: string): unknown {
  return expect.objectContaining({ name: 'ClientError', code: expected });
}

describe('a signer', () => {
  it('has a key of its own unless it is given one', () => {
    expect(createSigner().sender).not.toBe(createSigner().sender);
  });

  it('has the same key when it is given the one that was kept', () => {
    const first = createSigner();
    const kept = first.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
    expect(createSigner({ privateKey: kept }).sender).toBe(first.sender);
  });

  it('names itself by its public key', () => {
    const signer = createSigner();
    expect(Buffer.from(signer.publicKey).toString('hex')).toBe(signer.sender);
  });

  it('lets no one change its key', () => {
    const signer = createSigner();
    signer.publicKey.fill(0);
    expect(opened(signer.sign(1, '', { expires: NOW })).sender).toBe(signer.sender);
  });

  it('signs for ten minutes unless told otherwise', () => {
    expect(opened(createSigner({ now }).sign(1, 'x')).expires).toBe(NOW + 600_000);
  });

  it('signs for as long as it is told', () => {
    const signer = createSigner({ now, lifetime: 5_000 });
    expect(opened(signer.sign(1, 'x')).expires).toBe(NOW + 5_000);
    expect(opened(signer.sign(1, 'x', { expires: NOW + 1 })).expires).toBe(NOW + 1);
  });

  it('uses the sequence number that it is given', () => {
    const signer = createSigner({ now });
    const sequences = [0, 2n ** 64n - 1n].map(
      (sequence) => opened(signer.sign(1, 'x', { sequence })).sequence,
    );
    expect(sequences).toEqual([0n, 2n ** 64n - 1n]);
  });

  it('signs nothing more after the highest sequence number, unless it is given one', () => {
    const signer = createSigner({ now });
    signer.sign(1, 'x', { sequence: 2n ** 64n - 1n });
    expect(() => signer.sign(1, 'x')).toThrow(code('bad-option'));
    expect(opened(signer.sign(1, 'x', { sequence: 7 })).sequence).toBe(7n);
  });

  it('counts upwards while the clock stands still, and from the time otherwise', () => {
    let time = NOW;
    const signer = createSigner({ now: () => time });
    const [first, second] = [signer.sign(1, ''), signer.sign(1, '')].map(
      (data) => opened(data).sequence,
    );
    time += 1_000_000;
    const third = opened(signer.sign(1, '')).sequence;
    expect([first! >> 16n, second! > first!, third >> 16n]).toEqual([
      BigInt(NOW),
      true,
      BigInt(NOW + 1_000_000),
    ]);
  });

  it('goes on counting upwards when the clock is set back', () => {
    let time = NOW;
    const signer = createSigner({ now: () => time });
    const before = opened(signer.sign(1, '')).sequence;
    time -= 10_000;
    expect(opened(signer.sign(1, '')).sequence).toBe(before + 1n);
  });

  it('starts above what an earlier one with its key has used', () => {
    const earlier = createSigner({ now });
    const { privateKey } = earlier;
    const later = createSigner({ privateKey, now: () => NOW + 1 });
    expect(opened(later.sign(1, '')).sequence > opened(earlier.sign(1, '')).sequence).toBe(true);
  });

  it.each<[string, unknown, unknown, unknown]>([
    ['bad-type', 65_536, 'x', {}],
    ['bad-data', 1, 5, {}],
    ['data-too-large', 1, new Uint8Array(65_404), {}],
    ['data-too-large', 1, 'x'.repeat(65_404), {}],
    ['bad-option', 1, 'x', null],
    ['bad-option', 1, 'x', { expires: -1 }],
    ['bad-option', 1, 'x', { expires: new Date() }],
    ['bad-option', 1, 'x', { sequence: -1n }],
    ['bad-option', 1, 'x', { sequence: 2n ** 64n }],
    ['bad-option', 1, 'x', { sequence: 1.5 }],
    ['bad-option', 1, 'x', { sequence: 2 ** 53 }],
    ['bad-option', 1, 'x', { sequence: '1' }],
  ])('refuses with %s: type %s, data %s, %s', (expected, type, data, options) => {
    const sign = (): unknown =>
      createSigner().sign(type as number, data as string, options as SignOptions);
    expect(sign).toThrow(code(expected));
  });

  it.each([{ lifetime: 0 }, { lifetime: 1.5 }, { now: 5 }])('cannot be made with %j', (options) => {
    expect(() => createSigner(options as object)).toThrow(code('bad-option'));
  });
});
