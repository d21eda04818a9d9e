import { useSetting } from '../base/settings';
import { formatDate } from '../base/time/format';

/** An instant in the time zone of the settings, to the minute; `–` when there is none. */
export function Moment({ millis }: { millis: number }) {
  const zone = String(useSetting('dateFormat:tz'));
  if (!Number.isFinite(millis) || millis <= 0) return '–';
  return (
    <time dateTime={new Date(millis).toISOString()} style={{ whiteSpace: 'nowrap' }}>
      {formatDate(millis, 'YYYY-MM-DD HH:mm', zone)}
    </time>
  );
}
