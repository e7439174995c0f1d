import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { FormField } from '@/api/types';
import { DateField } from '@/ui/DateField';
import type { SchemaForm } from './useSchemaForm';
import classes from './forms.module.css';

/** Draws the fields of a form dialect. `below` adds something under one field, such as what its token says. */
export function SchemaFields(props: {
  form: SchemaForm;
  fields?: FormField[];
  below?: (field: FormField) => ReactNode;
  onPasted?: (field: FormField, value: string) => void;
  /** A dialog opens with the focus on its first field. */
  autoFocus?: boolean;
}) {
  const { form } = props;
  return (
    <div className={classes.fields}>
      {(props.fields ?? form.fields).map((field, index) => (
        <div key={field.path} className={classes.field}>
          <SchemaField form={form} field={field} onPasted={props.onPasted} first={props.autoFocus === true && index === 0} />
          {props.below?.(field)}
        </div>
      ))}
    </div>
  );
}

function SchemaField(props: {
  form: SchemaForm;
  field: FormField;
  onPasted: ((field: FormField, value: string) => void) | undefined;
  first: boolean;
}) {
  const { form, field } = props;
  const value = form.values[field.path] ?? '';
  const help = field.required ? field.help : `Optional.${field.help ? ` ${field.help}` : ''}`;
  const common = {
    id: `field-${field.path.replaceAll('.', '-')}`,
    name: field.path,
    label: field.label,
    description: help ?? undefined,
    error: form.errors[field.path],
    value,
    'aria-required': field.required === true,
    'data-autofocus': props.first || undefined,
    onBlur: () => {
      // An empty field is complained about on saving; on leaving, only what was typed is judged.
      if (value.trim() !== '') form.leave(field.path);
    },
  };
  const change = (next: string): void => {
    form.set(field.path, next);
  };
  if (field.type === 'choice') {
    const choices = field.choices ?? [];
    return (
      <NativeSelect
        {...common}
        data={[...(value === '' ? [{ value: '', label: 'Choose' }] : []), ...choices]}
        onChange={(event) => {
          change(event.currentTarget.value);
        }}
      />
    );
  }
  if (field.type === 'secret') {
    // Not a password field: browsers would offer to keep it. The characters are hidden by style instead.
    return (
      <Textarea
        {...common}
        classNames={{ input: classes.secret ?? '' }}
        placeholder={field.placeholder ?? undefined}
        autoComplete="off"
        autoCorrect="off"
        autoCapitalize="off"
        spellCheck={false}
        rows={3}
        onChange={(event) => {
          // Tokens carry no white space, but a wrapped copy of one does.
          change(event.currentTarget.value.replace(/\s+/g, ''));
        }}
        onPaste={(event) => {
          const pasted = event.clipboardData.getData('text').replace(/\s+/g, '');
          if (value === '' && pasted !== '') props.onPasted?.(field, pasted);
        }}
      />
    );
  }
  if (field.type === 'date') return <DateField {...common} onValue={change} />;
  return (
    <TextInput
      {...common}
      type="text"
      placeholder={field.placeholder ?? undefined}
      autoComplete="off"
      onChange={(event) => {
        change(event.currentTarget.value);
      }}
    />
  );
}
