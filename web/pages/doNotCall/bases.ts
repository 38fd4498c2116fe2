import type { Row } from '../../api.ts';

/** How a person asked not to be called. */
export const bases: Readonly<Record<Row<'/do-not-call-requests'>['basis'], string>> = {
  disposition: 'said so in a call',
  email: 'wrote an e-mail',
  form: 'filled in a form',
  api: 'came over the API',
  import: 'imported',
};
