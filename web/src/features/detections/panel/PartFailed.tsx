import classes from './panel.module.css';

/** One part of a rule did not come: small, for the rest is there, and with its own way to ask again. */
export function PartFailed({ what, error, onRetry }: { what: string; error: Error; onRetry: () => void }) {
  return (
    <p role="alert" className={classes['partFailed']}>
      {what} could not be loaded: {error.message}{' '}
      <button type="button" className="pk-text-button" onClick={onRetry}>
        Try again
      </button>
    </p>
  );
}
