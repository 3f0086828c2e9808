import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  addFileOption,
  addKeyFlags,
  readConfiguration,
  type ConfigurationFlags,
} from '../../../src/cli/configuration-flags.ts';
import { Failure } from '../../../src/cli/failure.ts';
import { CONFIG_KEYS } from '../../../src/daemon/config/config.ts';

/** What commander makes of `words`. */
function flagsOf(...words: string[]): ConfigurationFlags {
  const command = new Command();
  addFileOption(command);
  addKeyFlags(command);
  return command.parse(words, { from: 'user' }).opts();
}

describe('the flags of the configuration', () => {
  it('are one for each key', () => {
    const command = new Command();
    addKeyFlags(command);
    expect(command.options.map(({ long }) => long)).toEqual(CONFIG_KEYS.map(({ flag }) => flag));
  });

  it('set their keys', () => {
    const { config } = readConfiguration(
      flagsOf('--p2p-address', '127.0.0.1:0', '--degree', '3', '--pow-difficulty', '8'),
    );
    expect(config).toMatchObject({ p2pAddress: { port: 0 }, degree: 3, powDifficulty: 8 });
  });

  it('are taken literally, a dash in front included', () => {
    expect(() => readConfiguration(flagsOf('--degree', '-1'))).toThrow(/^--degree -1: /);
  });

  it('end the program with code 2 if one is wrong', () => {
    let failure: unknown;
    try {
      readConfiguration(flagsOf('--degree', '0'));
    } catch (error) {
      failure = error;
    }
    expect(failure instanceof Failure && failure.exitCode).toBe(2);
  });

  it.each(['-c', '--config', '-p', '--path'])('name the file with %s', (flag) => {
    expect(() => readConfiguration(flagsOf(flag, '/nowhere/node.ini'))).toThrow(
      '/nowhere/node.ini',
    );
  });
});
