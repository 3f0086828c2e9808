import { describe, expect, it } from 'vitest';
import { withImpliedRun } from '../../../src/cli/command-line.ts';

describe('a command line without a command', () => {
  it.each([[['-c', 'node.ini']], [['--path=node.ini']], [['-p', 'node.ini']], [['--degree', '3']]])(
    'means run if it starts with a flag of run: %j',
    (words) => {
      expect(withImpliedRun(words)).toEqual(['run', ...words]);
    },
  );

  it.each([[['--help']], [['-h']], [['--version']], [['-V']], [['config', 'show']], [[]]])(
    'stays as it is otherwise: %j',
    (words) => {
      expect(withImpliedRun(words)).toEqual(words);
    },
  );
});
