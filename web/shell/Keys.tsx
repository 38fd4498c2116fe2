import { Kbd, Modal } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { places } from './places.ts';
import { useMay } from './session.ts';

const LEAD_MS = 1_500;

/** `/` searches, `g` and a letter goes, `?` shows them all. Never while something is being typed. */
export function Keys() {
  const [isOpen, setOpen] = useState(false);
  const ledAt = useRef(0);
  const navigate = useNavigate();
  const may = useMay();
  const open = places.filter(({ action }) => may(action));

  useEffect(() => {
    function press(event: KeyboardEvent): void {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const place = event.timeStamp - ledAt.current < LEAD_MS ? open.find(({ key }) => key === event.key) : undefined;
      ledAt.current = event.key === 'g' ? event.timeStamp : 0;
      if (place) void navigate({ to: place.to });
      else if (event.key === '?') setOpen(true);
      else if (event.key === '/') document.querySelector<HTMLInputElement>('[data-search]')?.focus();
      else return;
      event.preventDefault();
    }
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  });

  return (
    <Modal opened={isOpen} onClose={() => setOpen(false)} title="Keys">
      <table className="listing">
        <tbody>
          <KeyRow keys={['/']} what="Search this list" />
          <KeyRow keys={['↑', '↓']} what="Row above or below" />
          <KeyRow keys={['Enter']} what="Open the row" />
          {open.map(({ key, label }) => (
            <KeyRow key={key} keys={['g', key]} what={`Go to ${label}`} />
          ))}
          <KeyRow keys={['?']} what="Show the keys" />
        </tbody>
      </table>
    </Modal>
  );
}

function KeyRow({ keys, what }: { keys: readonly string[]; what: string }) {
  return (
    <tr>
      <td data-label="">
        {keys.map((key) => (
          <Kbd key={key} mr={4}>
            {key}
          </Kbd>
        ))}
      </td>
      <td data-label="">{what}</td>
    </tr>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.closest('input, textarea, select, [role=dialog]') !== null)
  );
}
