import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSigner, type SignOptions } from '../../../../src/client/signed/signer.ts';
import {
  verifier,
  type SignedValidator,
  type VerifierOptions,
} from '../../../../src/client/signed/verifier.ts';
import {
  SIGNED_PROBLEMS,
  verify,
  type SignedMessage,
  type SignedProblem,
} from '../../../../src/client/signed/verify.ts';
import type { Verdict } from '../../../../src/client/received.ts';
import type { ValidatorAnswer } from '../../../../src/client/validator.ts';

const NOW = 1_700_000_000_000;
const now = (): number => NOW;
const CONTEXT = { signal: new AbortController().signal };
const signer = createSigner({ now });

/** A verifier, and the problems that it has met. */
function gate(
  options: VerifierOptions = {},
  validator?: SignedValidator,
): {
  judge: (data: Uint8Array, dataType?: number) => ValidatorAnswer | PromiseLike<ValidatorAnswer>;
  problems: SignedProblem[];
} {
  const problems: SignedProblem[] = [];
  const onProblem = (problem: SignedProblem): void => void problems.push(problem);
  const validate = verifier({ now, onProblem, ...options }, validator);
  const judge = (data: Uint8Array, dataType = 1): ReturnType<typeof validate> =>
    validate({ dataType, data, messageId: 1 }, CONTEXT);
  return { judge, problems };
}

function problemOf(data: Uint8Array, options?: VerifierOptions): SignedProblem | undefined {
  const { judge, problems } = gate(options);
  void judge(data);
  return problems[0];
}

function signed(options: SignOptions = {}): Uint8Array {
  return signer.sign(1, 'hello', options);
}

describe('a verifier', () => {
  it('accepts nothing by a clock that gives no number', () => {
    expect(problemOf(signed(), { now: () => Number.NaN })).toBe('expired');
  });

  it('accepts what is rightly signed', () => {
    expect(gate().judge(signed())).toBe('accept');
  });

  it('hands it to the validator, whose verdict counts', () => {
    const seen: SignedMessage[] = [];
    const { judge } = gate({}, (message) => {
      seen.push(message);
      return 'ignore';
    });
    const verdict = judge(signed({ sequence: 7 }));
    expect([verdict, seen]).toEqual([
      'ignore',
      [
        {
          dataType: 1,
          sender: signer.sender,
          sequence: 7n,
          expires: NOW + 600_000,
          payload: new TextEncoder().encode('hello'),
        },
      ],
    ]);
  });

  it('rejects what is not, and does not bother the validator', () => {
    const { judge } = gate({}, () => {
      throw new Error('bothered');
    });
    expect(judge(Buffer.from('hello'))).toBe('reject');
  });

  it('says something else where it is told to', () => {
    const verdicts = { 'not-signed': 'accept' } as const;
    const { judge } = gate({ verdicts });
    expect([judge(Buffer.from('x')), judge(signed({ expires: 0 }))]).toEqual(['accept', 'reject']);
  });

  it('rejects what was signed for another data type', () => {
    const { judge, problems } = gate();
    expect([judge(signed(), 2), problems]).toEqual(['reject', ['bad-signature']]);
  });

  it('rejects signed data of which any bit is another', () => {
    const data = signed();
    const bits = fc.integer({ min: 0, max: data.length * 8 - 1 });
    fc.assert(
      fc.property(bits, (bit) => {
        const changed = Uint8Array.from(data);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(gate().judge(changed)).toBe('reject');
      }),
      { numRuns: 300 },
    );
  });

  it('rejects signed data with bytes too many or too few', () => {
    const data = signed();
    const cut = fc.integer({ min: 1, max: data.length });
    const added = fc.uint8Array({ minLength: 1, maxLength: 70 });
    fc.assert(
      fc.property(cut, added, (count, more) => {
        expect(gate().judge(data.subarray(0, data.length - count))).toBe('reject');
        expect(gate().judge(Buffer.concat([data, more]))).toBe('reject');
      }),
    );
  });

  it('makes one of the known problems of any bytes, and never throws', () => {
    const anyBytes = fc.uint8Array({ maxLength: 200 });
    const almost = anyBytes.map((bytes) => Buffer.concat([Buffer.from('HSD\x01'), bytes]));
    fc.assert(
      fc.property(fc.oneof(anyBytes, almost), (bytes) => {
        expect(SIGNED_PROBLEMS).toContain(problemOf(bytes));
      }),
    );
  });
});

describe('the senders of a verifier', () => {
  it('are those that it was given', () => {
    expect(problemOf(signed(), { allowedKeys: [signer.sender] })).toBeUndefined();
  });

  it('are no others', () => {
    expect(problemOf(signed(), { allowedKeys: [createSigner().sender] })).toBe('stranger');
  });

  it('may be none', () => {
    expect(problemOf(signed(), { allowedKeys: [] })).toBe('stranger');
  });

  it('may not use a sequence number twice', () => {
    const { judge, problems } = gate();
    void judge(signed({ sequence: 5 }));
    void judge(signer.sign(1, 'something else', { sequence: 5 }));
    expect(problems).toEqual(['replayed']);
  });

  it('may use lower sequence numbers within the window, and none below it', () => {
    const { judge, problems } = gate({ windowMax: 2 });
    for (const sequence of [10, 30, 20, 5]) void judge(signed({ sequence }));
    expect(problems).toEqual(['outdated']);
  });

  it('have sequence numbers of their own', () => {
    const { judge, problems } = gate();
    void judge(signed({ sequence: 5 }));
    void judge(createSigner({ now }).sign(1, 'x', { sequence: 5 }));
    expect(problems).toEqual([]);
  });

  it('do not lose a sequence number to somebody who cannot sign', () => {
    const { judge, problems } = gate();
    const forged = signed({ sequence: 5 });
    forged[forged.length - 1]! ^= 1;
    void judge(forged);
    expect([judge(signed({ sequence: 5 })), problems]).toEqual(['accept', ['bad-signature']]);
  });

  it('are forgotten beyond the bound, the one that was silent longest first', () => {
    const { judge, problems } = gate({ sendersMax: 2 });
    const senders = [1, 2, 3].map(() => createSigner({ now }));
    const [first, second, third] = senders.map((sender) => sender.sign(1, 'x', { sequence: 1 }));
    void judge(first!);
    void judge(second!);
    void judge(senders[0]!.sign(1, 'x', { sequence: 2 }));
    void judge(third!);
    const replays: Verdict[] = [first!, third!, second!].map((data) => judge(data) as Verdict);
    expect([replays, problems]).toEqual([
      ['reject', 'reject', 'accept'],
      ['replayed', 'replayed'],
    ]);
  });

  it('are never forgotten if they were named', () => {
    const senders = [1, 2].map(() => createSigner({ now }));
    const { judge } = gate({ allowedKeys: senders.map(({ sender }) => sender), sendersMax: 1 });
    const messages = senders.map((sender) => sender.sign(1, 'x'));
    expect([...messages, ...messages].map((data) => judge(data))).toEqual([
      'accept',
      'accept',
      'reject',
      'reject',
    ]);
  });
});

describe('the time of signed data', () => {
  it.each<[string, number, VerifierOptions, SignedProblem | undefined]>([
    ['just expired, within the tolerance', NOW - 30_000, {}, undefined],
    ['expired', NOW - 30_001, {}, 'expired'],
    ['expired, without tolerance', NOW - 1, { clockTolerance: 0 }, 'expired'],
    ['a day and the tolerance away', NOW + 86_430_000, {}, undefined],
    ['later than that', NOW + 86_430_001, {}, 'expires-too-late'],
    ['later than allowed', NOW + 31_001, { lifetimeMax: 1_000 }, 'expires-too-late'],
    ['the latest possible', Number.MAX_SAFE_INTEGER, {}, 'expires-too-late'],
  ])('that is %s (%d)', (_when, expires, options, problem) => {
    expect(problemOf(signed({ expires }), options)).toBe(problem);
  });

  it('may not be later than a number can hold', () => {
    const data = signed();
    data.fill(0xff, 44, 52);
    expect(problemOf(data)).toBe('expires-too-late');
  });
});

describe('verify()', () => {
  it('remembers nothing', () => {
    const data = signed();
    expect([verify(1, data, { now }).ok, verify(1, data, { now }).ok]).toEqual([true, true]);
  });

  it('says what is wrong', () => {
    expect(verify(2, signed(), { now })).toEqual({ ok: false, problem: 'bad-signature' });
  });

  it.each<[string, unknown, unknown, unknown]>([
    ['bad-type', -1, new Uint8Array(0), {}],
    ['bad-data', 1, null, {}],
    ['bad-option', 1, new Uint8Array(0), { clockTolerance: -1 }],
    ['bad-option', 1, new Uint8Array(0), { lifetimeMax: 0 }],
    ['bad-option', 1, new Uint8Array(0), { now: NOW }],
  ])('refuses a wrong call with %s', (code, type, data, options) => {
    const call = (): unknown => verify(type as number, data as Uint8Array, options as object);
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});

describe('the options of a verifier', () => {
  it.each<[string, unknown, unknown?]>([
    ['bad-option', null],
    ['bad-option', { allowedKeys: 'all' }],
    ['bad-option', { allowedKeys: Array.from({ length: 65_537 }, () => signer.sender) }],
    ['bad-key', { allowedKeys: ['me'] }],
    ['bad-option', { windowMax: 0 }],
    ['bad-option', { windowMax: 65_537 }],
    ['bad-option', { sendersMax: 0 }],
    ['bad-option', { sendersMax: 1_048_577 }],
    ['bad-option', { verdicts: { nonsense: 'accept' } }],
    ['bad-verdict', { verdicts: { expired: 'maybe' } }],
    ['bad-option', { onProblem: 'log' }],
    ['bad-validator', {}, 'accept'],
  ])('are refused with %s', (code, options, validator?) => {
    const make = (): unknown => verifier(options as object, validator as SignedValidator);
    expect(make).toThrow(expect.objectContaining({ code }));
  });
});
