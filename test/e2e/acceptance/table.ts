/** The operators' acceptance list: what becomes of an app in each transition, under each condition. docs/acceptance.md is made of it. */

export const PROJECTS = {
  empty: 'an empty project',
  data: 'a project with data',
} as const;
export type Project = keyof typeof PROJECTS;

/** What is asked, with what each of the three nodes is before and after. */
export const TRANSITIONS = {
  new: { title: 'new app, with a replica', roles: ['nothing → master', 'nothing → slave', 'nothing'] },
  swap: { title: 'swap master and replica', roles: ['master → slave', 'slave → master', 'nothing'] },
  again: { title: 'the same command again', roles: ['master', 'slave', 'nothing'] },
  third: {
    title: 'to the third node, without a replica',
    roles: ['master → nothing', 'slave → nothing', 'nothing → master'],
  },
} as const;
export type Transition = keyof typeof TRANSITIONS;

export const CONDITIONS = {
  well: 'all is well',
  currentWithoutGit: 'the current master does not reach git',
  futureWithoutGit: 'the future master does not reach git',
  nobodyWithGit: 'no node reaches git',
  sendFails: 'the send of a volume fails',
  restoreFails: 'the restore of a volume fails',
} as const;
export type Condition = keyof typeof CONDITIONS;

/** What the nodes hold afterwards, and what the caller is told. */
export const OUTCOMES = {
  deployed: 'The app is where it was asked to be, with its data, at the new release.',
  'from a peer': 'As _deployed_; the release came from a node that reaches git.',
  undone:
    'The app runs where it ran, with data, record and routes as they were; the caller is told what failed.',
  refused: 'Nothing was stopped, nothing has changed; the caller is told why of every node.',
} as const;
type Outcome = keyof typeof OUTCOMES;

interface Cell {
  outcome: Outcome;
  /** `npm test` runs it too. */
  quick: boolean;
}
/** Why there is no such cell. */
type Never = { never: string };

/** Cells of `npm run test:full`, and those of `npm test` as well. */
const full = (outcome: Outcome): Cell => ({ outcome, quick: false });
const quick = (outcome: Outcome): Cell => ({ outcome, quick: true });
const never = (reason: string): Never => ({ never: reason });

const noMaster = never('there is no current master');
const sameMaster = never('it is the current master');
const noVolumes = never('there are no volumes');
const notSent = never('nothing is sent');
const notRestored = never('nothing is restored');

type Row = Record<Condition, Cell | Never>;

export const TABLE: Record<Project, Record<Transition, Row>> = {
  empty: {
    new: {
      well: quick('deployed'),
      currentWithoutGit: noMaster,
      futureWithoutGit: full('from a peer'),
      nobodyWithGit: quick('refused'),
      sendFails: noVolumes,
      restoreFails: noVolumes,
    },
    swap: {
      well: full('deployed'),
      currentWithoutGit: quick('deployed'),
      futureWithoutGit: full('from a peer'),
      nobodyWithGit: full('refused'),
      sendFails: noVolumes,
      restoreFails: noVolumes,
    },
    again: {
      well: quick('deployed'),
      currentWithoutGit: full('from a peer'),
      futureWithoutGit: sameMaster,
      nobodyWithGit: full('refused'),
      sendFails: noVolumes,
      restoreFails: noVolumes,
    },
    third: {
      well: full('deployed'),
      currentWithoutGit: full('deployed'),
      futureWithoutGit: quick('from a peer'),
      nobodyWithGit: full('refused'),
      sendFails: noVolumes,
      restoreFails: noVolumes,
    },
  },
  data: {
    new: {
      well: full('deployed'),
      currentWithoutGit: noMaster,
      futureWithoutGit: quick('from a peer'),
      nobodyWithGit: full('refused'),
      sendFails: notSent,
      restoreFails: notRestored,
    },
    swap: {
      well: quick('deployed'),
      currentWithoutGit: full('deployed'),
      futureWithoutGit: quick('from a peer'),
      nobodyWithGit: full('refused'),
      sendFails: quick('undone'),
      restoreFails: full('undone'),
    },
    again: {
      well: full('deployed'),
      currentWithoutGit: quick('from a peer'),
      futureWithoutGit: sameMaster,
      nobodyWithGit: full('refused'),
      sendFails: notSent,
      restoreFails: notRestored,
    },
    third: {
      well: quick('deployed'),
      currentWithoutGit: quick('deployed'),
      futureWithoutGit: full('from a peer'),
      nobodyWithGit: quick('refused'),
      sendFails: full('undone'),
      restoreFails: quick('undone'),
    },
  },
};

/** Which cell, and what is expected in it. */
export interface Case extends Cell {
  transition: Transition;
  condition: Condition;
}

/** The cells of a project that exist, in the order in which they run: an app is there before it moves. */
export function casesOf(project: Project): Case[] {
  const transitions = Object.keys(TRANSITIONS) as Transition[];
  const conditions = Object.keys(CONDITIONS) as Condition[];
  return transitions.flatMap((transition) =>
    conditions.flatMap((condition) => {
      const cell = TABLE[project][transition][condition];
      return 'never' in cell ? [] : [{ transition, condition, ...cell }];
    }),
  );
}

/** How a test is named. */
export const titleOf = ({ transition, condition, outcome }: Case): string =>
  `${TRANSITIONS[transition].title}, ${CONDITIONS[condition]}: ${outcome}`;
