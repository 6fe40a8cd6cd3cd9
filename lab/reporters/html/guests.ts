import { h } from 'preact';
import { type BoxExamination, boxProblems } from '../../core/box-examination.ts';
import { boxFactDescription, boxFactNames, boxFactText } from '../../core/box-truth.ts';
import type { ErrorData } from '../../core/error.ts';
import type { RecordedGuest, RunRecord } from '../../core/record.ts';
import { durationText, sizeText } from '../wording/quantity.ts';
import { type Html, assuranceTag, definitions, digest, said, saidAtLength, section } from './shown.ts';

/** What each guest was, how fast it was there, and what went wrong with it. */
export const guestCards = (record: RunRecord): Html =>
  section('guests', 'Guests', h('div', { class: 'cards two' }, record.guests.map(guestCard)));

function guestCard(guest: RecordedGuest): Html {
  const { spec, copy } = guest;
  const id = `guest-${spec.name.replace(/[^A-Za-z0-9-]/g, '_')}`;
  return h(
    'article',
    { id, class: 'card guest', 'aria-labelledby': `${id}-title` },
    h(
      'header',
      {},
      h('h3', { id: `${id}-title` }, said(spec.name, 60)),
      h('p', { class: 'marks' }, assuranceTag(guest.assurance) ?? h('span', { class: 'tag' }, 'never came up')),
    ),
    definitions([
      ['Wanted', `${spec.os === 'windows-10' ? 'Windows 10' : 'Windows 11'}, build ${spec.build}, from ${spec.provider}`],
      ['Says it is', guest.productName === undefined ? undefined : `${said(guest.productName, 200)} ${said(guest.osVersion ?? '', 100)}`],
      ['Platform', guest.platform === undefined ? undefined : said(guest.platform, 200)],
      ['Isolation', guest.isolation === 'none' ? h('strong', { class: 'loud' }, 'none: it could see the host') : guest.isolation],
      ['Ready in', guest.readyMs === undefined ? undefined : durationText(guest.readyMs)],
      [
        'Bundle copied',
        copy === undefined
          ? undefined
          : [
              `${sizeText(copy.sizeBytes)} in ${durationText(copy.durationMs)} by ${said(copy.way, 60)}, checked in the guest: `,
              digest(copy.sha256),
            ],
      ],
    ]),
    guest.box === undefined ? undefined : boxNote(guest.box),
    guest.errors.map((error) => errorNote(error)),
  );
}

/** What the guest said of itself: what is wrong is in sight, everything else behind a summary. */
function boxNote(box: BoxExamination): Html {
  const problems = boxProblems(box);
  return h(
    'div',
    { class: 'box' },
    box.repairs.map(({ fact, done, before, problem }) =>
      h(
        'p',
        {},
        done ? 'Put right: ' : 'Could not be put right: ',
        h('code', {}, fact),
        `, which was ${said(before, 300)}`,
        problem === undefined ? '' : ` (${said(problem, 300)})`,
      ),
    ),
    problems.map((problem) => h('p', { class: 'loud' }, said(problem, 600))),
    h(
      'details',
      {},
      h(
        'summary',
        {},
        `What it says it is: ${boxFactNames.length} facts, ${problems.length === 0 ? 'none' : problems.length} not as they should be`,
      ),
      definitions(
        boxFactNames.map((name) => [name, h('span', { title: boxFactDescription(name) }, said(boxFactText(box.truth[name]), 600))]),
      ),
    ),
  );
}

/** An expected failure with what to do about it. */
export const errorNote = (error: ErrorData): Html =>
  h(
    'div',
    { class: 'note' },
    h('p', {}, saidAtLength(error.message), ' ', h('code', {}, said(error.code, 120))),
    h('p', { class: 'fix' }, h('span', { class: 'label' }, 'What to do'), ' ', saidAtLength(error.hint)),
    error.cause === undefined
      ? undefined
      : h('details', {}, h('summary', {}, 'Cause'), h('pre', { tabindex: 0 }, saidAtLength(error.cause, 4000))),
  );
