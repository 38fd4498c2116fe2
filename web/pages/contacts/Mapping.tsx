import { Button, Group, NativeSelect, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ask, type Body } from '../../api.ts';
import { Confirm } from '../../parts/Confirm.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';
import type { Import } from './ImportPage.tsx';

type Column = Import['columns'][number];

const fields: Readonly<Record<Column['field'], string>> = {
  email: 'E-mail address',
  phone: 'Phone',
  firstName: 'First name',
  lastName: 'Last name',
  fullName: 'Full name',
  title: 'Title',
  companyName: 'Company',
  companyDomain: "Company's domain",
  industry: 'Industry',
  companyAbout: 'About the company',
  city: 'City',
  state: 'State',
  postalCode: 'Postal code',
  country: 'Country',
  zone: 'Time zone',
  extra: 'Keep under its heading',
  ignore: 'Do not keep',
};
const options = Object.entries(fields).map(([value, label]) => ({ value, label }));

/** What each column is taken for, with what stands in it: nobody has to guess whether the guess was right. */
export function Mapping({ job }: { job: Import }) {
  const navigate = useNavigate();
  const [mapping, setMapping] = useState<Record<string, Column['field']>>({});
  const [newList, setNewList] = useState(job.fileName.replace(/\.\w+$/, ''));
  const [tags, setTags] = useState<string[]>([]);
  const [existing, setExisting] = useState<NonNullable<Body<'post', '/imports/{importId}/start'>['existing']>>('fill');
  const params = { importId: job.id };
  const { save, isSaving, error, fault } = useSaving(() =>
    ask('post', '/imports/{importId}/start', { params, body: { mapping, tags, existing, ...(newList.trim() && { newList }) } }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <ProblemNote error={error} />
        <table className="listing" role="table" aria-label="Columns of the file">
          <thead role="rowgroup">
            <tr role="row">
              {['Column', 'Is taken for', 'Rows of the file'].map((head) => (
                <th key={head} role="columnheader" scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {job.columns.map((column, index) => (
              <tr key={`${index} ${column.heading}`} role="row">
                <td role="cell" data-label="Column">
                  <div>{column.heading || `Column ${index + 1}`}</div>
                </td>
                <td role="cell" data-label="Is taken for">
                  <NativeSelect
                    aria-label={`${column.heading || `Column ${index + 1}`} is taken for`}
                    value={mapping[index] ?? column.field}
                    onChange={(event) => setMapping({ ...mapping, [index]: event.currentTarget.value as Column['field'] })}
                    data={options}
                    maw={220}
                  />
                </td>
                <td role="cell" data-label="Rows">
                  <Text c="dimmed" lineClamp={2}>
                    {column.sample.filter(Boolean).join(' · ') || 'empty'}
                  </Text>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <Text role="alert" c="var(--decorum-bad)">
          {fault('/mapping')}
        </Text>
        <Group align="flex-start" grow preventGrowOverflow={false} maw={900}>
          <TextInput
            label="Put them on a new list"
            description="Empty: on none"
            value={newList}
            onChange={(event) => setNewList(event.currentTarget.value)}
            error={fault('/newList')}
          />
          <TagsInput label="Tag them" description="Enter after each" value={tags} onChange={setTags} />
          <NativeSelect
            label="Who is there already"
            description="An empty cell never wins"
            value={existing}
            onChange={(event) => setExisting(event.currentTarget.value as typeof existing)}
            data={[
              { value: 'fill', label: 'keeps what is known; the file fills gaps' },
              { value: 'overwrite', label: 'is overwritten by the file' },
            ]}
          />
        </Group>
        <Group>
          <Button type="submit" loading={isSaving}>
            Import
          </Button>
          <Confirm
            label="Give up"
            title="Give this import up?"
            act={async () => {
              await ask('post', '/imports/{importId}/cancel', { params });
              await navigate({ to: '/contacts/import' });
            }}
          >
            Nobody has been imported yet; the file is deleted here.
          </Confirm>
        </Group>
      </Stack>
    </form>
  );
}
