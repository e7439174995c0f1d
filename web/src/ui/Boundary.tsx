import { Component, type ReactNode } from 'react';
import { FaultState } from './states';

interface Props {
  /** Another key is another try: what is shown now has nothing to do with what broke. */
  of: string;
  /** Of what is said instead: one below the heading that it stands under. */
  heading?: 'h2' | 'h3';
  children: ReactNode;
}

interface State {
  error: Error | null;
  of: string;
}

/** A section that breaks leaves the rest of its page alone. */
export class Boundary extends Component<Props, State> {
  override state: State = { error: null, of: this.props.of };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.of === state.of ? null : { error: null, of: props.of };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return (
      <FaultState
        {...(this.props.heading && { heading: this.props.heading })}
        error={this.state.error}
        onRetry={() => {
          this.setState({ error: null });
        }}
      />
    );
  }
}
