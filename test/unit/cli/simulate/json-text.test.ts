import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonProblem } from '../../../../src/cli/simulate/json-text.ts';

describe('JSON that people write', () => {
  it.each([
    ['{"a": 1,\n "b": 2,,}', 2, 9],
    ['', 1, 1],
    ['{"a": 1', 1, 8],
    ['[1, 2,\r\n]', 2, 1],
    ['{a: 1}', 1, 2],
    ['{"a": 01}', 1, 7],
    ['{"a": "x\ny"}', 1, 7],
    ['{} {}', 1, 4],
    ['{"a": nul}', 1, 7],
    ["{'a': 1}", 1, 2],
  ])('is refused with line and column: %j', (text, line, column) => {
    expect(findJsonProblem(text)).toMatchObject({ line, column });
  });

  it('is refused if a key stands twice in one object', () => {
    expect(findJsonProblem('{"a": 1, "b": {"a": 2}, "a": 3}')).toEqual({
      line: 1,
      column: 25,
      problem: 'the key "a" stands here twice',
    });
  });

  it('is refused before its depth can exhaust anything', () => {
    expect(findJsonProblem('['.repeat(100_000))?.problem).toContain('64 levels');
    expect(findJsonProblem('['.repeat(64) + ']'.repeat(64))).toBeUndefined();
  });

  it('is accepted if it is JSON', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(0, 2), (text, indent) => {
        const spaced = JSON.stringify(JSON.parse(text), undefined, indent);
        expect(findJsonProblem(spaced)).toBeUndefined();
      }),
    );
  });

  it('is refused exactly where JSON.parse refuses it, whatever is cut out of it', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), fc.nat(), fc.nat(5), (text, at, length) => {
        const start = at % (text.length + 1);
        const cut = text.slice(0, start) + text.slice(start + length);
        const problem = findJsonProblem(cut);
        // Only keys that stand twice are our own rule.
        if (problem?.problem.includes('twice')) return;
        expect(problem === undefined).toBe(isJson(cut));
      }),
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
