import { Command, InvalidArgumentError } from 'commander';
import { type ContactField, contactFields } from '../../domain/contactHeadings.ts';
import { checkContacts } from '../../providers/csv/checkContacts.ts';

type Mapped = { column: string; field: ContactField };

export const contactsCommand = new Command('contacts').description('Contact files').addCommand(
  new Command('check')
    .description('Says what an import of the file into an empty tenant would do')
    .argument('<file>', 'CSV or TSV, in any usual encoding')
    .option('-m, --map <column=field>', `what a column is, by heading or number (${contactFields.join(', ')})`, mapped, [])
    .action(check),
);

function mapped(text: string, before: readonly Mapped[]): Mapped[] {
  const at = text.lastIndexOf('=');
  const field = contactFields.find((name) => name === text.slice(at + 1));
  if (at < 1 || !field) throw new InvalidArgumentError(`Say COLUMN=FIELD, FIELD one of ${contactFields.join(', ')}.`);
  return [...before, { column: text.slice(0, at), field }];
}

async function check(file: string, options: { map: readonly Mapped[] }): Promise<void> {
  const { namesPeople, ...result } = await checkContacts(file, (header) => byColumn(header, options.map)).catch(
    (error: Error) => {
      throw new Error(`Cannot check ${file}: ${error.message}`, { cause: error });
    },
  );
  if (!namesPeople) console.error('No column for e-mail or phone was found: name one with --map COLUMN=email.');
  console.log(JSON.stringify(result, null, 1));
}

function byColumn(header: readonly string[], mapping: readonly Mapped[]): Record<number, ContactField> {
  return Object.fromEntries(
    mapping.map(({ column, field }) => {
      const named = header.indexOf(column);
      const index = named === -1 ? Number(column) - 1 : named;
      if (header[index] === undefined) throw new Error(`The file has no column ${column}: it has ${header.join(', ')}.`);
      return [index, field];
    }),
  );
}
