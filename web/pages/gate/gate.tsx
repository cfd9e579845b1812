/** For who has no session: where the link is, a field to paste it, and the command that makes another. */
import { type FormEvent, useState } from 'react';
import { Mark } from '../../frame/icons.tsx';
import { exchangeToken, type session, tokenOf } from '../../stores/session.ts';
import { gateWords } from '../../words/gate.ts';
import { useWords } from '../../words/words.ts';
import { copyText } from '../../world.ts';

const COMMAND = 'tuodi login-link';
type GateStatus = Exclude<ReturnType<typeof session.getSnapshot>['context']['status'], 'asking' | 'in'>;

export function Gate({ status }: { status: GateStatus }) {
  const words = useWords(gateWords);
  const [wrong, setWrong] = useState(false);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const token = tokenOf(String(new FormData(event.currentTarget).get('link') ?? ''));
    setWrong(token === null);
    if (token === null) return;
    setBusy(true);
    await exchangeToken(token).finally(() => setBusy(false));
  };
  const said = wrong ? words.not_a_link : status === 'refused' ? words.refused : status === 'away' ? words.away : null;
  return (
    <main className="gate">
      <p className="brand">
        <Mark />
        tuodi
      </p>
      <h1>{words.title}</h1>
      <p className="soft">
        {status === 'ended' ? `${words.ended} ` : ''}
        {words.how}
      </p>
      <form onSubmit={submit}>
        <input name="link" aria-label={words.label} placeholder="http://…/#…" autoComplete="off" spellCheck={false} />
        <button type="submit" className="b first" disabled={busy}>
          {busy ? words.signing_in : words.sign_in}
        </button>
      </form>
      <p role="alert" className="said">
        {said}
      </p>
      <p className="dim s">{words.lost}</p>
      <Command />
    </main>
  );
}

function Command() {
  const words = useWords(gateWords);
  const [copied, setCopied] = useState(false);
  return (
    <p className="code">
      <span>
        <span className="dim">$</span> {COMMAND}
      </span>
      <button type="button" className="b link" onClick={() => void copyText(COMMAND).then(setCopied)}>
        {copied ? words.copied : words.copy}
      </button>
    </p>
  );
}
