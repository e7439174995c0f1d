import { useEffect } from 'react';
import { ApiError } from '@/api/client';
import type { FormField } from '@/api/types';
import classes from '@/gallery/gallery.module.css';
import { sheet } from '@/gallery/story';
import { technology } from '@/gallery/world';
import { SchemaFields } from './SchemaFields';
import { commonFields, initialValues, type Values } from './schema';
import { useSchemaForm } from './useSchemaForm';

const start: FormField = { name: 'start_time', path: 'start_time', label: 'How far back to read', type: 'date', required: false, help: 'At most 120 days back.' };
const fields = [...commonFields, ...technology.attributes.device_spec_json.fields, start];
const [name, , token] = fields;

function Form({ of = fields, values = {}, left = [], said }: { of?: FormField[]; values?: Values; left?: string[]; said?: string }) {
  const form = useSchemaForm(of, { ...initialValues(of), ...values });
  useEffect(() => {
    for (const path of left) form.leave(path);
    if (said !== undefined) form.fail(new ApiError([{ status: 409, code: 'conflict', detail: said, pointer: '/data/attributes/name' }]));
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, as after a person's first try
  }, []);
  return (
    <div className={classes.narrow}>
      <SchemaFields form={form} />
    </div>
  );
}

// Each stands alone on its sheet: the fields of a form carry the names of their places.
export default [
  sheet('Form, untouched', { 'as it opens': () => <Form /> }),
  sheet('Form, complaints', { 'fields that were left empty': () => <Form left={fields.map((field) => field.path)} /> }),
  sheet('Form, filled', {
    'long, right to left, hidden': () => (
      <Form values={{ name: 'خزنة كلمات المرور 👩‍👩‍👧‍👦', location: 'W'.repeat(200), 'secrets.device_info.api_token': 'eyJ.'.repeat(90), start_time: '2026-11-17' }} />
    ),
  }),
  sheet('Form, what the server says', { 'at its field': () => <Form of={[name, token].filter((field) => field !== undefined)} values={{ name: 'Oslo' }} said="Another device already has this name." /> }),
];
