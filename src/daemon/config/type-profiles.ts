/**
 * From what was set for one data type to its profile, once it is known what holds for the node: values must fit
 * each other, and those of the node.
 */
import type { TypeProfile } from '../../core/settings.ts';
import type { Config } from './config.ts';
import type { TypeKeyName, TypeValues } from './type-keys.ts';

/** Refuses a value that does not fit the others; the two texts complete its line. */
export type RefuseTypeValue = (key: TypeKeyName, problem: string, allowed: string) => never;

export function typeProfile(
  values: TypeValues,
  node: Pick<Config, 'maxConnections' | 'historyWindow'>,
  refuse: RefuseTypeValue,
): TypeProfile {
  const { degree, lazy_threshold: lazyThreshold, history_window: historyWindow } = values;
  const { rate_limit: perSecond, rate_burst: burst = perSecond } = values;
  if (degree !== undefined && degree > node.maxConnections) {
    const problem = `more than max_connections, which is ${node.maxConnections}`;
    refuse('degree', problem, 'at most max_connections');
  }
  if (historyWindow !== undefined && historyWindow > node.historyWindow) {
    const problem = `longer than history_window of the node, which is ${node.historyWindow / 1_000} s`;
    refuse('history_window', problem, 'at most that of the node');
  }
  if (burst !== undefined && perSecond === undefined) {
    refuse('rate_burst', 'there is no rate_limit for it', 'only with rate_limit');
  }
  return {
    ...(degree !== undefined && { degree }),
    ...(lazyThreshold !== undefined && { lazyThreshold }),
    ...(perSecond !== undefined && burst !== undefined && { rateLimit: { perSecond, burst } }),
    ...(historyWindow !== undefined && { historyWindow }),
  };
}
