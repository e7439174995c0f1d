import type { Device, FormField } from '@/api/types';
import type { DeviceEdit } from '@/data/devices/changes';
import { bodyOf, valueAt, type Values } from '@/forms/schema';

export interface ConflictField {
  path: string;
  label: string;
  opened: string;
  theirs: string;
  mine: string;
}

/** The values of the open fields as the device has them. */
export function openValues(fields: FormField[], device: Device): Values {
  return Object.fromEntries(fields.map((field) => [field.path, valueAt(device.attributes, field.path)]));
}

/** What has to be sent so that the device reads as typed; null when it already does. */
export function editOf(fields: FormField[], device: Device, values: Values): DeviceEdit | null {
  const changed = fields.filter((field) => (values[field.path] ?? '').trim() !== valueAt(device.attributes, field.path));
  if (changed.length === 0) return null;
  const edit = bodyOf(changed, values) as DeviceEdit;
  // An emptied field is sent as empty, so that the server can say what it thinks of it.
  for (const field of changed) {
    if ((values[field.path] ?? '').trim() === '' && !field.path.includes('.')) Object.assign(edit, { [field.path]: '' });
  }
  if (edit.device_spec) edit.device_spec = { ...device.attributes.device_spec, ...edit.device_spec };
  return edit;
}

/** The fields that somebody else changed since the dialog was opened. */
export function conflictsOf(fields: FormField[], opened: Device, now: Device, values: Values): ConflictField[] {
  return fields
    .map((field) => ({
      path: field.path,
      label: field.label,
      opened: valueAt(opened.attributes, field.path),
      theirs: valueAt(now.attributes, field.path),
      mine: (values[field.path] ?? '').trim(),
    }))
    .filter((field) => field.theirs !== field.opened && field.theirs !== field.mine);
}
