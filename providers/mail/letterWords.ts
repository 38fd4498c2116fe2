/** What the words of a letter to a user are made from. */
export interface LetterFacts {
  readonly kind:
    | 'sign_up'
    | 'invitation'
    | 'reset'
    | 'new_email'
    | 'known'
    | 'password_changed'
    | 'email_changed'
    | 'factor_changed'
    | 'abuse_watch'
    | 'abuse_throttle'
    | 'abuse_pause'
    | 'abuse_lifted'
    | 'abuse_upheld';
  readonly workspace: string;
  readonly byName: string;
  readonly role: string | null;
  /** What links begin with. */
  readonly publicUrl: string;
  readonly token: string;
}

const appeal = (publicUrl: string) =>
  `What was seen, what was done, and how to appeal: ${publicUrl}/abuse\n\nAn appeal is answered within five business days.`;
const notYou = 'If you did not ask for this, do nothing: without the link nothing happens.';
const changed = (publicUrl: string) =>
  `Every other session and every API token has been ended. If it was not you, choose a new password at once: ${publicUrl}/reset`;

/** Subject and text. What people typed stands in the text only, and the token behind a `#`, which no server gets to see. */
export function letterWords(facts: LetterFacts): { subject: string; text: string } {
  const { subject, lines } = wordsOf(facts);
  return { subject, text: `${lines.join('\n\n')}\n\n-- \nDecorum\n` };
}

function wordsOf({ kind, workspace, byName, role, publicUrl, token }: LetterFacts): { subject: string; lines: string[] } {
  switch (kind) {
    case 'sign_up':
      return {
        subject: 'Confirm your address',
        lines: [
          `Somebody, we hope you, wants to open the workspace "${workspace}" with this address.`,
          `Confirm it and choose a password: ${publicUrl}/sign-up/confirm#${token}`,
          `The link is good for 24 hours. ${notYou}`,
        ],
      };
    case 'invitation':
      return {
        subject: 'You are invited to a workspace',
        lines: [
          `${byName || 'A colleague'} invites you to the workspace "${workspace}" as ${role ?? 'a user'}.`,
          `Accept and choose a password: ${publicUrl}/invitation#${token}`,
          `The link is good for seven days. ${notYou}`,
        ],
      };
    case 'reset':
      return {
        subject: 'Choose a new password',
        lines: [`Choose a new password: ${publicUrl}/reset/confirm#${token}`, `The link is good for one hour. ${notYou}`],
      };
    case 'new_email':
      return {
        subject: 'Confirm your new address',
        lines: [
          `You want to log in to "${workspace}" with this address from now on.`,
          `Confirm it while you are logged in: ${publicUrl}/account/email#${token}`,
          `The link is good for 24 hours. ${notYou}`,
        ],
      };
    case 'known':
      return {
        subject: 'You have an account already',
        lines: [
          `Somebody, perhaps you, wanted to use this address for an account. It is the log-in of the workspace "${workspace}" already.`,
          `Log in: ${publicUrl}/log-in\nForgotten the password? ${publicUrl}/reset`,
        ],
      };
    case 'password_changed':
      return {
        subject: 'Your password was changed',
        lines: [`Your password for "${workspace}" was changed.`, changed(publicUrl)],
      };
    case 'email_changed':
      return {
        subject: 'Your log-in address was changed',
        lines: [
          `You log in to "${workspace}" with another address from now on.`,
          'Every other session and every API token has been ended. If it was not you, tell an owner of the workspace at once.',
        ],
      };
    case 'abuse_watch':
      return {
        subject: 'Signs of abuse in your workspace',
        lines: [
          `We have seen signs of abuse in "${workspace}". Nothing has been changed, and you should look at the cause.`,
          appeal(publicUrl),
        ],
      };
    case 'abuse_throttle':
      return {
        subject: 'Less may leave from your workspace for now',
        lines: [`We have seen signs of abuse in "${workspace}". Half as many messages may leave as before.`, appeal(publicUrl)],
      };
    case 'abuse_pause':
      return {
        subject: 'Sending from your workspace is paused',
        lines: [
          `We have seen signs of abuse in "${workspace}". Messages have been paused until a person has decided.`,
          appeal(publicUrl),
        ],
      };
    case 'abuse_lifted':
      return {
        subject: 'A measure against abuse has ended',
        lines: [`A measure against abuse in "${workspace}" has ended. What waited goes on.`, `The record: ${publicUrl}/abuse`],
      };
    case 'abuse_upheld':
      return {
        subject: 'A measure against abuse stands',
        lines: [`A person has looked at the case of "${workspace}": the measure stands.`, `The reasons: ${publicUrl}/abuse`],
      };
    case 'factor_changed':
      return {
        subject: 'Your second factor was changed',
        lines: [`The second factor of your log-in to "${workspace}" was set up or removed.`, changed(publicUrl)],
      };
  }
}
