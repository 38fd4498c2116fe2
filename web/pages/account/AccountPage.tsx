import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api.ts';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { useMay, useSession } from '../../shell/session.ts';
import { ChangeEmail } from './ChangeEmail.tsx';
import { ChangePassword } from './ChangePassword.tsx';
import { OpenSessions } from './OpenSessions.tsx';
import { SecondFactor } from './SecondFactor.tsx';
import { Tokens } from './Tokens.tsx';

/** How one logs in, and what is logged in as oneself. */
export function AccountPage() {
  const { lacksFactor } = useSession();
  const mayMakeTokens = useMay()('tokens.write');
  const { data, error } = useQuery({ queryKey: ['account'], queryFn: () => ask('get', '/account') });
  return (
    <Page
      title="My account"
      about={
        lacksFactor
          ? 'Your workspace wants a second factor of your role. Set it up here: everything else is open after that.'
          : 'How you log in. A change here ends every other session and every API token of yours.'
      }
    >
      <ProblemNote error={error} />
      {!data && !error && <Waiting />}
      {data && <SecondFactor account={data} />}
      {data && <ChangePassword hasSecondFactor={data.hasSecondFactor} />}
      {data && <ChangeEmail email={data.email} />}
      <OpenSessions />
      {mayMakeTokens && <Tokens />}
    </Page>
  );
}
