import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { serverNow } from '@/api/clock';
import { reread, rereadCost } from '@/data/devices/changes';
import { dateComplaint, startOf } from '@/forms/startDate';
import { announce } from '@/ui/announce';
import { DateField } from '@/ui/DateField';
import { Term } from '@/ui/Term';
import { calendarDay } from '@/ui/timeText';
import classes from './edit.module.css';

const wallDay = /^\d{4}-\d\d-\d\d$/;

/** Reads the device again from a date; says first what that costs. */
export function Reread({ id, backfill }: { id: string; backfill: { default_days: number; max_days: number } }) {
  const client = useQueryClient();
  const [date, setDate] = useState('');
  const [left, setLeft] = useState(false);
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
  // A day that is still being typed is no mistake.
  const told = left || wallDay.test(date) ? complaint : null;
  const problem = told ?? start.error?.message ?? cost.error?.message;
  return (
    <fieldset className={classes.part}>
      <legend>
        <Term of="reread">Read again</Term>
      </legend>
      <div className={classes.reread}>
        <DateField
          label="Read again from"
          description={`At most ${String(backfill.max_days)} days back. Events that are stored already are not doubled.`}
          error={problem}
          value={date}
          onBlur={() => {
            setLeft(true);
          }}
          onValue={(next) => {
            start.reset();
            setLeft(false);
            setDate(next);
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
