/** The single figures of a result as rows of name and value, for the terminal and the report. */
import type { ScenarioResult } from '../../sim/scenario/result.ts';
import { format, NOTHING } from './figures.ts';

type Figures = Pick<
  ScenarioResult,
  | 'reach'
  | 'complete'
  | 'copiesPerDelivery'
  | 'controlBytesPerNodePerMessage'
  | 'components'
  | 'healMs'
  | 'announcements'
  | 'deliveries'
  | 'notifications'
  | 'arrivals'
  | 'virtualMs'
  | 'warmUpMs'
>;

export function figureRows(figures: Figures): readonly (readonly [name: string, value: string])[] {
  const { healMs, components } = figures;
  return [
    ['reach', format(figures.reach, 'share')],
    ['announcements that reached everyone', format(figures.complete, 'share')],
    ['copies per delivery', format(figures.copiesPerDelivery, 'count')],
    [
      'control bytes per node and announcement',
      format(figures.controlBytesPerNodePerMessage, 'bytes'),
    ],
    ['parts of the network at the end', format(components, 'count')],
    ['time to heal', healMs === null ? NOTHING : format(healMs, 'ms')],
    ['announcements', format(figures.announcements, 'count')],
    ['first receipts', format(figures.deliveries, 'count')],
    ['notifications', format(figures.notifications, 'count')],
    ['message arrivals, warm-up included', format(figures.arrivals, 'count')],
    ['virtual time', format(figures.virtualMs, 'ms')],
    ['of it warm-up', format(figures.warmUpMs, 'ms')],
  ];
}
