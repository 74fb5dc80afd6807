import type { ReactNode } from 'react';
import type { Clock } from '../../desk/answers';
import type { Words } from './words';

const WIDTH = 320;
const LEFT = 14;
const DAY_MS = 86_400_000;

/** Sale → cut-off → days of rest → expected → now, as one line. */
export function ClockPicture({ clock, words }: { readonly clock: Clock; readonly words: Words }): ReactNode {
  const { sale, cutoff, expectedBy, now, rest } = clock;
  const times = [sale, cutoff, now, ...(expectedBy ? [expectedBy] : [])].map((one) => Date.parse(one));
  const from = Math.min(...times);
  const span = Math.max(Math.max(...times) - from, DAY_MS / 2);
  const x = (iso: string) => LEFT + ((Date.parse(iso) - from) / span) * (WIDTH - 2 * LEFT);
  const clamp = (at: number) => Math.min(WIDTH - LEFT, Math.max(LEFT, at));
  const marks = [
    { at: sale, label: words.clock.sale, color: '#0b5cd6' },
    { at: cutoff, label: words.clock.cutoff, color: '#595959' },
    ...(expectedBy ? [{ at: expectedBy, label: words.clock.expected, color: '#237804' }] : []),
    { at: now, label: words.clock.now, color: '#a8071a' },
  ];
  return (
    <figure className="clock">
      <svg
        viewBox={`0 0 ${WIDTH} 46`}
        role="img"
        aria-label={marks.map(({ at, label }) => `${label} ${at.slice(5, 16).replace('T', ' ')}`).join('，')}
      >
        <line x1={LEFT} x2={WIDTH - LEFT} y1="23" y2="23" stroke="#bfbfbf" strokeWidth="2" />
        {rest.map((date) => {
          const begin = clamp(x(`${date}T00:00:00+08:00`));
          const end = clamp(x(`${date}T00:00:00+08:00`) + (DAY_MS / span) * (WIDTH - 2 * LEFT));
          return end > begin ? <rect key={date} x={begin} width={end - begin} y="17" height="12" fill="#ffe7ba" /> : null;
        })}
        {marks.map(({ at, label, color }) => (
          <circle key={label} cx={x(at)} cy="23" r="5" fill={color} />
        ))}
      </svg>
      <figcaption>
        {marks.map(({ at, label, color }) => (
          <span key={label}>
            <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
              <circle cx="5" cy="5" r="4" fill={color} />
            </svg>{' '}
            {label} {at.slice(5, 16).replace('T', ' ')}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
