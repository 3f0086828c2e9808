import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { u64, type U64 } from '../../../../src/basics/integers.ts';
import { createJsKernel } from '../../../../src/daemon/proof-of-work/js-kernel.ts';
import { createKernel, type Kernel } from '../../../../src/daemon/proof-of-work/kernel.ts';
import {
  createSimdKernel,
  simdKernelModule,
  type WebAssemblyApi,
} from '../../../../src/daemon/proof-of-work/simd-kernel.ts';
import { challengeWith, firstNonce, zeroBits } from './oracle.ts';

const js = createJsKernel();
const simd = createSimdKernel()!;
const WEB_ASSEMBLY = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;

/** Found with the kernels and checked with node:crypto; 31 bits take minutes. */
const CHALLENGE = u64(0xbc7a_300e, 0x74f6_cbcb);
const RARE: [bits: number, low: number][] = [
  [28, 0x3d82_2d9b],
  [29, 0x0449_ddda],
  [30, 0x11b5_e82c],
  [31, 0xb3bf_5ef2],
];
const RARE_HIGH = 0x0123_4567;
const DIFFICULTIES = Array.from({ length: 32 }, (_, bits) => bits);

describe.each([
  ['JavaScript', js],
  ['WebAssembly', simd],
])('the kernel in %s', (_, kernel) => {
  const half = fc.nat(0xffff_ffff);

  it('finds the nonce that hashing one after the other finds', () => {
    fc.assert(
      fc.property(half, half, half, half, fc.nat(8), (a, b, c, d, bits) => {
        const [challenge, start] = [u64(a, b), u64(c, Math.min(d, 2 ** 32 - 2 ** 13))];
        const { before } = firstNonce(challenge, start, bits);
        expect(search(kernel, challenge, start, 2 ** 13, bits)).toBe(before);
      }),
      { numRuns: 200 },
    );
  });

  it.each(RARE)(
    'takes a nonce with exactly %i zero bits at that difficulty and below',
    (bits, low) => {
      const nonce = u64(RARE_HIGH, low);
      const fits = DIFFICULTIES.map((asked) => search(kernel, CHALLENGE, nonce, 1, asked) === 0);
      expect(zeroBits(CHALLENGE, nonce)).toBe(bits);
      expect(fits).toEqual(DIFFICULTIES.map((asked) => asked <= bits));
    },
  );

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 4095])(
    'finds a nonce that is the last after %i',
    (before) => {
      const start = u64(RARE_HIGH, RARE[0]![1] - before);
      expect(search(kernel, CHALLENGE, start, before + 1, 28)).toBe(before);
    },
  );

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 4095])('does not look behind the last of %i', (before) => {
    const start = u64(RARE_HIGH, RARE[0]![1] - before);
    expect(search(kernel, CHALLENGE, start, before, 28)).toBe(-1);
  });

  it.each([0, 1, 2, 3])('takes the first of several that fit, at place %i of four', (place) => {
    const start = u64(3, 0);
    const challenge = challengeWith((c) => {
      const fits = [0, 1, 2, 3].map((low) => zeroBits(c, u64(3, low)) >= 2);
      return fits.indexOf(true) === place && fits.lastIndexOf(true) === 3;
    });
    expect(search(kernel, challenge, start, 4, 2)).toBe(place);
  });

  it('goes on with 0 where the lower half is used up', () => {
    const start = u64(7, 0xffff_fffe);
    const challenge = challengeWith(
      (c) =>
        [0xffff_fffe, 0xffff_ffff, 0, 1, 2].every((low) => zeroBits(c, u64(7, low)) < 5) &&
        zeroBits(c, u64(7, 3)) >= 5,
    );
    expect(search(kernel, challenge, start, 100, 5)).toBe(5);
  });

  it('takes the first nonce at difficulty 0', () => {
    expect(search(kernel, u64(1, 2), u64(3, 4), 10, 0)).toBe(0);
  });

  it('tries nothing when it is to try none', () => {
    expect(search(kernel, u64(1, 2), u64(3, 4), 0, 0)).toBe(-1);
  });
});

describe('the two kernels', () => {
  it('agree on any range at any difficulty', () => {
    const word = fc.oneof(fc.integer(), fc.constantFrom(0, -1, -2, -4, -5, 0x7fff_ffff, 1 << 31));
    const count = fc.nat(5000);
    fc.assert(
      fc.property(word, word, word, word, count, fc.nat(31), (a, b, c, d, tries, bits) => {
        const mask = maskOf(bits);
        expect(simd(a, b, c, d, tries, mask)).toBe(js(a, b, c, d, tries, mask));
      }),
      { numRuns: 500 },
    );
  });

  it('agree on a whole slice that begins before the end of the lower half', () => {
    const found: number[] = [];
    for (const kernel of [js, simd]) {
      found.push(kernel(1, 2, 3, -32_768, 2 ** 16, maskOf(15)), kernel(1, 2, 4, -1, 2 ** 16, -2));
    }
    expect(found.slice(2)).toEqual(found.slice(0, 2));
  });
});

describe('the choice of a kernel', () => {
  it('is WebAssembly where there is some', () => {
    // A function of a module is native code; the other one can be read.
    expect(String(createKernel())).toContain('[native code]');
  });

  it('is JavaScript where that is asked for', () => {
    expect(String(createKernel('js'))).not.toContain('[native code]');
  });

  it('is not WebAssembly where there is none', () => {
    vi.stubGlobal('WebAssembly', undefined);
    onTestFinished(() => void vi.unstubAllGlobals());
    expect([createSimdKernel(), String(createKernel()).includes('[native code]')]).toEqual([
      undefined,
      false,
    ]);
  });

  it('is not WebAssembly where it knows no vectors', () => {
    const { Module, Instance } = WEB_ASSEMBLY;
    expect(createSimdKernel({ validate: () => false, Module, Instance })).toBeUndefined();
  });

  it('is not WebAssembly where it must not be compiled', () => {
    class Refusing {
      constructor() {
        throw new Error('a policy');
      }
    }
    const api = { validate: () => true, Module: Refusing, Instance: WEB_ASSEMBLY.Instance };
    expect(createSimdKernel(api)).toBeUndefined();
  });
});

describe('the module', () => {
  it('is valid', () => {
    expect(WEB_ASSEMBLY.validate(simdKernelModule())).toBe(true);
  });

  it('is the same whenever it is written', () => {
    expect(simdKernelModule()).toEqual(simdKernelModule());
  });
});

function search(kernel: Kernel, challenge: U64, start: U64, count: number, bits: number): number {
  const { high, low } = challenge;
  return kernel(high, low, start.high, start.low, count, maskOf(bits));
}

function maskOf(bits: number): number {
  return bits === 0 ? 0 : -1 << (32 - bits);
}
