/** A connection to a node for as long as a command needs it, and its errors in the command line's words. */
import { formatApiTarget, type ApiTarget } from '../client/api-target.ts';
import { ClientError } from '../client/client-error.ts';
import { connect } from '../client/connect.ts';
import type { HearsayClient } from '../client/hearsay-client.ts';
import { Failure } from './failure.ts';

/**
 * Connects, does `work`, and closes once all that was sent is on its way. The connection is gone when this
 * returns or throws.
 *
 * @throws Failure with exit code 1 for every ClientError.
 */
export async function withClient(
  target: ApiTarget,
  work: (client: HearsayClient) => Promise<void>,
): Promise<void> {
  try {
    const client = await connect(target);
    try {
      await work(client);
    } finally {
      await client.close();
    }
    const error = await client.closed;
    if (error !== undefined) throw error;
  } catch (error) {
    throw asFailure(error, target);
  }
}

/** What is no ClientError is a Failure already, or a defect, and comes back as it is. */
function asFailure(error: unknown, target: ApiTarget): unknown {
  if (!(error instanceof ClientError)) return error;
  if (error.code !== 'connection-refused') return new Failure(1, error.message);
  const advice = "start one with 'hearsay run', or name another with --api";
  return new Failure(1, `no node listens at ${formatApiTarget(target)}: ${advice}`);
}
