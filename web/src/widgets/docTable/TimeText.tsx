import { valueText } from '../../base/doc/flatten';
import type { Json } from '../../base/search/types';
import { parseIso } from '../../base/time/datemath';
import { DEFAULT_DATE_FORMAT, formatDate } from '../../base/time/format';
import type { Zone } from '../../base/time/zone';

/** A date as the zone's clock shows it; the tooltip has the text as it was sent. */
export function TimeText({ value, zone }: { value: Json | undefined; zone: Zone }) {
  const first = Array.isArray(value) ? value[0] : value;
  const millis =
    typeof first === 'number' ? first : typeof first === 'string' ? parseIso(first, 'UTC') : null;
  if (millis === null) return valueText(value);
  return (
    <time dateTime={new Date(millis).toISOString()} title={valueText(value)}>
      {formatDate(millis, DEFAULT_DATE_FORMAT, zone)}
    </time>
  );
}
