/** A room that breaks does not take the frame with it. */
import { Component, type ReactNode } from 'react';
import { frameWords } from '../words/frame.ts';
import { wordsNow } from '../words/words.ts';

/** A new `place` is tried anew. */
export class Guard extends Component<{ place: string; children: ReactNode }, { broken: string | null }> {
  override state = { broken: null };
  static getDerivedStateFromError = (error: unknown) => ({ broken: String(error) });
  override componentDidUpdate(before: { place: string }) {
    if (before.place !== this.props.place && this.state.broken !== null) this.setState({ broken: null });
  }
  override render() {
    if (this.state.broken === null) return this.props.children;
    const words = wordsNow(frameWords);
    return (
      <div className="middle">
        <h1>{words.broken}</h1>
        <p className="soft">{words.broken_meaning}</p>
        <p className="word dim">{this.state.broken}</p>
        <button type="button" className="b first" onClick={() => location.reload()}>
          {words.reload}
        </button>
      </div>
    );
  }
}
