/**
 * The flooders: `plan.rate` new messages a second, each to all neighbours and without limit of hops. A junk
 * flooder's are refused by every subscriber that looks; a spammer's are as good as anybody's.
 */
import type { Effect } from '../../core/effects.ts';
import { beating } from './beating.ts';
import { junk, spam } from './junk.ts';
import { sendOn, type RoleContext, type RoleMaker } from './role.ts';

function flooding(content: typeof junk): RoleMaker {
  return (context, now) => beating(context, now, () => oneMore(context, content));
}

function oneMore({ links, random, target }: RoleContext, content: typeof junk): readonly Effect[] {
  const { dataType, size } = target;
  const data = content(size, random);
  const id = random.u64();
  return sendOn(links.ids(), { kind: 'peer-announce', id, ttl: 0, dataType, data });
}

export const makeFlooder = flooding(junk);
export const makeSpammer = flooding(spam);
