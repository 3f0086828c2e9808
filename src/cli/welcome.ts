/**
 * What a node says first: where it listens, and what to type elsewhere to see it work. People get text,
 * programs get log lines with the fields `p2pAddress` and `apiAddress`.
 */
import type { Logger } from 'pino';
import { formatApiTarget, type ApiTarget } from '../client/api-target.ts';
import { isUsualTarget } from './arguments.ts';
import { quote } from './invocation.ts';

export interface Welcome {
  /** With the port that was really taken. */
  readonly p2pAddress: string;
  readonly apiAddress: string;
  /** Whose key the node holds; undefined in plain. */
  readonly identity: string | undefined;
  /** Two commands for other terminals; the first shows what the second sends. */
  readonly subscribe: string;
  readonly announce: string;
}

export interface Started {
  readonly p2p: ApiTarget;
  readonly api: ApiTarget;
  readonly identity: string | undefined;
}

/** `call` is what starts this program in a shell. */
export function composeWelcome({ p2p, api, identity }: Started, call: string): Welcome {
  const reachable = withoutWildcard(api);
  const option = isUsualTarget(reachable) ? '' : ` --api ${quote(formatApiTarget(reachable))}`;
  return {
    p2pAddress: formatApiTarget(p2p),
    apiAddress: formatApiTarget(api),
    identity,
    subscribe: `${call} subscribe 1337${option}`,
    announce: `${call} announce 1337 hello${option}`,
  };
}

/** Several lines for a person. */
export function formatWelcome(welcome: Welcome): string {
  const { identity } = welcome;
  return [
    `hearsay listens for peers on ${welcome.p2pAddress} and for applications on ${welcome.apiAddress}`,
    ...(identity === undefined ? [] : [`Its identity is ${identity}`]),
    'To see it work, type in a second terminal:',
    `  ${welcome.subscribe}`,
    'and in a third:',
    `  ${welcome.announce}`,
    '',
  ].join('\n');
}

/** Two lines for a program. */
export function logWelcome(
  { p2pAddress, apiAddress, identity, ...commands }: Welcome,
  log: Logger,
): void {
  log.info({ p2pAddress, apiAddress, identity }, 'listening for peers and applications');
  log.info(commands, 'to see it work, type these two commands in two terminals');
}

/** Who listens on all addresses is reached over loopback. */
function withoutWildcard(target: ApiTarget): ApiTarget {
  if (target.kind === 'unix') return target;
  if (target.host === '0.0.0.0') return { ...target, host: '127.0.0.1' };
  return target.host === '::' ? { ...target, host: '::1' } : target;
}
