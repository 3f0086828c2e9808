/**
 * What stands on the command line, read strictly: numbers are decimal digits only, and a refusal names what
 * is allowed. Commander adds which argument or option it was.
 */
import { InvalidArgumentError, Option } from 'commander';
import {
  DEFAULT_API_ADDRESS,
  formatApiTarget,
  parseApiTarget,
  type ApiTarget,
} from '../client/api-target.ts';
import { ClientError } from '../client/client-error.ts';
import { DATA_TYPE_MAX, TTL_MAX } from '../client/limits.ts';
import { Failure } from './failure.ts';

/** A data type, 0 … 65,535. */
export function parseDataType(text: string): number {
  return parseWhole(text, 0, DATA_TYPE_MAX, 'A data type');
}

/** For an argument that may be repeated: the types so far and this one, each once. */
export function collectDataTypes(text: string, types: readonly number[] = []): readonly number[] {
  return [...new Set([...types, parseDataType(text)])];
}

/** Hops, 0 … 255; 0 is no limit. */
export function parseTtl(text: string): number {
  return parseWhole(text, 0, TTL_MAX, 'A TTL');
}

/** How many messages to wait for, 1 … 2^53 − 1. */
export function parseCount(text: string): number {
  return parseWhole(text, 1, Number.MAX_SAFE_INTEGER, 'A count');
}

/** `--api`: where the node is that a command talks to. */
export function apiOption(): Option {
  const meaning = `where the node listens for applications: HOST:PORT, [IPV6]:PORT or unix:PATH`;
  const otherwise = `default: HEARSAY_API of the environment, otherwise ${DEFAULT_API_ADDRESS}`;
  return new Option('--api <ADDRESS>', `${meaning} (${otherwise})`);
}

/** The node meant by `--api`, else by HEARSAY_API (empty is as good as none), else the usual one. */
export function chooseApiTarget(
  option: string | undefined,
  environment: NodeJS.ProcessEnv,
): ApiTarget {
  const fromEnvironment = environment['HEARSAY_API'] || undefined;
  const source = option === undefined ? 'HEARSAY_API' : '--api';
  try {
    return parseApiTarget(option ?? fromEnvironment ?? DEFAULT_API_ADDRESS);
  } catch (error) {
    if (error instanceof ClientError) throw new Failure(2, `${source} ${error.message}`);
    throw error;
  }
}

/** Whether commands find the node at `target` without being told. */
export function isUsualTarget(target: ApiTarget): boolean {
  return formatApiTarget(target) === DEFAULT_API_ADDRESS;
}

function parseWhole(text: string, min: number, max: number, what: string): number {
  const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new InvalidArgumentError(`${what} is a whole number from ${min} to ${max}.`);
}
