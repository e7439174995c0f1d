import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { serverNow } from '@/api/clock';
import { reread, rereadCost } from '@/data/devices/changes';
import { dateComplaint, startOf } from '@/forms/startDate';
import { announce } from '@/ui/announce';
import { Term } from '@/ui/Term';
import { calendarDay } from '@/ui/timeText';
import classes from './edit.module.css';

/** Reads the device again from a date; says first what that costs. */
export function Reread({ id, backfill }: { id: string; backfill: { default_days: number; max_days: number } }) {
  const client = useQueryClient();
  const [date, setDate] = useState('');
  const complaint = date === '' ? null : dateComplaint(date, backfill.max_days, serverNow());
  const ready = date !== '' && complaint === null;
  const cost = useQuery({
    queryKey: ['reread-cost', id, date],
    queryFn: ({ signal }) => rereadCost(id, startOf(date, backfill.max_days, serverNow()), signal),
    enabled: ready,
    gcTime: 0,
  });
  const start = useMutation({
    mutationFn: () => reread(client, id, startOf(date, backfill.max_days, serverNow())),
    onSuccess: () => {
      announce(`Reading again from ${calendarDay(date)}.`);
      setDate('');
    },
  });
  const problem = complaint ?? start.error?.message ?? cost.error?.message;
  return (
    <fieldset className={classes.part}>
      <legend>
        <Term of="reread">Read again</Term>
      </legend>
      <div className={classes.reread}>
        <TextInput
          type="date"
          label="Read again from"
          description={`At most ${String(backfill.max_days)} days back. Events that are stored already are not doubled.`}
          error={problem}
          value={date}
          onChange={(event) => {
            start.reset();
            setDate(event.currentTarget.value);
          }}
        />
        <div aria-live="polite">{ready && cost.data && <p>{cost.data.sentence}</p>}</div>
        <Button
          variant="default"
          size="xs"
          disabled={!ready || !cost.data}
          loading={start.isPending}
          onClick={() => {
            start.mutate();
          }}
        >
          Read again
        </Button>
      </div>
    </fieldset>
  );
}
