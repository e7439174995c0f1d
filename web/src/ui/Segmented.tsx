import classes from './ui.module.css';

/** A few choices side by side, of which one holds. */
export function Segmented<T extends string>(props: {
  label: string;
  value: T;
  choices: readonly (readonly [value: T, text: string])[];
  onChange: (value: T) => void;
}) {
  return (
    <div role="group" aria-label={props.label} className={classes['segmented']}>
      {props.choices.map(([value, text]) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === props.value}
          onClick={() => {
            props.onChange(value);
          }}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
