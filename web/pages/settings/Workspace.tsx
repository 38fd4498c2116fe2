import { Button, Checkbox, Group, NumberInput, Stack, TagsInput, Text, Textarea, TextInput, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ask, type Reply } from '../../api.ts';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { useSaving } from '../../parts/saving.ts';

type Tenant = Reply<'get', '/tenant'>;

const limits = [
  ['touchesPerQuarter', 'Touches a person gets in a quarter'],
  ['firstTouchesPerCompany', 'First messages to a company in a day'],
  ['hoursBetweenTouches', 'Hours between two touches of a person'],
] as const;

const territory = [
  ['cities', 'Territory: cities'],
  ['zipCodes', 'Territory: ZIP codes'],
] as const;

/** What the law wants in every message (P11), and the limits that hold over all mailboxes. */
export function Workspace({ tenant, isReadOnly }: { tenant: Tenant; isReadOnly: boolean }) {
  const {
    name,
    postalAddress,
    sendingDomain,
    unsubscribeText,
    adLabel,
    touchesPerQuarter,
    firstTouchesPerCompany,
    hoursBetweenTouches,
    needsSecondFactor,
    phone,
    state,
    cities,
    zipCodes,
  } = tenant;
  const [draft, setDraft] = useState({
    name,
    postalAddress,
    sendingDomain,
    unsubscribeText,
    adLabel: adLabel ?? '',
    touchesPerQuarter,
    firstTouchesPerCompany,
    hoursBetweenTouches,
    needsSecondFactor,
    phone,
    state,
    cities,
    zipCodes,
  });
  const [isSaved, setSaved] = useState(false);
  const { save, isSaving, error, fault } = useSaving(
    () => ask('patch', '/tenant', { body: { ...draft, adLabel: draft.adLabel.trim() || null } }),
    () => setSaved(true),
  );
  const change = (part: Partial<typeof draft>) => {
    setSaved(false);
    setDraft({ ...draft, ...part });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save();
  };
  const field = (name: 'phone' | 'state' | 'name' | 'postalAddress' | 'sendingDomain' | 'unsubscribeText' | 'adLabel') => ({
    value: draft[name],
    readOnly: isReadOnly,
    onChange: (event: { currentTarget: { value: string } }) => change({ [name]: event.currentTarget.value }),
    error: fault(`/${name}`),
  });
  return (
    <form onSubmit={submit} aria-labelledby="workspace">
      <Stack maw={640} className="panel">
        <Title order={2} id="workspace">
          Workspace
        </Title>
        <ProblemNote error={error} />
        <TextInput label="Workspace" required {...field('name')} />
        <Textarea
          label="Postal address"
          description="Shown in every commercial message (15 U.S.C. 7704(a)(5)); without it nothing can be launched"
          autosize
          minRows={2}
          {...field('postalAddress')}
        />
        <TextInput label="Sending domain" {...field('sendingDomain')} />
        <TextInput label="Words before the unsubscribe link" required {...field('unsubscribeText')} />
        <TextInput label="Advertisement label" description="Empty: switched off" {...field('adLabel')} />
        {limits.map(([limit, label]) => (
          <NumberInput
            key={limit}
            label={label}
            min={0}
            allowDecimal={false}
            value={draft[limit]}
            readOnly={isReadOnly}
            onChange={(value) => change({ [limit]: Number(value) })}
            error={fault(`/${limit}`)}
          />
        ))}
        <TextInput label="Phone" type="tel" {...field('phone')} />
        <TextInput label="Territory: state" description="Two letters" maxLength={2} {...field('state')} />
        {territory.map(([name, label]) => (
          <TagsInput
            key={name}
            label={label}
            value={draft[name]}
            readOnly={isReadOnly}
            onChange={(value) => change({ [name]: value })}
            error={fault(`/${name}`) ?? draft[name].map((_, n) => fault(`/${name}/${n}`)).find((said) => said !== undefined)}
          />
        ))}
        <Checkbox
          label="Officers and owners log in with a second factor"
          checked={draft.needsSecondFactor}
          disabled={isReadOnly}
          onChange={(event) => change({ needsSecondFactor: event.currentTarget.checked })}
        />
        {isReadOnly ? (
          <Text c="dimmed">An owner of the workspace can change these.</Text>
        ) : (
          <Group>
            <Button type="submit" variant="default" loading={isSaving}>
              Save the workspace
            </Button>
            <span role="status">{isSaved ? 'Saved.' : ''}</span>
          </Group>
        )}
      </Stack>
    </form>
  );
}
