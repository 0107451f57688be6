/** Crash only, for the page as well: what breaks while it is drawn is covered and loaded anew. React alone would leave a white page, for good. */
import { Component, type ReactNode } from 'react';
import type { Link } from './link.ts';
import { Lost } from './screens/Lost.tsx';
import type { TextsOf } from './texts.ts';

/** A page that breaks again at once is not loaded again as fast. */
const RELOAD_ms = 1_000;
/** The kiosk takes no more (app/view.ts). */
const WHAT_max = 200;

interface Props {
  readonly link: Link;
  readonly texts: TextsOf;
  readonly children: ReactNode;
}

export class Unbroken extends Component<Props, { readonly broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override componentDidCatch(error: unknown): void {
    const { link } = this.props;
    link.send({ do: 'broken', what: String(error).slice(0, WHAT_max) });
    // Not while the host is away: from the browser's own error page nothing leads back.
    const reload = () => {
      if (link.state().connected) location.reload();
    };
    setTimeout(() => {
      link.onState(reload);
      reload();
    }, RELOAD_ms);
  }

  override render(): ReactNode {
    const { link, texts, children } = this.props;
    return this.state.broken ? <Lost texts={texts(link.state().view?.comfort.language ?? 'ja')} /> : children;
  }
}
