/** Everything that staff and the kiosk did, beside the sales. */
import { History } from '../parts/History.tsx';

export function RecordPage() {
  return <History query={{ ask: 'record' }} />;
}
