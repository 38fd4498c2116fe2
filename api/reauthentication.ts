import { audited } from '../db/audit/log.ts';
import { readSecondFactor } from '../db/secondFactor.ts';
import { findLogin } from '../db/sessions.ts';
import { findUser } from '../db/users.ts';
import type { Dependencies } from './dependencies.ts';
import { forgiven, limited } from './limits.ts';
import { isPassword } from './password.ts';
import { Problem } from './problem.ts';
import type { Who } from './route.ts';
import { isCode } from './secondFactor.ts';
import { leaveTry } from './tries.ts';

/** For what cannot be undone: who asks knows the password and has the second factor, too; a session left open somewhere is not enough. */
export async function reauthenticated(
  deps: Dependencies,
  who: Who,
  { password, code }: { password: string; code?: string | undefined },
): Promise<void> {
  await limited(deps, 'confirmations', who.userId);
  const { user, factor } = await deps.db.inTenant(who.tenantId, async (tx) => ({
    user: await findUser(tx, who.userId),
    factor: await readSecondFactor(tx, who.userId),
  }));
  const login = await findLogin(deps.db, user?.email ?? '');
  if (!(await isPassword(password, login?.passwordHash)) || !login) {
    await leaveTry(deps.db, who, 'confirmation: wrong password');
    throw new Problem('wrong-credentials', 'The present password is another one.');
  }
  if (factor.isConfirmed) {
    if (code === undefined) throw new Problem('second-factor-wanted', 'Send the code of your authenticator app, too.');
    // With an entry of its own, so that what is confirmed leaves the one of the route.
    const isRight = await deps.db.inTenant(who.tenantId, async (tx) => {
      if (!(await isCode(deps, tx, who.userId, code))) return false;
      await audited(tx, { action: 'confirmation: code used', subjectKind: 'user', subjectId: who.userId });
      return true;
    });
    if (!isRight) {
      await leaveTry(deps.db, who, 'confirmation: wrong code');
      throw new Problem('wrong-credentials', 'The code is wrong, or was used before: take the next one.');
    }
  }
  await forgiven(deps, 'confirmations', who.userId);
}
